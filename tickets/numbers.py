"""`SHEN-20261121-004`: the hospital's letters, the day in the hospital's own time, and the day's count."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from servicedesk.tenancy.bulk import SETTING, ask, say_later
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.plans import Statement

DIGITS = 3
LETTERS = 4
NO_LETTER = "H"
LOOK_ALIKE = frozenset("IOLQ01")  # spoken over the telephone and written on paper
OF_ITS_CODE = f"left(regexp_replace(upper(h.code), '[^A-Z0-9]|[{''.join(sorted(LOOK_ALIKE))}]', '', 'g'), {LETTERS})"
# What follows in the same message says the number where it says LATER. `letters_of` says the letters once more.
NEXT = Statement.of(
    "insert_tickets_daycount",
    f"""
WITH next AS (
    INSERT INTO tickets_daycount AS d (id, hospital_id, "on", last) VALUES (%s::uuid, %s::int, %s::date, 1)
        ON CONFLICT (hospital_id, "on") DO UPDATE SET last = d.last + 1 RETURNING hospital_id, "on", last::text
)
SELECT set_config('{SETTING}', concat_ws('-',
           coalesce(r.prefix, nullif({OF_ITS_CODE}, ''), '{NO_LETTER}'), to_char(n."on", 'YYYYMMDD'),
           lpad(n.last, greatest(coalesce(r.digits, {DIGITS}), length(n.last)), '0')), true)
  FROM next n LEFT JOIN tenancy_hospital h ON h.id = n.hospital_id
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


def letters_of(code: str) -> str:
    """Of a hospital's code, until it chooses its own."""
    spoken = [letter for letter in code.upper() if letter.isalnum() and letter not in LOOK_ALIKE]
    return "".join(spoken[:LETTERS]) or NO_LETTER
