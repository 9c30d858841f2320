"""Those that were made before memberships said so. The owner is held by the wall as well, so it is let down meanwhile."""

from django.db import migrations

TABLES = ("tenancy_membership", "accounts_token")
MARK = """
UPDATE tenancy_membership SET is_machine = true WHERE id IN (SELECT membership_id FROM accounts_token);
"""


def _forced(how: str) -> str:
    return "".join(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY;\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_token_wall"), ("tenancy", "0110_machines")]

    operations = [migrations.RunSQL(_forced("NO FORCE") + MARK + _forced("FORCE"), migrations.RunSQL.noop)]
