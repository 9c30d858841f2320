"""An incident's versions stand behind the wall; a maintenance record is found by its own words, as tickets are."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind
from servicedesk.tenancy.provision import WATCH

# What the ticket's own words and its stream do not say already: who signed and confirmed, and why without either.
RECORD_WORDS = "concat_ws(' ', {row}.number, {row}.title, {row}.system_name, {row}.category_name, {row}.solution,\n" \
    "    {row}.engineer_name, {row}.signer_name, {row}.closed_name, {row}.closed_why)"  # fmt: skip
WRITING = f"""
CREATE FUNCTION tickets_write_record_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_searchtext (id, hospital_id, vendor_id, ticket_id, side, text)
    VALUES (NEW.id, NEW.hospital_id, NEW.vendor_id, NEW.ticket_id, '',
            tickets_folded({RECORD_WORDS.format(row="NEW")}));
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_record AFTER INSERT ON tickets_maintenancerecord
    FOR EACH ROW EXECUTE FUNCTION tickets_write_record_search();
"""
UNWRITE = """
DROP TRIGGER search_of_record ON tickets_maintenancerecord;
DROP FUNCTION tickets_write_record_search();
"""
# What was there before. The owner sees no rows; the watch does.
BEFORE = f"""
SET LOCAL ROLE {WATCH};
INSERT INTO tickets_searchtext (id, hospital_id, vendor_id, ticket_id, side, text)
    SELECT r.id, hospital_id, vendor_id, ticket_id, '', tickets_folded({RECORD_WORDS.format(row="r")})
      FROM tickets_maintenancerecord r;
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0120_incident_history")]

    operations = [
        Behind("HistoricalMajorIncident", Ownership.PARTIES),
        migrations.RunSQL(WRITING, UNWRITE),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
