"""Drafts and ready-made answers stand behind the wall, each with the organisation that wrote them."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind

# A draft is its writer's, who belongs to the organisation that owns the row: the same rule as for a preference.
ADDRESSED = """
CREATE TRIGGER tickets_draft_fits BEFORE INSERT OR UPDATE OF hospital_id, vendor_id, membership_id ON tickets_draft
    FOR EACH ROW EXECUTE FUNCTION notices_addressee_fits();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0020_writing"), ("notices", "0002_wall")]

    operations = [
        Behind("Draft", Ownership.EITHER),
        Behind("Macro", Ownership.EITHER),
        Behind("HistoricalMacro", Ownership.EITHER),
        migrations.RunSQL(ADDRESSED, "DROP TRIGGER tickets_draft_fits ON tickets_draft"),
    ]
