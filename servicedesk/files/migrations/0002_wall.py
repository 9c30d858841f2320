from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind
from servicedesk.tenancy.provision import APP, WATCH

USED = """
CREATE FUNCTION files_used(of_hospital int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(size), 0)::bigint FROM files_storedfile
     WHERE hospital_id = of_hospital AND of_hospital = ANY (wall_hospitals())
$$;
"""
HAND_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION files_used(int) OWNER TO {WATCH};
REVOKE ALL ON FUNCTION files_used(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_used(int) TO {APP};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
"""


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial"), ("tenancy", "0002_wall")]

    operations = [
        Behind("StoredFile", Ownership.PARTIES),
        migrations.RunSQL(USED, "DROP FUNCTION files_used(int)"),
        migrations.RunSQL(HAND_OVER, migrations.RunSQL.noop),
    ]
