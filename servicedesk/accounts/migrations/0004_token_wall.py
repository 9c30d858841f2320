"""Tokens behind the wall, and the one look-up that opens it for a machine: by its token's hash, through the same
`wall_enter` as everybody, so that an ended membership or engagement counts for machines too."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind
from servicedesk.tenancy.provision import APP, WATCH

ENTER = """
CREATE FUNCTION wall_enter_by_token(hash text)
RETURNS TABLE (user_id uuid, membership_id uuid, role text, name text, organisation text, hospital_id int, vendor_id int,
               department_id uuid, hospitals int[], writable int[], hue int, elsewhere boolean, token_id uuid, scopes text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    t accounts_token%ROWTYPE;
    m tenancy_membership%ROWTYPE;
    moment timestamptz := clock_timestamp();
BEGIN
    PERFORM set_config('wall.side', '', true), set_config('wall.hospitals', '', true),
            set_config('wall.writable', '', true), set_config('wall.vendor', '', true),
            set_config('wall.person', '', true);
    SELECT k.* INTO t FROM accounts_token k
     WHERE k.secret_hash = hash AND k.revoked_at IS NULL AND k.from_at <= moment AND moment < k.until_at;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT o.* INTO m FROM tenancy_membership o WHERE o.id = t.membership_id;
    -- Once a minute, and never waiting for another request of the same machine.
    IF t.used_at IS NULL OR t.used_at < moment - interval '1 minute' THEN
        UPDATE accounts_token SET used_at = moment
         WHERE id = (SELECT k.id FROM accounts_token k WHERE k.id = t.id FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY SELECT e.*, t.id, t.scopes::text FROM wall_enter(m.user_id, m.id) e;
END $$;
"""
HANDED_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION wall_enter_by_token(text) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION wall_enter_by_token(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wall_enter_by_token(text) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_wall")]

    operations = [
        Behind("Token", Ownership.EITHER),
        migrations.RunSQL(ENTER, "DROP FUNCTION wall_enter_by_token(text)"),
        migrations.RunSQL(HANDED_OVER, migrations.RunSQL.noop),
    ]
