"""The slow reference's half about time: which minutes and days count, and when a target is used up.

Minute by minute and day by day. All times are naive local ones (+08:00, no DST) at whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WALK_LIMIT = 800  # days
MINUTE = timedelta(minutes=1)

Pauses = list[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Days:
    """The calendar. A date is worked by `worked`, else not at all if in `closed`, else by its weekday."""

    week: dict[int, list[tuple[int, int]]]
    closed: set[date]
    worked: dict[date, list[tuple[int, int]]]


@dataclass(frozen=True)
class Promised:
    target: int
    unit: str  # "elapsed_minutes" | "working_minutes" | "working_days" | "calendar_days"
    closes_with_hours: bool
    armed: str  # "at_report" | "when_called_for"
    by_agreement: bool


# The calendar, day by day


def walk(start: date) -> Iterator[date]:
    for number in range(WALK_LIMIT + 1):
        yield start + timedelta(days=number)
    raise LookupError(f"no due time within {WALK_LIMIT} days from {start}")


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def worked_minutes(days: Days, day: date) -> set[int]:
    """The minutes of the day that have hours; a day with none is not a working day."""
    if day in days.worked:
        segments = days.worked[day]
    elif day in days.closed:
        segments = []
    else:
        segments = days.week.get(day.weekday(), [])
    minutes: set[int] = set()
    for start, end in segments:
        for minute in range(start, end):
            minutes.add(minute)
    return minutes


def close_of(days: Days, promised: Promised, day: date) -> datetime:
    """The end of a working day."""
    last = max(worked_minutes(days, day)) if promised.closes_with_hours else 1439
    return midnight(day) + (last + 1) * MINUTE


# The due time by closed pauses


def is_paused(minute: datetime, pauses: Pauses) -> bool:
    return any(start <= minute < end for start, end in pauses)


def minutes_of(days: Days, promised: Promised, day: date) -> set[int]:
    """The minutes of the day that concern the promise: all of them, or those with hours."""
    if promised.unit in ("elapsed_minutes", "calendar_days"):
        return set(range(1440))
    return worked_minutes(days, day)


def due_by_minutes(days: Days, promised: Promised, counts_from: datetime, pauses: Pauses) -> datetime:
    left = promised.target
    if left == 0:
        return counts_from
    for day in walk(counts_from.date()):
        for number in sorted(minutes_of(days, promised, day)):
            minute = midnight(day) + number * MINUTE
            if minute < counts_from or is_paused(minute, pauses):
                continue
            left -= 1
            if left == 0:
                return minute + MINUTE
    raise AssertionError("the walk raises when it is over")


def day_counts(days: Days, promised: Promised, day: date, pauses: Pauses) -> bool:
    """Whether at least one minute of the day that concerns the promise is not paused."""
    return any(not is_paused(midnight(day) + number * MINUTE, pauses) for number in minutes_of(days, promised, day))


def last_day(days: Days, promised: Promised, first: date, pauses: Pauses) -> date:
    left = promised.target
    for day in walk(first):
        if left > 0 and day != first and day_counts(days, promised, day, pauses):
            left -= 1
        if left == 0 and worked_minutes(days, day):
            return day
    raise AssertionError("the walk raises when it is over")


def first_close_from(days: Days, promised: Promised, first: date, instant: datetime) -> datetime:
    for day in walk(first):
        if worked_minutes(days, day) and close_of(days, promised, day) >= instant:
            return close_of(days, promised, day)
    raise AssertionError("the walk raises when it is over")


def due_by_days(days: Days, promised: Promised, counts_from: datetime, pauses: Pauses) -> datetime:
    first = counts_from.date()
    due = close_of(days, promised, last_day(days, promised, first, pauses))
    while True:
        ends = [end for start, end in pauses if start < due < end]
        if not ends:
            return due
        due = first_close_from(days, promised, first, ends[0])


def due_by_target(days: Days, promised: Promised, counts_from: datetime, pauses: Pauses) -> datetime:
    if promised.unit in ("elapsed_minutes", "working_minutes"):
        return due_by_minutes(days, promised, counts_from, pauses)
    if promised.unit in ("working_days", "calendar_days"):
        return due_by_days(days, promised, counts_from, pauses)
    raise ValueError(promised.unit)
