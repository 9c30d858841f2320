"""The trail behind the wall, and append-only: the application can neither change nor remove a row of it. The chain is
out of its reach: it reads links and blocks, and writes neither.

The trigger puts each new record among the waiting; it runs as the watch role, because the application may not touch
that table. A trace may be left wherever one may read: opening a file during a support session, or after an engagement
ended, is on record in the hospital's trail.
"""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PREDICATES, Behind
from servicedesk.tenancy.provision import APP, WATCH

APPEND_ONLY = f"REVOKE UPDATE, DELETE, TRUNCATE ON audit_record FROM {APP}, {WATCH}"
READS, WRITES = PREDICATES[Ownership.EITHER]

AWAIT_SEAL = """
CREATE FUNCTION audit_await_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_pending (record_id, chain) VALUES (NEW.id, CASE
        WHEN NEW.hospital_id IS NOT NULL THEN 'hospital-' || NEW.hospital_id
        WHEN NEW.vendor_id IS NOT NULL THEN 'vendor-' || NEW.vendor_id
        ELSE 'platform' END);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_await_seal AFTER INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION audit_await_seal();
"""
HANDED_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION audit_await_seal() OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION audit_await_seal() FROM PUBLIC;
"""
RIGHTS = f"""
REVOKE ALL ON audit_link, audit_block, audit_pending FROM {APP}, {WATCH};
GRANT SELECT ON audit_link, audit_block TO {APP};
GRANT SELECT, INSERT ON audit_link, audit_block TO {WATCH};
GRANT SELECT, INSERT, DELETE ON audit_pending TO {WATCH};
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("tenancy", "0002_wall")]

    operations = [
        Behind("Record", Ownership.EITHER),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        Behind("Link", Ownership.EITHER),
        Behind("Block", Ownership.EITHER),
        migrations.RunSQL(
            f"ALTER POLICY wall_insert ON audit_record WITH CHECK ({READS})",
            f"ALTER POLICY wall_insert ON audit_record WITH CHECK ({WRITES})",
        ),
        migrations.RunSQL(
            AWAIT_SEAL, "DROP TRIGGER audit_await_seal ON audit_record; DROP FUNCTION audit_await_seal();"
        ),
        migrations.RunSQL(HANDED_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
