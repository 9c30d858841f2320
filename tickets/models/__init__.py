from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.closing import FeedbackForm, MaintenanceRecord, Objection, SigningLink
from tickets.models.queue import QueueView
from tickets.models.stickers import MeToo, Scan, Sticker
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket
from tickets.models.writing import Draft, Macro

__all__ = [
    "Call",
    "DayCount",
    "Draft",
    "Entry",
    "FeedbackForm",
    "Macro",
    "MaintenanceRecord",
    "MeToo",
    "Note",
    "NumberRule",
    "Objection",
    "QueueView",
    "Scan",
    "SeverityWish",
    "SigningLink",
    "Solution",
    "Sticker",
    "Ticket",
    "Visit",
]
