"""Tickets and all that hangs on them stand behind the wall; a ticket's due time follows its matter's."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PREDICATES, SIDE, WRITES, Behind

MODELS = ("Ticket", "HistoricalTicket", "Entry", "Call", "Visit", "Solution", "SeverityWish")
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
    dependencies = [("tickets", "0001_initial")]

    operations = [
        *(Behind(model, Ownership.PARTIES) for model in MODELS),
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
