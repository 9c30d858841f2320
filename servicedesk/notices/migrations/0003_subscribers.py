"""The programs of both parties that want to know of every act. Whoever acts may not read the other party's receivers,
so this passes the wall, for a hospital the caller may write to: ids and a list of closed words, never an address."""

from django.db import migrations

from servicedesk.tenancy.provision import APP, WATCH

LOOK_UP = f"""
CREATE FUNCTION notices_subscribers(of_hospital int, of_vendor int)
RETURNS TABLE (id uuid, hospital_id int, vendor_id int, events text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
    SELECT r.id, r.hospital_id::int, r.vendor_id::int, r.events::text
      FROM notices_receiver r
     WHERE r.is_on AND r.wants = 'acts' AND r.channel = 'webhook'
       AND of_hospital = ANY (coalesce(wall_writable(), '{{}}'))
       AND (wall_side() <> 'vendor' OR wall_vendor() = of_vendor)
       AND ((r.hospital_id = of_hospital AND r.vendor_id IS NULL)
            OR (r.vendor_id = of_vendor AND r.hospital_id IS NULL AND EXISTS (
                SELECT 1 FROM tenancy_engagement e, (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
                 WHERE e.hospital_id = of_hospital AND e.vendor_id = of_vendor AND e.from_on <= d.today
                   AND d.today <= coalesce(e.read_until, e.to_on, d.today))))
     ORDER BY r.id;
END $$;
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION notices_subscribers(int, int) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION notices_subscribers(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notices_subscribers(int, int) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_wall")]
    operations = [migrations.RunSQL(LOOK_UP, "DROP FUNCTION notices_subscribers(int, int)")]
