"""Whom to tell when promises are to change: a party may not read who works at the other, but may let them know."""

from django.db import migrations

from servicedesk.tenancy.provision import APP, WATCH

WHO_DECIDES = """
CREATE FUNCTION contracts_who_decides(of_contract uuid)
RETURNS TABLE (member uuid, of_hospital boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.id, m.hospital_id IS NOT NULL
      FROM contracts_contract c
      JOIN tenancy_membership m ON (m.hospital_id = c.hospital_id AND m.role = 'it_lead')
                                OR (m.vendor_id = c.vendor_id AND m.role = 'vendor_manager')
     WHERE c.id = $1 AND (m.until_at IS NULL OR clock_timestamp() < m.until_at)
       AND c.hospital_id = ANY (wall_hospitals()) AND (wall_side() <> 'vendor' OR c.vendor_id = wall_vendor())
     ORDER BY m.id
$$;
"""
HAND_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION contracts_who_decides(uuid) OWNER TO {WATCH};
REVOKE ALL ON FUNCTION contracts_who_decides(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contracts_who_decides(uuid) TO {APP};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_wall")]

    operations = [
        migrations.RunSQL(WHO_DECIDES, "DROP FUNCTION contracts_who_decides(uuid)"),
        migrations.RunSQL(HAND_OVER, migrations.RunSQL.noop),
    ]
