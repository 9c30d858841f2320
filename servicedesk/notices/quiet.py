"""Quiet hours: when a person wants only what cannot wait. Pure: the moment is an argument."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

A_DAY = timedelta(days=1)
A_WEEK = 7


def quiet_until(start: time, end: time, weekdays: frozenset[int], at: datetime) -> datetime | None:
    """The end of the quiet hours that `at` lies in, or None when it lies in none.

    Hours belong to the weekday they begin on: Friday 22:00 to 07:00 ends on Saturday morning. Equal ends mean a whole
    day. Quiet hours that follow each other without a gap are one, but none is longer than a week.
    """
    until = at
    for _ in range(A_WEEK):
        end_of_this = _end_of_window(start, end, weekdays, until)
        if end_of_this is None:
            break
        until = end_of_this
    return until if until > at else None


def _end_of_window(start: time, end: time, weekdays: frozenset[int], at: datetime) -> datetime | None:
    zone = timezone.get_default_timezone()
    today = at.astimezone(zone).date()
    for day in (today - A_DAY, today):
        opens = datetime.combine(day, start, zone)
        closes = datetime.combine(day + (A_DAY if end <= start else timedelta()), end, zone)
        if day.weekday() in weekdays and opens <= at < closes:
            return closes
    return None
