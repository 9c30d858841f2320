from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.stickers import MeToo, Scan, Sticker
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket

__all__ = [
    "Call",
    "DayCount",
    "Entry",
    "MeToo",
    "Note",
    "NumberRule",
    "Scan",
    "SeverityWish",
    "Solution",
    "Sticker",
    "Ticket",
    "Visit",
]
