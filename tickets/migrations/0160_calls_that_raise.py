"""A call may begin a graver severity as well as the report, so a ticket has several first ones; where a page offers one to
be disputed, it is the latest. First pages of both sides show a proposed time, and the vendor's a call, that waits for a
word of theirs. A system that was renamed is found by every name it had.

The functions are changed as they stand, so that it does not matter which migration wrote them."""

from django.db import migrations

OPEN = "t.state IN ('call_awaited', 'handed_over', 'reported', 'resolved', 'signed', 'waiting', 'working')"
VENDOR = "works AND t.vendor_id = of_vendor AND t.hospital_id = ANY (of_hospitals)"
TIMES = """JOIN clocks_timewish w ON w.matter_id = t.matter_id AND w.hospital_id = t.hospital_id
  JOIN clocks_clock c ON c.id = w.clock_id AND c.outcome IS NULL"""
CALLS = "JOIN tickets_call c ON c.ticket_id = t.id AND c.hospital_id = t.hospital_id"
OVERDUE = "(SELECT 'overdue'::text"
LATEST = "ORDER BY x.needs_word DESC, x.id"


def rows(kind: str, joined: str, where: str, words: str) -> str:
    return f"""(SELECT '{kind}'::text, t.id, t.number::text, t.title::text, t.severity::text, t.state::text, t.due_at,
        t.assignee_name::text, t.hospital_id::bigint, ({words})::text
   FROM tickets_ticket t {joined} WHERE {where} AND {OPEN} ORDER BY t.due_at NULLS LAST, t.id LIMIT 6) UNION ALL """


OF_HOSPITAL = rows(
    "time", TIMES, "decides AND t.hospital_id = of_hospital AND w.decided_at IS NULL AND w.asked_side = 'vendor'",
    "w.asked_name",
)  # fmt: skip
OF_VENDOR = rows(
    "time", TIMES, f"{VENDOR} AND w.decided_at IS NULL AND w.asked_side = 'hospital'", "w.asked_name"
) + rows(
    "call", CALLS,
    f"{VENDOR} AND c.needs_word AND c.agreed_at IS NULL AND c.disputed_at IS NULL AND c.logged_side = 'hospital'",
    "c.caller",
)  # fmt: skip


NAME = "(SELECT name FROM contracts_system WHERE id = NEW.system_id)"
NAMES = """(SELECT string_agg(name, ' ') FROM (SELECT name FROM contracts_system WHERE id = NEW.system_id
        UNION SELECT name FROM contracts_historicalsystem WHERE id = NEW.system_id) names)"""
RENAMED = """
CREATE FUNCTION tickets_search_of_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tickets_searchtext s SET text = s.text || ' ' || tickets_folded(NEW.name) FROM tickets_ticket t
     WHERE t.system_id = NEW.id AND s.id = t.id AND strpos(s.text, tickets_folded(NEW.name)) = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_renamed_system AFTER UPDATE OF name ON contracts_system FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION tickets_search_of_renamed();
"""
NOT_RENAMED = """
DROP TRIGGER search_of_renamed_system ON contracts_system;
DROP FUNCTION tickets_search_of_renamed();
"""


def changed(function: str, was: str, now: str) -> str:
    return f"""DO $do$ BEGIN
        EXECUTE replace(pg_get_functiondef('{function}'::regproc), $was${was}$was$, $now${now}$now$);
    END $do$;"""


def both_ways(function: str, was: str, now: str) -> migrations.RunSQL:
    return migrations.RunSQL(changed(function, was, now), changed(function, now, was))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0142_how_a_call_came")]

    operations = [
        migrations.RemoveConstraint(model_name="call", name="one_first_call_per_ticket"),
        both_ways("ticket_around", f"{LATEST} LIMIT", f"{LATEST} DESC LIMIT"),
        both_ways("tickets_home_of_hospital", OVERDUE, OF_HOSPITAL + OVERDUE),
        both_ways("tickets_home_of_vendor", OVERDUE, OF_VENDOR + OVERDUE),
        both_ways("tickets_write_search", NAME, NAMES),
        migrations.RunSQL(RENAMED, NOT_RENAMED),
    ]
