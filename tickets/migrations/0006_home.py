"""What first pages ask of tickets, as functions: PostgreSQL keeps their plans, where planning each statement anew under
its policies took four times as long as answering it. They run as whoever asks, behind the wall, and say its conditions
once more. Each list is bounded; counts stop at a hundred. A word asked for, and a visit of today, are shown while their
ticket is open; signatures stay."""

from django.db import migrations

OPEN = "t.state IN ('call_awaited', 'handed_over', 'reported', 'resolved', 'signed', 'waiting', 'working')"
ROWS = """RETURNS TABLE (kind text, id uuid, number text, title text, severity text, state text, due_at timestamptz,
    assignee text, hospital bigint, words text, is_provisional boolean,
    since timestamptz)"""
PLAIN = "LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan"
BY_DUE = "t.due_at NULLS LAST, t.id"
ITS_CLOCK = """(SELECT coalesce(bool_or(k.is_provisional), false) AS is_provisional, max(k.counts_from) AS since
    FROM clocks_clock k
   WHERE k.hospital_id = t.hospital_id AND k.matter_id = t.matter_id AND k.is_standing AND k.due_at = t.due_at)"""


def rows(kind: str, where: str, *, joined: str = "", order: str = BY_DUE, words: str = "''") -> str:
    """Clocks are looked at for the six alone: for all that are late, PostgreSQL would rather read every clock."""
    return f"""(SELECT '{kind}'::text, t.id, t.number::text, t.title::text, t.severity::text, t.state::text, t.due_at,
        t.assignee_name::text, t.hospital_id::bigint, t.words, k.is_provisional, k.since
   FROM (SELECT t.id, t.number, t.title, t.severity, t.state, t.due_at, t.assignee_name, t.hospital_id, t.matter_id,
                ({words})::text AS words
           FROM tickets_ticket t {joined} WHERE {where} ORDER BY {order} LIMIT 6) t CROSS JOIN LATERAL {ITS_CLOCK} k)"""


def function(head: str, body: str) -> str:
    return f"CREATE FUNCTION {head} {PLAIN} AS $$\n#variable_conflict use_column\nBEGIN RETURN QUERY\n{body};\nEND $$;"


HOSPITAL = "t.hospital_id = of_hospital"
VENDOR = "t.vendor_id = of_vendor AND t.hospital_id = ANY (of_hospitals)"


def calls(logged_by: str, where: str) -> str:
    """Those that wait are few, and PostgreSQL takes them for many: it cannot know that a call which needs a word has had
    it, and reads every ticket of the hospital for them. The latest are looked up first."""
    return f"""JOIN (SELECT * FROM tickets_call t WHERE {where} AND t.needs_word AND t.agreed_at IS NULL
         AND t.disputed_at IS NULL AND t.logged_side = '{logged_by}' ORDER BY t.logged_at DESC LIMIT 200) c
    ON c.ticket_id = t.id AND c.hospital_id = t.hospital_id"""


TIMES = """JOIN clocks_timewish w ON w.matter_id = t.matter_id AND w.hospital_id = t.hospital_id
  JOIN clocks_clock c ON c.id = w.clock_id AND c.outcome IS NULL"""
PROPOSED = f"w.decided_at IS NULL AND {OPEN} AND w.asked_side ="
WISHES = "JOIN tickets_termswish w ON w.ticket_id = t.id AND w.hospital_id = t.hospital_id"
WAIVERS = """JOIN clocks_clock c ON c.matter_id = t.matter_id AND c.hospital_id = t.hospital_id
  JOIN clocks_waiver w ON w.clock_id = c.id AND w.hospital_id = t.hospital_id"""
ACCESS = """JOIN (SELECT * FROM tickets_remoteauthorisation WHERE hospital_id = of_hospital AND decided_at IS NULL
         ORDER BY asked_at DESC LIMIT 200) r ON r.ticket_id = t.id AND r.hospital_id = t.hospital_id"""
OBJECTIONS = "JOIN tickets_objection o ON o.ticket_id = t.id AND o.hospital_id = t.hospital_id"
UNDECIDED = f"w.decided_at IS NULL AND {OPEN}"
LATE_HERE = f"{HOSPITAL} AND {OPEN} AND t.due_at < moment"

# A reporter without an account is asked through the hospital's IT. What a signer said is not solved nobody signs.
ASKED = """t.state IN ('call_awaited', 'handed_over', 'signed') OR t.state = 'resolved' AND NOT EXISTS (
        SELECT FROM tickets_objection o
         WHERE o.hospital_id = t.hospital_id AND o.ticket_id = t.id AND o.decided_at IS NULL)
    OR t.state = 'waiting' AND (t.waits_on = 'hospital' OR t.waits_on = 'reporter' AND t.reporter_id IS NULL)"""
OVER = "('closed', 'merged', 'withdrawn')"
# What was announced, never a guess.
ANNOUNCED = f"""(SELECT 'outages'::text, o.id, ''::text, o.title::text, ''::text, ''::text, o.expected_at,
        ''::text, o.hospital_id::bigint, o.words::text, false, NULL
   FROM tickets_outage o JOIN tickets_ticket t ON t.id = o.ticket_id AND t.hospital_id = o.hospital_id
  WHERE o.hospital_id = of_hospital AND o.ended_at IS NULL AND t.state NOT IN {OVER}
  ORDER BY o.announced_at DESC, o.id DESC LIMIT 6)"""
BY_ME = f"{HOSPITAL} AND t.reporter_id = me"
OF_ME = "(t.state IN ('call_awaited', 'resolved') OR t.state = 'waiting' AND t.waits_on = 'reporter')"
OF_WARD = " UNION ALL ".join(
    (rows("asked", f"{BY_ME} AND {OF_ME}"), rows("mine", f"{BY_ME} AND NOT {OF_ME}", order="t.id DESC"), ANNOUNCED)
)
# The hospital's word, whatever the ticket's state says: who may give it, what is joined, which rows, what is said of them.
WORD = {
    "call": ("decides", calls("vendor", HOSPITAL), OPEN, "c.caller"),
    "objection": ("decides", OBJECTIONS, f"o.decided_at IS NULL AND {OPEN}", "o.id || ' ' || o.why"),
    "wish": ("decides", WISHES, UNDECIDED, "w.severity || ' · ' || w.why"),
    "time": ("decides", TIMES, f"{PROPOSED} 'vendor'", "w.asked_name"),
    "remote": ("decides", ACCESS, OPEN, "r.id || ' ' || r.what"),
    "waiver": ("waives", WAIVERS, UNDECIDED, "c.id || ' ' || c.metric || ' ' || w.why"),
}
OF_HOSPITAL = " UNION ALL ".join(
    (
        rows("asked", f"decides AND {HOSPITAL} AND {OPEN} AND ({ASKED})"),
        *(
            rows(kind, f"{may} AND {HOSPITAL} AND {where}", joined=joined, words=words)
            for kind, (may, joined, where, words) in WORD.items()
        ),
        rows("overdue", LATE_HERE),
    )
)
OF_QUEUE = " UNION ALL ".join(
    f"SELECT t.id, '{kind}'::text FROM tickets_ticket t {joined} WHERE {may} AND {HOSPITAL} AND {where}"
    for kind, (may, joined, where, _words) in WORD.items()
)
OF_VENDOR = " UNION ALL ".join(
    (
        rows("mine", f"works AND {VENDOR} AND {OPEN} AND t.assignee_id = me AND "
                     "t.state IN ('working', 'waiting', 'reported')"),
        rows("to_accept", f"works AND {VENDOR} AND {OPEN} AND t.state = 'reported' AND "
                          "t.assignee_id IS DISTINCT FROM me"),
        rows("time", f"works AND {VENDOR} AND {PROPOSED} 'hospital'", joined=TIMES, words="w.asked_name"),
        rows("call", f"works AND {VENDOR} AND {OPEN}", joined=calls("hospital", VENDOR), words="c.caller"),
        rows("overdue", f"NOT works AND {VENDOR} AND {OPEN} AND t.due_at < moment"),
    )
)  # fmt: skip


def counted(where: str) -> str:
    return f"(SELECT count(*) FROM (SELECT FROM tickets_ticket t WHERE {VENDOR} AND {OPEN} AND {where} LIMIT 100) n)"


COUNTS = "SELECT " + ", ".join(
    counted(where) for where in ("t.assignee_id = me", "t.state = 'reported'", "true", "t.due_at < moment")
)
# A module is counted with its system, as the queue's filter shows it.
LATE = f"""SELECT coalesce((SELECT short_name FROM tenancy_vendor v WHERE v.id = s.vendor_id), '')::text,
       coalesce((SELECT name FROM contracts_system c WHERE c.id = s.whole_id), '')::text, s.n, s.vendor_id::bigint, s.whole_id
  FROM (SELECT t.vendor_id, coalesce(c.part_of_id, t.system_id) AS whole_id, count(*) AS n
          FROM tickets_ticket t LEFT JOIN contracts_system c ON c.id = t.system_id
         WHERE {LATE_HERE} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 6) s"""
VISITS = f"""SELECT t.id, t.number::text, t.title::text, v.engineer_name::text, v.planned_at, v.arrived_at, t."where"::text,
       t.hospital_id::bigint
  FROM tickets_visit v JOIN tickets_ticket t ON t.id = v.ticket_id
 WHERE v.hospital_id = ANY (of_hospitals) AND (of_vendor IS NULL OR v.vendor_id = of_vendor)
   AND v.left_at IS NULL AND {OPEN} AND v.dropped_at IS NULL AND (v.planned_at < until OR v.planned_at IS NULL)
 ORDER BY v.planned_at NULLS LAST, v.id LIMIT CASE WHEN of_vendor IS NULL THEN 20 ELSE 6 END"""

FUNCTIONS = {
    f"tickets_home_of_ward(of_hospital bigint, of_department uuid, me uuid) {ROWS}": OF_WARD,
    "tickets_home_of_hospital(of_hospital bigint, decides boolean, waives boolean, moment timestamptz) "
    f"{ROWS}": OF_HOSPITAL,
    "tickets_word_asked(of_hospital bigint, decides boolean, waives boolean) "
    "RETURNS TABLE (ticket uuid, kind text)": OF_QUEUE,
    "tickets_home_of_vendor(of_vendor bigint, of_hospitals bigint[], me uuid, works boolean, moment timestamptz) "
    f"{ROWS}": OF_VENDOR,
    "tickets_home_counts(of_vendor bigint, of_hospitals bigint[], me uuid, moment timestamptz) "
    "RETURNS TABLE (mine bigint, to_accept bigint, team bigint, overdue bigint)": COUNTS,
    "tickets_home_late(of_hospital bigint, moment timestamptz) "
    "RETURNS TABLE (vendor text, system text, number bigint, vendor_id bigint, system_id uuid)": LATE,
    "tickets_home_visits(of_vendor bigint, of_hospitals bigint[], until timestamptz) RETURNS TABLE (ticket uuid, "
    "number text, title text, engineer text, planned_at timestamptz, arrived_at timestamptz, place text, hospital bigint)": VISITS,
}


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_search")]

    operations = [
        migrations.RunSQL(function(head, body), f"DROP FUNCTION {head.split('(')[0]}")
        for head, body in FUNCTIONS.items()
    ]
