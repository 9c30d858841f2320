from tickets.models.acts import Call, Solution, TermsWish, Visit
from tickets.models.answer import KeptAnswer
from tickets.models.closing import FeedbackForm, MaintenanceRecord, Objection, SigningLink
from tickets.models.emergency import EmergencyPlan, HospitalTask, PlanTick
from tickets.models.incident import IncidentLine, MajorIncident, Participant, ReviewAction
from tickets.models.linked import FaultPart, Outage, TicketLink
from tickets.models.queue import QueueView
from tickets.models.remote import RemoteAuthorisation
from tickets.models.search import RenamedSystem, SearchText
from tickets.models.stickers import MeToo, Scan, Sticker
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket
from tickets.models.writing import Draft, Macro

__all__ = [
    "Call",
    "DayCount",
    "Draft",
    "EmergencyPlan",
    "Entry",
    "FaultPart",
    "FeedbackForm",
    "HospitalTask",
    "IncidentLine",
    "KeptAnswer",
    "Macro",
    "MaintenanceRecord",
    "MajorIncident",
    "MeToo",
    "Note",
    "NumberRule",
    "Objection",
    "Outage",
    "Participant",
    "PlanTick",
    "QueueView",
    "RemoteAuthorisation",
    "RenamedSystem",
    "ReviewAction",
    "Scan",
    "SearchText",
    "SigningLink",
    "Solution",
    "Sticker",
    "TermsWish",
    "Ticket",
    "TicketLink",
    "Visit",
]
