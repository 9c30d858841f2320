from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.queue import QueueView
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket
from tickets.models.writing import Draft, Macro

__all__ = [
    "Call",
    "DayCount",
    "Draft",
    "Entry",
    "Macro",
    "Note",
    "NumberRule",
    "QueueView",
    "SeverityWish",
    "Solution",
    "Ticket",
    "Visit",
]
