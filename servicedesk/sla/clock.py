"""A promise that runs. Intervals are kept, never totals: every due time is worked out from the facts, each time anew.

A clock stops only by its own act, cannot be missed while it is paused, and keeps the promise it was started with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from servicedesk.sla.calendar import MINUTE, ONE_DAY, Calendar, Impossible, instant, moment
from servicedesk.sla.promise import Promise, Severity, Unit, Window


class Outcome(StrEnum):
    MET = "met"
    MISSED = "missed"
    WAIVED = "waived"
    SUPERSEDED = "superseded"  # another promise took its place before it was due


class State(StrEnum):
    WAITING = "waiting"  # not called for yet
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"
    WAIVED = "waived"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Pause:
    start: datetime
    end: datetime | None = None
    why: str = ""
    by: str = ""


@dataclass(frozen=True)
class Clock:
    promise: Promise
    calendar: Calendar
    counts_from: datetime
    armed_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    agreed: datetime | None = None
    stopped_at: datetime | None = None
    outcome: Outcome | None = None
    cycle: int = 1
    severity: Severity = Severity.NONE
    raised_over: int | None = None  # the place, in its course, of the clock whose severity was raised

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────
    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def open_pause(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None

    @cached_property
    def due_at(self) -> datetime | None:
        """None while it waits to be called for, and while a pause keeps it from becoming due."""
        if self.armed_at is None:
            return None
        pauses = tuple(self._counted_pauses())
        days = self.promise.unit.is_days
        return self._as_agreed(self._day_due(pauses) if days else self._minute_due(pauses), pauses)

    def due_if_resumed(self, now: datetime) -> datetime | None:
        return self.resume(now).due_at if self.open_pause else None

    def state_at(self, now: datetime) -> State:
        if self.outcome:
            return State(self.outcome.value)
        if self.armed_at is None:
            return State.WAITING
        if self.due_at is None:
            return State.PAUSED
        return State.OVERDUE if now > self.due_at else State.RUNNING

    def remaining(self, now: datetime) -> timedelta | None:
        """Until it is due, by the clock on the wall; negative afterwards. While paused: if it were resumed now."""
        due = self.due_at or self.due_if_resumed(now)
        return due - now if due else None

    @property
    def is_provisional(self) -> bool:
        """Does the due time rest on a year whose days off are not published yet?"""
        return bool(self.unknown_years)

    @property
    def unknown_years(self) -> list[int]:
        """Elapsed minutes need no calendar, unless the contract tells reports in working hours from others."""
        if self.due_at is None:
            return []
        if self.promise.unit is not Unit.ELAPSED_MINUTES:
            return self.calendar.unknown_years(self.counts_from, self.due_at)
        if self.promise.window is Window.ALWAYS:
            return []
        return self.calendar.unknown_years(self.counts_from, self.counts_from)

    # ── what happens to it ───────────────────────────────────────────────────────────────────────────────────────────
    def arm(self, at: datetime) -> Clock:
        """Called for late, it still counts from the report."""
        return self if self.armed_at else replace(self, armed_at=at)

    def agree(self, time: datetime) -> Clock:
        if time < self.counts_from:
            raise Impossible("A time that is agreed upon lies after the report.")
        return replace(self, agreed=time)

    def move_start(self, to: datetime) -> Clock:
        return replace(self, counts_from=max(to, self.counts_from))

    def pause(self, at: datetime, *, why: str = "", by: str = "") -> Clock:
        return self if self.open_pause else replace(self, pauses=(*self.pauses, Pause(at, None, why, by)))

    def resume(self, at: datetime) -> Clock:
        if not self.open_pause:
            return self
        if at < self.open_pause.start:
            raise Impossible("A pause ends after it began.")
        return replace(self, pauses=(*self.pauses[:-1], replace(self.open_pause, end=at)))

    def stop(self, at: datetime) -> Clock:
        """The qualifying act. At the due instant it is on time."""
        return self._ended(at, Outcome.MET)

    def supersede(self, at: datetime) -> Clock:
        return self._ended(at, Outcome.SUPERSEDED)

    def waive(self, at: datetime, *, since: datetime) -> Clock:
        """Not needed any more since then. What was needed until after the deadline was missed, whatever is said now."""
        clock = self.resume(at)
        if since > at:
            raise Impossible("What ended the need has happened already.")
        if clock.due_at is not None and since > clock.due_at:
            raise Impossible("The need ended after the deadline: there is nothing to waive.")
        return replace(clock, stopped_at=since, outcome=Outcome.WAIVED)

    def take_waiver_back(self) -> Clock:
        """The original time is back, and what passed meanwhile counts."""
        return replace(self, stopped_at=None, outcome=None)

    def _ended(self, at: datetime, otherwise: Outcome) -> Clock:
        clock = self.resume(at)
        is_late = clock.due_at is not None and at > clock.due_at
        return replace(clock, stopped_at=at, outcome=Outcome.MISSED if is_late else otherwise)

    # ── how the due time is found ────────────────────────────────────────────────────────────────────────────────────
    def _counted_pauses(self) -> Iterator[Pause]:
        for pause in self.pauses:
            if pause.end is None or pause.end > self.counts_from:
                yield replace(pause, start=max(pause.start, self.counts_from))

    def _minute_due(self, pauses: tuple[Pause, ...]) -> datetime | None:
        """Run from pause to pause until the target is used up."""
        at, left = instant(self.counts_from), self.promise.target * MINUTE
        for pause in pauses:
            run = self._run(at, instant(pause.start))
            if run >= left:
                break
            if pause.end is None:
                return None
            at, left = instant(pause.end), left - run
        return moment(at + left if self._runs_always else self.calendar.reach(at, left))

    @property
    def _runs_always(self) -> bool:
        return self.promise.unit is Unit.ELAPSED_MINUTES

    def _run(self, start: int, end: int) -> int:
        return end - start if self._runs_always else self.calendar.worked_between(start, end)

    def _day_due(self, pauses: tuple[Pause, ...]) -> datetime | None:
        last = self._last_day(pauses)
        if last is None:
            return None
        due = self._close(last)
        for pause in pauses:
            if pause.start < due and (pause.end is None or due < pause.end):
                if pause.end is None:
                    return None
                due = self._first_close(pause.end)
        return due

    def _last_day(self, pauses: tuple[Pause, ...]) -> date | None:
        """The day of the event does not count, nor does a day that is wholly paused."""
        calendar, first = self.calendar, self.calendar.day_of(self.counts_from)
        if not pauses or not self.promise.target:
            return self._nth_day(first, self.promise.target)
        day, left = first, self.promise.target
        while left:
            day = self._next_day(day)
            spans = list(self._spans(day))
            if pauses[-1].end is None and pauses[-1].start <= spans[0][0]:
                return None
            left -= not all(_covered(start, end, pauses) for start, end in spans)
        return calendar.working_day(day, 0)

    def _nth_day(self, first: date, nth: int) -> date:
        if self.promise.unit is Unit.WORKING_DAYS:
            return self.calendar.working_day(first, nth)
        return self.calendar.working_day(first + nth * ONE_DAY, 0)

    def _next_day(self, day: date) -> date:
        return self.calendar.working_day(day, 1) if self.promise.unit is Unit.WORKING_DAYS else day + ONE_DAY

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """What of a day must be paused for it not to count: its hours, or all of it."""
        if self.promise.unit is Unit.WORKING_DAYS:
            return self.calendar.hours_on(day)
        return iter([(self.calendar.midnight(day), self.calendar.midnight(day + ONE_DAY))])

    def _close(self, day: date) -> datetime:
        return self.calendar.close_of(day, with_hours=self.promise.closes_with_hours)

    def _first_close(self, after: datetime) -> datetime:
        day = self.calendar.working_day(self.calendar.day_of(after) - ONE_DAY, 0)
        while (close := self._close(day)) < after:
            day = self.calendar.working_day(day, 1)
        return close

    def _as_agreed(self, cap: datetime | None, pauses: tuple[Pause, ...]) -> datetime | None:
        if not self.promise.by_agreement or self.agreed is None:
            return cap
        if cap is None:
            return self.agreed if self.agreed <= pauses[-1].start else None
        return min(self.agreed, cap)


def _covered(start: datetime, end: datetime, pauses: tuple[Pause, ...]) -> bool:
    """Is all of it paused, by one pause or by several that follow each other at once?"""
    for pause in pauses:
        if pause.start <= start and (pause.end is None or start < pause.end):
            start = pause.end or end
    return start >= end
