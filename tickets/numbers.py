"""`SHEN-20261121-004`: the hospital's letters, the day in the hospital's own time, and the day's count."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from servicedesk.tenancy.bulk import SETTING, ask, say_later
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.plans import Statement

DIGITS = 3
# What follows in the same message says the number where it says LATER.
NEXT = Statement.of(
    "insert_tickets_daycount",
    f"""
WITH next AS (
    INSERT INTO tickets_daycount AS d (id, hospital_id, "on", last) VALUES (%s::uuid, %s::int, %s::date, 1)
        ON CONFLICT (hospital_id, "on") DO UPDATE SET last = d.last + 1 RETURNING hospital_id, "on", last::text
)
SELECT set_config('{SETTING}', concat_ws('-', h.letters, to_char(n."on", 'YYYYMMDD'),
           lpad(n.last, greatest(coalesce(r.digits, {DIGITS}), length(n.last)), '0')), true)
  FROM next n JOIN tenancy_hospital h ON h.id = n.hospital_id
              LEFT JOIN tickets_numberrule r ON r.hospital_id = n.hospital_id
""",  # noqa: S608 - constants
)
TAKEN = Statement.of("select_number", f"SELECT current_setting('{SETTING}')")


def take_next(hospital_id: int, *, at: datetime, using: str) -> None:
    """Whoever comes at the same moment waits for this transaction: no gap and no double. So it goes out in one message
    with all that bears the number."""
    say_later(NEXT, [uuid7(), hospital_id, timezone.localdate(at)], using=using)


def taken(*, using: str) -> str:
    """Sends all that was held."""
    (number,) = ask(TAKEN, [], using=using)
    return str(number)
