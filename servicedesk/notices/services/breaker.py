"""Leaves a receiver alone after it failed several times in a row, so that it does not keep others waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from servicedesk.notices.models import Breaker

TRIPS_AT = 3
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=5)
ONE_PROBE = timedelta(seconds=30)  # longer than any call may take


def resting_until(key: str, *, at: datetime) -> datetime | None:
    """None: go ahead. When a rest is over, one caller goes ahead and the others wait for what becomes of it."""
    breaker = Breaker.objects.filter(key=key, failures__gte=TRIPS_AT).first()
    if breaker is None or breaker.rests_until is None:
        return None
    if at < breaker.rests_until:
        return breaker.rests_until
    probes = Breaker.objects.filter(key=key, rests_until=breaker.rests_until).update(rests_until=at + ONE_PROBE)
    return None if probes else at + ONE_PROBE


def note_success(key: str) -> None:
    Breaker.objects.filter(key=key).delete()


def note_failure(key: str, *, at: datetime) -> None:
    Breaker.objects.bulk_create([Breaker(key=key)], ignore_conflicts=True)
    Breaker.objects.filter(key=key).update(failures=F("failures") + 1)
    failures = Breaker.objects.values_list("failures", flat=True).get(key=key)
    if failures >= TRIPS_AT:
        rest = min(FIRST_REST * 2 ** min(failures - TRIPS_AT, 8), LONGEST_REST)
        Breaker.objects.filter(key=key).update(rests_until=at + rest)
