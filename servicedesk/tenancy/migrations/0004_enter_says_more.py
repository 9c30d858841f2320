"""The frame of every page asks whose colour it bears and whether there is another organisation to switch to: answered
by the look-up that opens the wall, not by one more."""

from django.db import migrations

from servicedesk.tenancy.provision import APP, WATCH

ENTER = """
DROP FUNCTION wall_enter(uuid, uuid);
CREATE FUNCTION wall_enter(who uuid, chosen uuid)
RETURNS TABLE (user_id uuid, membership_id uuid, role text, name text, organisation text, hospital_id int, vendor_id int,
               department_id uuid, hospitals int[], writable int[], hue int, elsewhere boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m tenancy_membership%ROWTYPE;
    may_read int[] := '{}';
    may_write int[] := '{}';
    side text := 'platform';
    label text := '';
    tint int;
    others boolean;
    -- Not now(), which is the transaction's start: a membership that begins or ends within this request counts.
    moment timestamptz := clock_timestamp();
    today date := (moment AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    PERFORM set_config('wall.side', '', true), set_config('wall.hospitals', '', true),
            set_config('wall.writable', '', true), set_config('wall.vendor', '', true),
            set_config('wall.person', coalesce(who::text, ''), true);
    SELECT t.* INTO m FROM tenancy_membership t JOIN accounts_user u ON u.id = t.user_id AND u.is_active
     WHERE t.user_id = who AND (chosen IS NULL OR t.id = chosen)
       AND t.from_at <= moment AND (t.until_at IS NULL OR moment < t.until_at)
     ORDER BY t.from_at, t.id LIMIT 1;
    IF NOT FOUND THEN RETURN; END IF;
    IF m.hospital_id IS NOT NULL THEN
        side := 'hospital';
        may_read := ARRAY[m.hospital_id];
        may_write := may_read;
        SELECT o.name, o.hue INTO label, tint FROM tenancy_hospital o WHERE o.id = m.hospital_id;
    ELSIF m.vendor_id IS NOT NULL THEN
        side := 'vendor';
        SELECT o.name INTO label FROM tenancy_vendor o WHERE o.id = m.vendor_id;
        SELECT coalesce(array_agg(DISTINCT e.hospital_id), '{}'),
               coalesce(array_agg(DISTINCT e.hospital_id) FILTER (WHERE today <= coalesce(e.to_on, today)), '{}')
          INTO may_read, may_write
          FROM tenancy_engagement e
         WHERE e.vendor_id = m.vendor_id AND e.from_on <= today AND today <= coalesce(e.read_until, e.to_on, today);
    ELSE
        SELECT coalesce(array_agg(s.hospital_id), '{}') INTO may_read FROM tenancy_supportsession s
         WHERE s.operator_id = m.id AND s.closed_at IS NULL AND s.from_at <= moment AND moment < s.until_at;
    END IF;
    PERFORM set_config('wall.side', side, true), set_config('wall.hospitals', array_to_string(may_read, ','), true),
            set_config('wall.writable', array_to_string(may_write, ','), true),
            set_config('wall.vendor', coalesce(m.vendor_id::text, ''), true);
    others := EXISTS (SELECT 1 FROM tenancy_membership o WHERE o.user_id = who AND o.id <> m.id
                         AND o.from_at <= moment AND (o.until_at IS NULL OR moment < o.until_at));
    RETURN QUERY SELECT m.user_id, m.id, m.role::text, m.name::text, label, m.hospital_id::int, m.vendor_id::int,
                        m.department_id, may_read, may_write, tint, others;
END $$;

GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION wall_enter(uuid, uuid) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION wall_enter(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wall_enter(uuid, uuid) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_vendor_keys"), ("accounts", "0003_wall")]
    operations = [migrations.RunSQL(ENTER.replace("{WATCH}", WATCH).replace("{APP}", APP), migrations.RunSQL.noop)]
