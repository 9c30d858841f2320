from tickets.models.acts import Call, SeverityWish, Solution, Visit
from tickets.models.emergency import EmergencyPlan, HospitalTask, PlanTick
from tickets.models.incident import IncidentLine, MajorIncident, Participant, ReviewAction
from tickets.models.linked import FaultPart, MeToo, Outage, TicketLink
from tickets.models.remote import RemoteAuthorisation
from tickets.models.stream import Entry, Note
from tickets.models.ticket import DayCount, NumberRule, Ticket

__all__ = [
    "Call",
    "DayCount",
    "EmergencyPlan",
    "Entry",
    "FaultPart",
    "HospitalTask",
    "IncidentLine",
    "MajorIncident",
    "MeToo",
    "Note",
    "NumberRule",
    "Outage",
    "Participant",
    "PlanTick",
    "RemoteAuthorisation",
    "ReviewAction",
    "SeverityWish",
    "Solution",
    "Ticket",
    "TicketLink",
    "Visit",
]
