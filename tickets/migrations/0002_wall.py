"""Tickets and all that hangs on them stand behind the wall; a ticket's due time follows its matter's."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PERSON, PREDICATES, SIDE, WRITES, Behind

MODELS = (
    *("Ticket", "HistoricalTicket", "Entry", "Call", "Visit", "Solution", "TermsWish"),
    *("Sticker", "HistoricalSticker", "Scan", "MeToo"),
    *("SigningLink", "FeedbackForm", "Objection", "MaintenanceRecord"),
    *("TicketLink", "FaultPart", "Outage"),
    *("MajorIncident", "HistoricalMajorIncident", "Participant", "IncidentLine", "ReviewAction"),
    *("EmergencyPlan", "HistoricalEmergencyPlan", "PlanTick", "HospitalTask", "RemoteAuthorisation"),
)
# What an organisation wrote for itself. A kept view of the queue may be its keeper's alone, and the wall says so too.
OF_EITHER = ("Draft", "Macro", "HistoricalMacro", "KeptAnswer")
MEANT_FOR_US = f"(is_shared OR user_id = {PERSON})"
VIEWS = tuple(f"({predicate}) AND {MEANT_FOR_US}" for predicate in PREDICATES[Ownership.EITHER])
# A draft is its writer's, who belongs to the organisation that owns the row: the same rule as for a preference.
ADDRESSED = """
CREATE TRIGGER tickets_draft_fits BEFORE INSERT OR UPDATE OF hospital_id, vendor_id, membership_id ON tickets_draft
    FOR EACH ROW EXECUTE FUNCTION notices_addressee_fits();
"""
READ_BY_PARTIES, WRITTEN_BY_PARTIES = PREDICATES[Ownership.PARTIES]
OF_ONE_SIDE = f"side = {SIDE}"
# Whatever moves a clock says so on its matter, the watch and a calendar's change too; queues sort by the ticket's own.
FOLLOW = """
CREATE FUNCTION tickets_due_follows_matter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tickets_ticket SET due_at = NEW.next_due_at
     WHERE hospital_id = NEW.hospital_id AND matter_id = NEW.id AND due_at IS DISTINCT FROM NEW.next_due_at;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_due_follows_matter AFTER UPDATE OF next_due_at ON tenancy_matter
    FOR EACH ROW WHEN (NEW.kind = 'ticket' AND OLD.next_due_at IS DISTINCT FROM NEW.next_due_at)
    EXECUTE FUNCTION tickets_due_follows_matter();
"""
LEAVE = """
DROP TRIGGER tickets_due_follows_matter ON tenancy_matter;
DROP FUNCTION tickets_due_follows_matter();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0001_initial"),
        ("contracts", "0003_who_decides"),
        ("clocks", "0005_home"),
        ("notices", "0003_subscribers"),
    ]

    operations = [
        *(Behind(model, Ownership.PARTIES) for model in MODELS),
        *(Behind(model, Ownership.EITHER) for model in OF_EITHER),
        Behind("QueueView", Ownership.EITHER, *VIEWS),
        migrations.RunSQL(ADDRESSED, "DROP TRIGGER tickets_draft_fits ON tickets_draft"),
        Behind(
            "Note",
            Ownership.PARTIES,
            f"{READ_BY_PARTIES} AND {OF_ONE_SIDE}",
            f"{WRITTEN_BY_PARTIES} AND {OF_ONE_SIDE}",
        ),
        Behind("NumberRule", Ownership.HOSPITAL),
        Behind("HistoricalNumberRule", Ownership.HOSPITAL),
        # A vendor that writes down a call takes the next number as well.
        Behind("DayCount", Ownership.HOSPITAL, "", f"hospital_id = {WRITES}"),
        migrations.RunSQL(FOLLOW, LEAVE),
    ]
