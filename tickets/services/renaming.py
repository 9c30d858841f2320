"""A system that was renamed: its tickets are found by every name it had, a hundred thousand of them too. The page that
renamed it has answered by then.

The watch role looks across all tenants for ids only; each system is then done inside its hospital's wall, each portion
in a transaction of its own: whoever goes on after a crash begins where the last portion ended.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from servicedesk.tenancy.wall import Context, opened
from tickets.models import RenamedSystem

WATCH = "watch"
AT_ONCE = 500  # systems
PORTION, PORTIONS = 500, 10  # tickets; what is left then is handed over again
WRITE = """
WITH names AS (
    SELECT tickets_folded(name) AS name FROM contracts_system WHERE id = %(system)s
    UNION SELECT tickets_folded(name) FROM contracts_historicalsystem WHERE id = %(system)s
), portion AS (
    SELECT id FROM tickets_ticket
     WHERE system_id = %(system)s AND id > coalesce(%(after)s, '00000000-0000-0000-0000-000000000000'::uuid)
     ORDER BY id LIMIT %(most)s
), written AS (
    UPDATE tickets_searchtext s
       SET text = s.text || ' ' || (SELECT string_agg(name, ' ') FROM names WHERE strpos(s.text, name) = 0)
      FROM portion p WHERE s.id = p.id AND EXISTS (SELECT FROM names WHERE strpos(s.text, name) = 0)
)
SELECT id FROM portion ORDER BY id DESC LIMIT 1
"""


def hand_over() -> int:
    from tickets.tasks import find_by_new_name

    found = list(RenamedSystem.objects.using(WATCH).order_by("id").values_list("id", "hospital_id")[:AT_ONCE])
    for renamed_id, hospital_id in found:
        find_by_new_name.inside(Context.of_hospital(hospital_id), str(renamed_id))
    return len(found)


def find_by_new_name(renamed_id: UUID, *, context: Context) -> None:
    for _portion in range(PORTIONS):
        with opened(context):
            if not _write_next(renamed_id):
                return


def _write_next(renamed_id: UUID) -> bool:
    """Whether there may be more. Somebody else who is at it is not waited for."""
    rows = RenamedSystem.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    renamed = rows.filter(pk=renamed_id).first()
    if renamed is None:
        return False
    last = _last_written(renamed)
    if last is None:
        renamed.delete()
        return False
    renamed.after = last
    renamed.save(update_fields=["after"])
    return True


def _last_written(renamed: RenamedSystem) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"system": renamed.system_id, "after": renamed.after, "most": PORTION})
        row = cursor.fetchone()
    return row[0] if row else None
