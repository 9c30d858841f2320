"""`SHEN-20261121-004`: the hospital's letters, the day in the hospital's own time, and the day's count."""

from __future__ import annotations

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.plans import Statement, first_of

DIGITS = 3
LETTERS = 4
LOOK_ALIKE = frozenset("IOLQ01")  # spoken over the telephone and written on paper
# The casts stand for the types: a plan that is kept may not answer with others when a migration has changed a column.
NEXT = Statement.of(
    "insert_tickets_daycount",
    """
INSERT INTO tickets_daycount (id, hospital_id, "on", last) VALUES (%s::uuid, %s::int, %s::date, 1)
ON CONFLICT (hospital_id, "on") DO UPDATE SET last = tickets_daycount.last + 1
RETURNING last::int, (SELECT prefix::text FROM tickets_numberrule r WHERE r.hospital_id = tickets_daycount.hospital_id),
                     (SELECT digits::int FROM tickets_numberrule r WHERE r.hospital_id = tickets_daycount.hospital_id),
                     (SELECT code::text FROM tenancy_hospital h WHERE h.id = tickets_daycount.hospital_id)
""",
)


def next_number(hospital_id: int, *, at: datetime) -> str:
    """Whoever comes at the same moment waits for this transaction: no gap and no double."""
    on = timezone.localdate(at)
    count, prefix, digits, code = first_of(NEXT, [uuid7(), hospital_id, on], using=DEFAULT_DB_ALIAS)
    return f"{prefix or letters_of(code)}-{on:%Y%m%d}-{count:0{digits or DIGITS}d}"


def letters_of(code: str) -> str:
    """Of a hospital's code, until it chooses its own."""
    spoken = [letter for letter in code.upper() if letter.isalnum() and letter not in LOOK_ALIKE]
    return "".join(spoken[:LETTERS]) or "H"
