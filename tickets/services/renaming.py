"""A system that was renamed: its tickets are found by every name it had, a hundred thousand of them too. The page that
renamed it has answered by then.

The watch role looks across all tenants for ids only; each system is then done inside its hospital's wall, each portion
in a transaction of its own: whoever goes on after a crash begins where the last portion ended. While it is done,
somebody may be writing a ticket down who knows the earlier name alone: the system is done with by a pass that began
when nobody was.
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
), held AS (  -- in one order, as whoever writes to several tickets holds them
    SELECT s.id FROM tickets_searchtext s JOIN portion USING (id)
     WHERE EXISTS (SELECT FROM names WHERE strpos(s.text, name) = 0) ORDER BY s.id FOR NO KEY UPDATE OF s
), written AS (
    UPDATE tickets_searchtext s
       SET text = s.text || ' ' || (SELECT string_agg(name, ' ') FROM names WHERE strpos(s.text, name) = 0)
      FROM held h WHERE s.id = h.id AND EXISTS (SELECT FROM names WHERE strpos(s.text, name) = 0)
)
SELECT id FROM portion ORDER BY id DESC LIMIT 1
"""
# Whoever writes a ticket down by its system's names holds the same with others until the commit (migration 0005). It is
# let go at once: who comes next reads the new name.
NAMES = 7204
NOBODY_WRITES = """
SELECT CASE WHEN pg_try_advisory_lock(%(lock)s, hashtext(%(system)s)) THEN
    pg_advisory_unlock(%(lock)s, hashtext(%(system)s)) ELSE false END
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
    if renamed.after is None:
        renamed.is_last = _nobody_writes(renamed)
    renamed.after = _last_written(renamed)
    if renamed.after is None and renamed.is_last:
        renamed.delete()
    else:
        renamed.save(update_fields=["after", "is_last"])
    return renamed.after is not None


def _nobody_writes(renamed: RenamedSystem) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(NOBODY_WRITES, {"lock": NAMES, "system": str(renamed.system_id)})
        return bool(cursor.fetchone()[0])


def _last_written(renamed: RenamedSystem) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"system": renamed.system_id, "after": renamed.after, "most": PORTION})
        row = cursor.fetchone()
    return row[0] if row else None
