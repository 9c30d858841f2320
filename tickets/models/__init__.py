from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.search import SearchText
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket

__all__ = [
    "Call",
    "DayCount",
    "Entry",
    "Note",
    "NumberRule",
    "SearchText",
    "SeverityWish",
    "Solution",
    "Ticket",
    "Visit",
]
