"""All clocks of one metric of one ticket, in the order they were started: what each fact of its life does to them.

Old results stay. Only the hospital's acts change severities, pause, waive or move a start; who may is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from servicedesk.sla.calendar import Calendar
from servicedesk.sla.clock import Clock, Outcome
from servicedesk.sla.promise import Armed, Promise, Severity


@dataclass(frozen=True)
class Course:
    clocks: tuple[Clock, ...]
    called_at: datetime | None = None  # the latest call for a visit in this cycle

    place: int = -1  # of the clock that stands: the last one, unless a severity went back to what was kept before

    @property
    def latest(self) -> Clock:
        return self.clocks[self.place]

    # ── while it runs ────────────────────────────────────────────────────────────────────────────────────────────────
    def call(self, at: datetime) -> Course:
        return replace(self, called_at=at)._with(lambda clock: clock.arm(at))

    def move_start(self) -> Course:
        """To the call, by the hospital's leave."""
        called_at = self.called_at
        return self._with(lambda clock: clock.move_start(called_at)) if called_at else self

    def agree(self, time: datetime) -> Course:
        return self._with(lambda clock: clock.agree(time))

    def pause(self, at: datetime, *, why: str = "", by: str = "") -> Course:
        return self._with(lambda clock: clock.pause(at, why=why, by=by))

    def resume(self, at: datetime) -> Course:
        return self._with(lambda clock: clock.resume(at))

    def stop(self, at: datetime) -> Course:
        return self._with(lambda clock: clock.stop(at))

    def waive(self, at: datetime, *, since: datetime) -> Course:
        return self._with(lambda clock: clock.waive(at, since=since))

    # ── when it has ended ────────────────────────────────────────────────────────────────────────────────────────────
    def take_waiver_back(self) -> Course:
        if self.latest.outcome is not Outcome.WAIVED:
            return self
        clock = self.latest.take_waiver_back()
        return self._standing(clock.arm(self.called_at) if self.called_at else clock)

    def bring_back(self, ended_at: datetime) -> Course:
        """What was withdrawn at that moment was withdrawn by mistake: it runs on as if it never had been."""
        clock = self.latest
        if clock.stopped_at != ended_at or clock.outcome not in (Outcome.SUPERSEDED, Outcome.MISSED):
            return self
        pauses = clock.pauses
        if pauses and pauses[-1].end == ended_at:
            pauses = (*pauses[:-1], replace(pauses[-1], end=None))
        return self._standing(replace(clock, pauses=pauses, stopped_at=None, outcome=None))

    def reopen(self, promise: Promise, calendar: Calendar, at: datetime, *, severity: Severity) -> Course:
        """The next cycle; the result of this one stays. What was waived or not even called for was so of a solution
        that is refused now; what still runs keeps its time."""
        if self.latest.is_open and self.latest.armed_at:
            return self
        clock = replace(begun(promise, calendar, at, severity=severity), cycle=self.latest.cycle + 1)
        return replace(self.withdraw(at), called_at=None)._followed_by(clock)

    def of_a_part(self) -> Course:
        """For what is taken out of the matter: it began as this began, raise by raise; of what was done nothing is."""
        places = self._back_to(Severity.NONE)
        former = [replace(self.clocks[place], outcome=Outcome.SUPERSEDED) for place in places[:-1]]
        last = self.clocks[places[-1]]
        armed_at = last.counts_from if last.promise.armed is Armed.AT_REPORT else None
        fresh = replace(last, armed_at=armed_at, agreed=None, stopped_at=None, outcome=None)
        over = enumerate((*former, fresh), start=-1)
        return Course(tuple(replace(clock, cycle=1, raised_over=None if at < 0 else at) for at, clock in over))

    # ── when severity or category change ─────────────────────────────────────────────────────────────────────────────
    def changed(
        self, promise: Promise, calendar: Calendar, at: datetime, *, was: Severity, severity: Severity
    ) -> Course:
        if severity.is_graver_than(was):
            return self._raised(promise, calendar, at, severity)
        if self.latest.is_open or self.latest.outcome is Outcome.SUPERSEDED:  # withdrawn, and promised again
            return self._replaced(promise, calendar, at, severity)
        return self

    def hastened(self, promise: Promise, calendar: Calendar, at: datetime, *, severity: Severity) -> Course:
        """An emergency by the hospital's mark: what that shortens counts from the mark, as from the call that raises a
        severity. Before it nobody could know, and what ran until then keeps its result (HRP-4)."""
        if not self._is_shortened_by(promise, calendar):
            return self.changed(promise, calendar, at, was=severity, severity=severity)
        clock = replace(begun(promise, calendar, at, severity=severity), cycle=self.latest.cycle)
        return self.withdraw(at)._followed_by(clock.arm(at) if self.called_at else clock)

    def _is_shortened_by(self, promise: Promise, calendar: Calendar) -> bool:
        """Only what still runs; by when each would be due, had nothing happened since the start."""
        old, start = self.latest, self.latest.counts_from
        new, ran = Clock(promise, calendar, start, start), Clock(old.promise, old.calendar, start, start)
        return old.is_open and new.due_at < ran.due_at  # type: ignore[operator]

    def withdraw(self, at: datetime) -> Course:
        """Nothing is promised of this metric any more."""
        return self._with(lambda clock: clock.supersede(at))

    def _raised(self, promise: Promise, calendar: Calendar, at: datetime, severity: Severity) -> Course:
        """The graver promise counts from the call that raised it. A visit that was called for stays called for."""
        over = self.place % len(self.clocks)
        fresh = replace(begun(promise, calendar, at, severity=severity), cycle=self.latest.cycle, raised_over=over)
        ended = self._with(lambda clock: clock.supersede(at))
        return ended._followed_by(fresh.arm(at) if self.called_at else fresh)

    def _replaced(self, promise: Promise, calendar: Calendar, at: datetime, severity: Severity) -> Course:
        """Another promise, as if it had been so from the beginning: from the report, or from the call that raised it
        at least as high. What had been kept before the raise is not asked for again."""
        old = self.latest
        if old.is_open and old.promise.asks_the_same(promise) and old.severity == severity:
            return self
        places = self._back_to(severity)
        base, ended = self.clocks[places[0]], self.withdraw(at)
        if base.outcome not in (None, Outcome.SUPERSEDED):
            return replace(ended, place=places[0])
        clock = replace(
            base,
            promise=promise,
            calendar=calendar,
            severity=severity,
            armed_at=base.counts_from if promise.armed is Armed.AT_REPORT else self.called_at,
            pauses=tuple(pause for place in places for pause in self.clocks[place].pauses),
            agreed=old.agreed,
            stopped_at=None,
            outcome=None,
        )
        return ended._followed_by(clock)

    def _back_to(self, severity: Severity) -> list[int]:
        """The places of the clocks on whose time the lower severity counts, the earliest first."""
        found, over = [self.place], self.latest.raised_over
        while over is not None and not severity.is_graver_than(self.clocks[over].severity):
            found.insert(0, over)
            over = self.clocks[over].raised_over
        return found

    def _followed_by(self, clock: Clock) -> Course:
        return replace(self, clocks=(*self.clocks, clock), place=-1)

    def _with(self, act: Callable[[Clock], Clock]) -> Course:
        """Upon the open clock, if there is one."""
        return self._standing(act(self.latest)) if self.latest.is_open else self

    def _standing(self, clock: Clock) -> Course:
        place = self.place % len(self.clocks)
        return replace(self, clocks=(*self.clocks[:place], clock, *self.clocks[place + 1 :]))


def begun(promise: Promise, calendar: Calendar, at: datetime, *, severity: Severity = Severity.NONE) -> Clock:
    calendar.day_of(at)  # refuses a moment that no calendar reaches
    armed_at = at if promise.armed is Armed.AT_REPORT else None
    return Clock(promise, calendar, at, armed_at, severity=severity)
