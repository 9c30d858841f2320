"""`SHEN-20261121-004`: the hospital's letters, the day in the hospital's own time, and the day's count."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital

DIGITS = 3
LETTERS = 4
LOOK_ALIKE = frozenset("IOLQ01")  # spoken over the telephone and written on paper
NEXT = """
INSERT INTO tickets_daycount (id, hospital_id, "on", last) VALUES (%s, %s, %s, 1)
ON CONFLICT (hospital_id, "on") DO UPDATE SET last = tickets_daycount.last + 1
RETURNING last, (SELECT prefix FROM tickets_numberrule r WHERE r.hospital_id = tickets_daycount.hospital_id),
                (SELECT digits FROM tickets_numberrule r WHERE r.hospital_id = tickets_daycount.hospital_id)
"""


def next_number(hospital: Hospital, *, at: datetime) -> str:
    """Whoever comes at the same moment waits for this transaction: no gap and no double."""
    on = timezone.localdate(at)
    count, prefix, digits = _counted(hospital, on)
    return f"{prefix or letters_of(hospital)}-{on:%Y%m%d}-{count:0{digits or DIGITS}d}"


def letters_of(hospital: Hospital) -> str:
    """Until the hospital chooses its own."""
    spoken = [letter for letter in hospital.code.upper() if letter.isalnum() and letter not in LOOK_ALIKE]
    return "".join(spoken[:LETTERS]) or "H"


def _counted(hospital: Hospital, on: date) -> tuple[int, str | None, int | None]:
    """With the hospital's rule, where it has one."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [uuid7(), hospital.pk, on])
        count, prefix, digits = cursor.fetchone()
        return int(count), prefix, digits
