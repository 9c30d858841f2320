"""Links, incidents, emergency plans and remote access stand behind the wall, each with its two parties."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind

MODELS = (
    *("TicketLink", "FaultPart", "Outage"),
    *("MajorIncident", "Participant", "IncidentLine", "ReviewAction"),
    *("EmergencyPlan", "HistoricalEmergencyPlan", "PlanTick", "HospitalTask", "RemoteAuthorisation"),
)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0060_linked")]

    operations = [Behind(model, Ownership.PARTIES) for model in MODELS]
