"""Raises the wall: the settings it reads, the one way in, and the policies of this room's tables."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PERSON, PREDICATES, READS, SETTINGS, SIDE, VENDOR, Behind
from servicedesk.tenancy.provision import APP, WATCH

FUNCTIONS = "".join(
    f"CREATE FUNCTION wall_{name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {said} $$;"
    for name, (kind, said) in SETTINGS.items()
)
OWNER_IS_FIXED = """
CREATE FUNCTION wall_owner_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % cannot change its owner', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION wall_owner_is_fixed();
DROP FUNCTION wall_person(); DROP FUNCTION wall_vendor(); DROP FUNCTION wall_writable();
DROP FUNCTION wall_hospitals(); DROP FUNCTION wall_side();
"""


# Verifies a membership and opens the wall for it: one look-up that passes the wall (it is the watch role's), because
# before it has run there is no context. Mainland dates, as everywhere. It also says what the frame of every page asks:
# whose colour it bears, and whether there is another organisation to switch to.
ENTER = """
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
"""
HANDED_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION wall_enter(uuid, uuid) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION wall_enter(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wall_enter(uuid, uuid) TO {APP};
"""

PLATFORM = f"{SIDE} = 'platform'"
HOSPITAL = f"id = {READS} OR {PLATFORM}"
VENDOR_ITSELF = f"id = {VENDOR} OR {PLATFORM}"
SERVES_US = f"{SIDE} = 'hospital' AND EXISTS (SELECT 1 FROM tenancy_engagement e WHERE e.vendor_id = {{table}}.id)"
MINE = f"user_id = {PERSON}"
ENGAGED = f"(hospital_id = {READS} AND ({SIDE} <> 'vendor' OR vendor_id = {VENDOR})) OR {PLATFORM}"


def either_or_mine() -> tuple[str, str]:
    reads, writes = PREDICATES[Ownership.EITHER]
    return f"{reads} OR {MINE}", writes


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS + OWNER_IS_FIXED, DROP_FUNCTIONS),
        migrations.RunSQL(ENTER, "DROP FUNCTION wall_enter(uuid, uuid)"),
        migrations.RunSQL(HANDED_OVER, migrations.RunSQL.noop),
        Behind("Hospital", Ownership.REGISTER, HOSPITAL, PLATFORM),
        Behind("HistoricalHospital", Ownership.REGISTER, HOSPITAL, PLATFORM),
        Behind(
            "Vendor", Ownership.REGISTER, f"{VENDOR_ITSELF} OR {SERVES_US.format(table='tenancy_vendor')}", PLATFORM
        ),
        Behind("HistoricalVendor", Ownership.REGISTER, VENDOR_ITSELF, PLATFORM),
        Behind("Department", Ownership.HOSPITAL),
        Behind("HistoricalDepartment", Ownership.HOSPITAL),
        Behind("Place", Ownership.HOSPITAL),
        Behind("HistoricalPlace", Ownership.HOSPITAL),
        Behind("Membership", Ownership.EITHER, *either_or_mine()),
        Behind("HistoricalMembership", Ownership.EITHER, *either_or_mine()),
        Behind("Engagement", Ownership.PARTIES, ENGAGED, PLATFORM),
        Behind("HistoricalEngagement", Ownership.PARTIES, ENGAGED, PLATFORM),
        Behind("SupportSession", Ownership.HOSPITAL, f"hospital_id = {READS} OR {PLATFORM}", PLATFORM),
        Behind("Matter", Ownership.PARTIES),
    ]
