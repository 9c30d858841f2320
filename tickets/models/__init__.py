from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.queue import QueueView
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket

__all__ = [
    "Call",
    "DayCount",
    "Entry",
    "Note",
    "NumberRule",
    "QueueView",
    "SeverityWish",
    "Solution",
    "Ticket",
    "Visit",
]
