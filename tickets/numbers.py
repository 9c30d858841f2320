"""`SHEN-20261121-004`: the hospital's letters, the day in the hospital's own time, and the day's count."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital
from tickets.models import NumberRule

DIGITS = 3
LETTERS = 4
LOOK_ALIKE = frozenset("IOLQ01")  # spoken over the telephone and written on paper
NEXT = """
INSERT INTO tickets_daycount (id, hospital_id, "on", last) VALUES (%s, %s, %s, 1)
ON CONFLICT (hospital_id, "on") DO UPDATE SET last = tickets_daycount.last + 1 RETURNING last
"""


def next_number(hospital: Hospital, *, at: datetime) -> str:
    """Whoever comes at the same moment waits for this transaction: no gap and no double."""
    rule = NumberRule.objects.filter(hospital_id=hospital.pk).first()
    prefix, digits = (rule.prefix, rule.digits) if rule else (letters_of(hospital), DIGITS)
    on = timezone.localdate(at)
    return f"{prefix}-{on:%Y%m%d}-{_counted(hospital, on):0{digits}d}"


def letters_of(hospital: Hospital) -> str:
    """Until the hospital chooses its own."""
    spoken = [letter for letter in hospital.code.upper() if letter.isalnum() and letter not in LOOK_ALIKE]
    return "".join(spoken[:LETTERS]) or "H"


def _counted(hospital: Hospital, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [uuid7(), hospital.pk, on])
        return int(cursor.fetchone()[0])
