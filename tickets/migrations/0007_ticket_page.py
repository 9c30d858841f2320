"""All that a ticket's page asks beside the ticket, as a function: PostgreSQL keeps its plan, where planning the same under
its policies took forty times as long as answering it. It runs as whoever asks, behind the wall."""

from django.db import migrations

PLAIN = "LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan"


def found(table: str, columns: str, where: str, *, order: str = "x.id") -> str:
    """One row as an object, or null."""
    pairs = ", ".join(f"'{name}', x.{name}" for name in columns.split())
    return f"(SELECT jsonb_build_object({pairs}) FROM {table} x WHERE {where} ORDER BY {order} LIMIT 1)"


def part(table: str, columns: str, where: str = "true", **more: str) -> str:
    return found(f"tickets_{table}", columns, f"x.ticket_id = t.id AND {where}", **more)


PARTS = {
    "hospital": found("tenancy_hospital", "id name short_name hue", "x.id = t.hospital_id"),
    "vendor": found("tenancy_vendor", "id name short_name", "x.id = t.vendor_id"),
    "contract": found("contracts_contract", "id name desk_id hospital_id vendor_id", "x.id = t.contract_id"),
    "desk": found(
        "clocks_desk", "id hotline label hospital_id vendor_id",
        "x.id = (SELECT c.desk_id FROM contracts_contract c WHERE c.id = t.contract_id)",
    ),
    "system": found("contracts_system", "id name version part_of_id interface_to", "x.id = t.system_id"),
    "part_of": found(
        "contracts_system", "id name",
        "x.id = (SELECT s.part_of_id FROM contracts_system s WHERE s.id = t.system_id)",
    ),
    "department": found("tenancy_department", "id name", "x.id = t.department_id"),
    "parent": found("tickets_ticket", "id number title", "x.id = t.parent_id"),
    "merged_into": found("tickets_ticket", "id number title", "x.id = t.merged_into_id"),
    "visit": part(
        "visit", "id why engineer_id engineer_name planned_at sent_at arrived_at where",
        "x.left_at IS NULL AND x.dropped_at IS NULL",
    ).replace("x.where", 'x."where"'),
    "wish": part("termswish", "id severity category_name why asked_name", "x.decided_at IS NULL"),
    "proposed": found(
        "clocks_timewish", "id clock_id time asked_name asked_side",
        "x.matter_id = t.matter_id AND x.decided_at IS NULL",
    ),
    "waivers": "(SELECT jsonb_agg(jsonb_build_object('clock', c.id, 'metric', c.metric, 'why', x.why,"
    " 'solved_at', x.solved_at, 'asked_at', x.asked_at, 'is_remote', x.is_remote_solution) ORDER BY x.asked_at, x.id)"
    " FROM clocks_clock c JOIN clocks_waiver x ON x.clock_id = c.id AND x.hospital_id = c.hospital_id"
    " WHERE c.hospital_id = t.hospital_id AND c.matter_id = t.matter_id AND x.decided_at IS NULL)",
    "call": part(
        "call", "id caller called_at logged_at logged_side needs_word",
        "(x.needs_word OR x.is_first) AND x.agreed_at IS NULL AND x.disputed_at IS NULL",
        order="x.needs_word DESC, x.id DESC",
    ),
    "objection": part("objection", "id name why", "x.decided_at IS NULL"),
    "solution": part(
        "solution", "words cause remedy by_name at refused_at refused_why", order="x.cycle DESC"
    ),
    "form": part("feedbackform", "id name at way satisfaction", "x.cycle = t.cycle"),
    "link": part(
        "signinglink", "made_name until_at", "x.cycle = t.cycle AND x.used_at IS NULL AND x.revoked_at IS NULL",
        order="x.id DESC",
    ),
    "files": "(SELECT jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'size', x.size)"
    " ORDER BY x.added_at, x.id) FROM files_storedfile x WHERE x.matter_id = t.matter_id)",
    "record": part("maintenancerecord", "id"),
    "promise": found(
        "clocks_clock", "due_at calendar_id",
        "x.matter_id = t.matter_id AND x.metric = 'confirm' AND x.is_standing AND x.outcome IS NULL",
    ),
}  # fmt: skip
HANGING = {
    "links": "tickets_ticketlink x WHERE x.ticket_id = t.id OR x.other_id = t.id",
    "family": "tickets_ticket x WHERE x.parent_id = t.id OR x.merged_into_id = t.id",
    "part": "tickets_faultpart x WHERE x.ticket_id = t.id",
    "outage": "tickets_outage x WHERE x.ticket_id = t.id AND x.ended_at IS NULL",
    "incident": "tickets_majorincident x WHERE x.ticket_id = t.id",
    "open_incident": "tickets_majorincident x WHERE x.ticket_id = t.id AND x.ended_at IS NULL",
    "ticks": "tickets_plantick x WHERE x.ticket_id = t.id",
    "tasks": "tickets_hospitaltask x WHERE x.ticket_id = t.id",
    "remote": "tickets_remoteauthorisation x WHERE x.ticket_id = t.id",
}
NAMES = ", ".join(f"CASE WHEN EXISTS (SELECT FROM {rows}) THEN '{name}' END" for name, rows in HANGING.items())
PAIRS = ",\n".join(f"'{name}', {query}" for name, query in PARTS.items())
CREATE = f"""CREATE FUNCTION ticket_around(of_ticket uuid) RETURNS jsonb {PLAIN} AS $$
#variable_conflict use_column
BEGIN RETURN (SELECT jsonb_build_object({PAIRS}, 'hangs', to_jsonb(array_remove(ARRAY[{NAMES}], NULL)))
  FROM tickets_ticket t WHERE t.id = of_ticket);
END $$;"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_home")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION ticket_around")]
