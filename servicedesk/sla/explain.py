"""Why this time? The steps that lead to a due time, as facts; a room with words makes sentences of them.

One source for the page, the API and the command, so that both parties read the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from servicedesk.sla.calendar import ONE_DAY
from servicedesk.sla.clock import Clock
from servicedesk.sla.promise import Unit, Window


class Reason(StrEnum):
    PROMISED = "promised"  # target, unit, clause, is_default
    IN_WINDOW = "in_window"  # window
    REOPENED = "reopened"  # cycle
    WAITS_FOR_CALL = "waits_for_call"  # counts_from
    COUNTED_FROM = "counted_from"  # at
    CALLED_LATER = "called_later"  # at
    RUNS_DAY_AND_NIGHT = "runs_day_and_night"  # is_default
    RUNS_IN_HOURS = "runs_in_hours"
    FIRST_DAY_NOT_COUNTED = "first_day_not_counted"  # day
    DAYS_OFF = "days_off"  # days: statutory days off on the way
    MADE_UP = "made_up"  # days: worked although it is a weekend
    PAUSED = "paused"  # start, end, why
    LAST_DAY = "last_day"  # day, number
    MOVED_TO_WORKING_DAY = "moved_to_working_day"  # day
    ENDS_WITH_HOURS = "ends_with_hours"
    ENDS_AT_MIDNIGHT = "ends_at_midnight"
    AGREED = "agreed"  # time
    AGREED_TOO_LATE = "agreed_too_late"  # time
    AT_THE_LATEST = "at_the_latest"
    PAUSED_NOW = "paused_now"
    PROVISIONAL = "provisional"  # years
    DUE = "due"  # at


@dataclass(frozen=True)
class Because:
    reason: Reason
    facts: dict[str, Any] = field(default_factory=dict)


def explain(clock: Clock) -> list[Because]:
    return [Because(reason, facts) for reason, facts in _steps(clock)]


Step = tuple[Reason, dict[str, Any]]


def _steps(clock: Clock) -> Iterator[Step]:
    promise = clock.promise
    yield (
        Reason.PROMISED,
        {
            "target": promise.target,
            "unit": promise.unit,
            "clause": promise.clause,
            "is_default": promise.is_default,
        },
    )
    if promise.window is not Window.ALWAYS:
        yield Reason.IN_WINDOW, {"window": promise.window}
    if clock.cycle > 1:
        yield Reason.REOPENED, {"cycle": clock.cycle}
    if clock.armed_at is None:
        yield from _agreement(clock)
        yield Reason.WAITS_FOR_CALL, {"counts_from": clock.counts_from}
        return
    yield Reason.COUNTED_FROM, {"at": clock.counts_from}
    if clock.armed_at > clock.counts_from:
        yield Reason.CALLED_LATER, {"at": clock.armed_at}
    yield from _day_steps(clock) if promise.unit.is_days else _minute_steps(clock)
    yield from _agreement(clock)
    if clock.due_at is None:
        yield Reason.PAUSED_NOW, {}
        return
    if clock.is_provisional:
        yield Reason.PROVISIONAL, {"years": clock.unknown_years}
    yield Reason.DUE, {"at": clock.due_at}


def _minute_steps(clock: Clock) -> Iterator[Step]:
    if clock.promise.unit is Unit.ELAPSED_MINUTES:
        yield Reason.RUNS_DAY_AND_NIGHT, {"is_default": clock.promise.window_is_default}
    else:
        yield Reason.RUNS_IN_HOURS, {}
        yield from _odd_days(clock)
    yield from _pauses(clock)


def _day_steps(clock: Clock) -> Iterator[Step]:
    calendar, promise = clock.calendar, clock.promise
    yield Reason.FIRST_DAY_NOT_COUNTED, {"day": calendar.day_of(clock.counts_from)}
    yield from _odd_days(clock)
    yield from _pauses(clock)
    if last := _last_day(clock):
        yield Reason.LAST_DAY, {"day": last, "number": promise.target}
        if (moved := calendar.working_day(last, 0)) != last:
            yield Reason.MOVED_TO_WORKING_DAY, {"day": moved}
    yield Reason.ENDS_WITH_HOURS if promise.closes_with_hours else Reason.ENDS_AT_MIDNIGHT, {}


def _last_day(clock: Clock) -> date | None:
    """Where the counting ends, before it moves off a day without work. Pauses are said beside it, not counted twice."""
    if clock.pauses:
        return None
    first, promise = clock.calendar.day_of(clock.counts_from), clock.promise
    if promise.unit is Unit.WORKING_DAYS:
        return clock.calendar.working_day(first, promise.target)
    return first + promise.target * ONE_DAY


def _odd_days(clock: Clock) -> Iterator[Step]:
    """What a wall calendar alone would not tell: days off within the week, and worked weekends."""
    if clock.due_at is None:
        return
    days = list(_days(clock.calendar.day_of(clock.counts_from), clock.calendar.last_day_before(clock.due_at)))
    week = clock.calendar.week
    off = [day for day in days if day in clock.calendar.closed and day not in clock.calendar.worked]
    made_up = [day for day in days if not week[day.weekday()] and clock.calendar.is_working_day(day)]
    if off:
        yield Reason.DAYS_OFF, {"days": off}
    if made_up:
        yield Reason.MADE_UP, {"days": made_up}


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def _pauses(clock: Clock) -> Iterator[Step]:
    for pause in clock.pauses:
        yield Reason.PAUSED, {"start": pause.start, "end": pause.end, "why": pause.why}


def _agreement(clock: Clock) -> Iterator[Step]:
    if not clock.promise.by_agreement:
        return
    if clock.agreed is None:
        yield Reason.AT_THE_LATEST, {}
    else:
        kept = clock.due_at == clock.agreed
        yield Reason.AGREED if kept else Reason.AGREED_TOO_LATE, {"time": clock.agreed}
