"""What a ticket's page reads beside what stands around it, and the queue beside its tickets, as functions like
`ticket_around`: they keep their plans, where planning three tables under their policies, and writing the statement, took
twenty times as long as answering it. They run as whoever asks, behind the wall; whoever calls has let the tickets in by
their door."""

from django.db import migrations

PLAIN = "LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan"
LAST = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"


def lines(columns: str, rows: str, moment: str, key: str) -> str:
    """One sort of line, newest first, from the edge on."""
    return f"""(SELECT {columns} FROM {rows}
        AND ({moment}, {key}) < (coalesce(edge, 'infinity'), coalesce(edge_id, {LAST}))
        AND {moment} > coalesce(since, '-infinity') ORDER BY {moment} DESC, {key} DESC LIMIT most)"""


SAID = lines(
    "e.id, e.at, e.kind::text, e.act::text, e.by_name::text, e.by_side::text, e.text::text, e.facts",
    "tickets_entry e WHERE e.ticket_id = of_ticket AND e.kind = ANY (kinds)",
    "e.at",
    "e.id",
)
NOTED = lines(
    "n.id, n.at, 'note'::text, ''::text, n.by_name::text, n.side::text, n.text::text, '{}'::jsonb",
    "tickets_note n WHERE n.ticket_id = of_ticket AND n.side = notes_of",
    "n.at",
    "n.id",
)
TOLD = lines(
    """x.id, x.fired_at, 'escalation'::text, ''::text, ''::text, ''::text, ''::text, jsonb_build_object(
            'metric', c.metric, 'clock', c.id, 'rung', x.rung, 'late', x.is_late, 'nobody', x.nobody)""",
    "clocks_clock c JOIN clocks_escalation x ON x.clock_id = c.id AND x.hospital_id = c.hospital_id"
    " WHERE with_clocks AND c.hospital_id = of_hospital AND c.matter_id = of_matter",
    "x.fired_at",
    "x.id",
)


def listed(columns: str, rows: str, key: str, keys: str) -> str:
    """A few names, each a list that begins with its key."""
    return f"(SELECT jsonb_agg(jsonb_build_array({columns})) FROM {rows} x WHERE x.{key} = ANY ({keys}))"


FUNCTIONS = {
    """ticket_lines(of_ticket uuid, of_hospital bigint, of_matter uuid, kinds text[], notes_of text, with_clocks boolean,
        since timestamptz, edge timestamptz, edge_id uuid, most integer)
    RETURNS TABLE (id uuid, moment timestamptz, sort text, done text, who text, of_side text, words text, more jsonb)
    """: f"RETURN QUERY SELECT * FROM ({SAID} UNION ALL {NOTED} UNION ALL {TOLD}) x ORDER BY 2 DESC, 1 DESC LIMIT most",
    "ticket_clocks(of_hospital bigint, of_matter uuid) RETURNS jsonb": """RETURN (
        SELECT jsonb_agg(to_jsonb(c) || jsonb_build_object('spans', coalesce(
                (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.start_at, s.id) FROM clocks_span s
                  WHERE s.hospital_id = of_hospital AND s.clock_id = c.id), '[]')) ORDER BY c.metric, c.place)
          FROM clocks_clock c WHERE c.hospital_id = of_hospital AND c.matter_id = of_matter)""",
    "ticket_drafts(of_ticket uuid, me uuid) RETURNS jsonb": """RETURN (
        SELECT jsonb_object_agg(d.kind, d.fields) FROM tickets_draft d
         WHERE d.membership_id = me AND d.ticket = of_ticket)""",
    """queue_around(of_vendor bigint, of_hospitals bigint[], matters uuid[], hospitals bigint[], vendors bigint[],
        systems uuid[], contracts uuid[]) RETURNS jsonb""": f"""RETURN jsonb_build_object(
        'clocks', (SELECT jsonb_agg(jsonb_build_array(c.id, c.matter_id, c.metric, c.due_at, c.armed_at, c.counts_from,
                                                      c.outcome, c.is_provisional)
                                                      ORDER BY c.matter_id, c.counts_from, c.metric)
                     FROM clocks_clock c WHERE c.is_standing AND c.hospital_id = ANY (of_hospitals)
                      AND c.matter_id = ANY (matters) AND (of_vendor IS NULL OR c.vendor_id = of_vendor)),
        'hospitals', {listed("x.id, x.short_name, x.hue", "tenancy_hospital", "id", "hospitals")},
        'vendors', {listed("x.id, x.short_name, NULL", "tenancy_vendor", "id", "vendors")},
        'systems', {listed("x.id, x.name", "contracts_system", "id", "systems")},
        'contracts', {listed("x.id, x.name", "contracts_contract", "id", "contracts")})""",
    "queue_views(of_hospital bigint, of_vendor bigint, me uuid) RETURNS jsonb": """RETURN (
        SELECT jsonb_agg(to_jsonb(v) ORDER BY v.is_shared, v.name, v.id) FROM tickets_queueview v
         WHERE v.hospital_id IS NOT DISTINCT FROM of_hospital AND v.vendor_id IS NOT DISTINCT FROM of_vendor
           AND (v.is_shared OR v.user_id = me))""",
}


def created(head: str, body: str) -> str:
    return f"CREATE FUNCTION {head} {PLAIN} AS $$\n#variable_conflict use_column\nBEGIN {body};\nEND $$;"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_ticket_page")]

    operations = [
        migrations.RunSQL(created(head, body), f"DROP FUNCTION {head.partition('(')[0]}")
        for head, body in FUNCTIONS.items()
    ]
