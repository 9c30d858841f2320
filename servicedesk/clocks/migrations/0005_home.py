"""What first pages ask of promises and of the roster, as functions: their plans are kept (tickets 0006 says why)."""

from django.db import migrations

SCOPE = "{0}.hospital_id = ANY (of_hospitals) AND (of_vendor IS NULL OR {0}.vendor_id = of_vendor)"
COLUMNS = (
    "c.id, c.metric::text, c.severity::text, c.due_at, c.is_provisional, m.kind::text, m.url::text, m.label::text, "
    "h.short_name::text, h.hue::int"
)
WAITING = f"""
(SELECT false, {COLUMNS}, '', EXISTS (SELECT FROM clocks_span s WHERE s.clock_id = c.id AND s.end_at IS NULL),
        c.counts_from
   FROM clocks_clock c JOIN tenancy_matter m ON m.id = c.matter_id JOIN tenancy_hospital h ON h.id = c.hospital_id
  WHERE {SCOPE.format("c")} AND c.outcome IS NULL AND c.acknowledged_at IS NULL
    AND EXISTS (SELECT FROM clocks_escalation e WHERE e.clock_id = c.id)
  ORDER BY c.due_at NULLS LAST, c.id LIMIT 5)
UNION ALL
(SELECT true, {COLUMNS}, w.why::text, false, NULL
   FROM clocks_waiver w JOIN clocks_clock c ON c.id = w.clock_id JOIN tenancy_matter m ON m.id = c.matter_id
   JOIN tenancy_hospital h ON h.id = w.hospital_id
  WHERE decides AND {SCOPE.format("w")} AND w.decided_at IS NULL AND m.kind <> 'ticket' ORDER BY w.asked_at LIMIT 5)
"""
DESKS = f"""
SELECT d.id, d.label::text, d.hotline::text, h.short_name::text, v.short_name::text, o.level, o.member, o.name, o.phone,
       o.until
  FROM (SELECT * FROM clocks_desk d WHERE {SCOPE.format("d")} AND (d.hotline <> '' OR d.team_id IS NOT NULL)
         ORDER BY d.hospital_id, d.label, d.id LIMIT 4) d
  JOIN tenancy_hospital h ON h.id = d.hospital_id JOIN tenancy_vendor v ON v.id = d.vendor_id
  LEFT JOIN LATERAL clocks_on_duty(ARRAY[d.id], moment) o ON true
 ORDER BY d.hospital_id, d.label, d.id, o.level
"""
DUTIES = """
SELECT d.id, d.starts_at, d.ends_at, t.name::text, d.level::int, EXISTS (
           SELECT FROM clocks_swap s WHERE s.vendor_id = d.vendor_id AND s.duty_id = d.id AND s.decided_at IS NULL)
  FROM clocks_duty d JOIN clocks_team t ON t.vendor_id = d.vendor_id AND t.id = d.team_id
 WHERE d.vendor_id = of_vendor AND d.member_id = me AND d.ends_at > moment
 ORDER BY d.starts_at, d.id LIMIT most"""
FUNCTIONS = {
    "clocks_home_waiting(of_vendor bigint, of_hospitals bigint[], decides boolean) RETURNS TABLE (is_waiver boolean, "
    "clock uuid, metric text, severity text, due_at timestamptz, is_provisional boolean, of_kind text, of_url text, "
    "label text, hospital text, hue int, why text, is_paused boolean, since timestamptz)": WAITING,
    "clocks_home_desks(of_vendor bigint, of_hospitals bigint[], moment timestamptz) RETURNS TABLE (desk uuid, "
    "label text, hotline text, hospital text, vendor text, level int, member uuid, name text, phone text, "
    "until timestamptz)": DESKS,
    "clocks_next_duties(of_vendor bigint, me uuid, moment timestamptz, most int) RETURNS TABLE (id uuid, "
    "starts_at timestamptz, ends_at timestamptz, team text, level int, has_swap boolean)": DUTIES,
}


def function(head: str, body: str) -> str:
    plain = "LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan"
    return f"CREATE FUNCTION {head} {plain} AS $$\n#variable_conflict use_column\nBEGIN RETURN QUERY\n{body};\nEND $$;"


class Migration(migrations.Migration):
    dependencies = [("clocks", "0004_wake_the_watch")]

    operations = [
        migrations.RunSQL(function(head, body), f"DROP FUNCTION {head.split('(')[0]}")
        for head, body in FUNCTIONS.items()
    ]
