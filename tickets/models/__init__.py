from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.closing import FeedbackForm, MaintenanceRecord, Objection, SigningLink
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket

__all__ = [
    "Call",
    "DayCount",
    "Entry",
    "FeedbackForm",
    "MaintenanceRecord",
    "Note",
    "NumberRule",
    "Objection",
    "SeverityWish",
    "SigningLink",
    "Solution",
    "Ticket",
    "Visit",
]
