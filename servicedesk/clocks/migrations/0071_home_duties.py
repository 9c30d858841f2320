"""One's own next duties as a function: planning them under three policies was a fifth of a first page (0070 says why)."""

from django.db import migrations

FUNCTIONS = {
    "clocks_next_duties(of_vendor bigint, me uuid, moment timestamptz, most int) RETURNS TABLE (id uuid, "
    "starts_at timestamptz, ends_at timestamptz, team text, level int, has_swap boolean)": """
SELECT d.id, d.starts_at, d.ends_at, t.name::text, d.level::int, EXISTS (
           SELECT FROM clocks_swap s WHERE s.vendor_id = d.vendor_id AND s.duty_id = d.id AND s.decided_at IS NULL)
  FROM clocks_duty d JOIN clocks_team t ON t.vendor_id = d.vendor_id AND t.id = d.team_id
 WHERE d.vendor_id = of_vendor AND d.member_id = me AND d.ends_at > moment
 ORDER BY d.starts_at, d.id LIMIT most""",
}


def function(head: str, body: str) -> str:
    plain = "LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan"
    return f"CREATE FUNCTION {head} {plain} AS $$\n#variable_conflict use_column\nBEGIN RETURN QUERY\n{body};\nEND $$;"


class Migration(migrations.Migration):
    dependencies = [("clocks", "0020_time_wishes")]

    operations = [
        migrations.RunSQL(function(head, body), f"DROP FUNCTION {head.split('(')[0]}")
        for head, body in FUNCTIONS.items()
    ]
