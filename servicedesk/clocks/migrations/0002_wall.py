"""Clocks behind the wall; and the one question asked past it: who is on duty at a desk the caller can see."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind
from servicedesk.tenancy.provision import APP, WATCH

# The roster is the vendor's alone; the hospital learns who answers for its own desks, by name and phone, and no more.
ON_DUTY = """
CREATE FUNCTION clocks_on_duty(desks uuid[], at timestamptz)
RETURNS TABLE (desk uuid, level int, member uuid, name text, phone text, until timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
    SELECT d.id, u.level::int, m.id, m.name::text, m.phone::text, u.ends_at
      FROM clocks_desk d
      JOIN clocks_duty u ON u.team_id = d.team_id AND u.vendor_id = d.vendor_id
                        AND u.starts_at <= $2 AND $2 < u.ends_at
      JOIN tenancy_membership m ON m.id = u.member_id AND (m.until_at IS NULL OR $2 < m.until_at)
     WHERE d.id = ANY ($1)
       AND d.hospital_id = ANY (wall_hospitals()) AND (wall_side() <> 'vendor' OR d.vendor_id = wall_vendor())
     ORDER BY d.id, u.level;
END $$;
"""
HAND_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION clocks_on_duty(uuid[], timestamptz) OWNER TO {WATCH};
REVOKE ALL ON FUNCTION clocks_on_duty(uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_on_duty(uuid[], timestamptz) TO {APP};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
"""


class Migration(migrations.Migration):
    dependencies = [("clocks", "0001_initial"), ("tenancy", "0002_wall")]

    operations = [
        migrations.RunSQL(ON_DUTY, "DROP FUNCTION clocks_on_duty(uuid[], timestamptz)"),
        migrations.RunSQL(HAND_OVER, migrations.RunSQL.noop),
        Behind("ExtraDay", Ownership.HOSPITAL),
        Behind("HistoricalExtraDay", Ownership.HOSPITAL),
        Behind("WorkCalendar", Ownership.PARTIES),
        Behind("Desk", Ownership.PARTIES),
        Behind("Post", Ownership.PARTIES),
        Behind("Clock", Ownership.PARTIES),
        Behind("Span", Ownership.PARTIES),
        Behind("Waiver", Ownership.PARTIES),
        Behind("TimeWish", Ownership.PARTIES),
        Behind("Step", Ownership.PARTIES),
        Behind("Escalation", Ownership.PARTIES),
        Behind("Team", Ownership.VENDOR),
        Behind("HistoricalTeam", Ownership.VENDOR),
        Behind("Duty", Ownership.VENDOR),
        Behind("HistoricalDuty", Ownership.VENDOR),
        Behind("Swap", Ownership.VENDOR),
    ]
