"""The trail behind the wall, and append-only: the application can neither change nor remove a row of it."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind
from servicedesk.tenancy.provision import APP, WATCH

APPEND_ONLY = f"REVOKE UPDATE, DELETE, TRUNCATE ON audit_record FROM {APP}, {WATCH}"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("tenancy", "0002_wall")]

    operations = [
        Behind("Record", Ownership.EITHER),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
