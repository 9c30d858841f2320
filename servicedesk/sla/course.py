"""All clocks of one metric of one ticket, in the order they were started: what each fact of its life does to them.

Old results stay. Only the hospital's acts change severities, pause, waive or move a start; who may is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

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
        return self._going_on(self.latest.take_waiver_back()) if self.latest.outcome is Outcome.WAIVED else self

    def bring_back(self, ended_at: datetime) -> Course:
        """What was withdrawn at that moment was withdrawn by mistake: it runs on as if it never had been."""
        clock = self.latest
        if clock.stopped_at != ended_at or clock.outcome not in (Outcome.SUPERSEDED, Outcome.MISSED):
            return self
        pauses = clock.pauses
        if pauses and pauses[-1].end == ended_at:
            pauses = (*pauses[:-1], replace(pauses[-1], end=None))
        return self._going_on(replace(clock, pauses=pauses, stopped_at=None, outcome=None))

    def _going_on(self, clock: Clock) -> Course:
        """A visit that was called for meanwhile is called for."""
        return self._standing(clock.arm(self.called_at) if self.called_at else clock)

    def reopen(self, promise: Promise, calendar: Calendar, at: datetime, *, severity: Severity) -> Course:
        """The next cycle; the result of this one stays. What was waived or not even called for was so of a solution
        that is refused now; what still runs keeps its time."""
        if self.latest.is_open and self.latest.armed_at:
            return self
        clock = replace(begun(promise, calendar, at, severity=severity), cycle=self.latest.cycle + 1)
        return replace(self.withdraw(at), called_at=None)._followed_by(clock)

    def of_a_part(
        self, promise: Promise, calendar: Calendar, *, severity: Severity, is_of_the_mark: bool = False
    ) -> Course:
        """For what is taken out of the matter: what is promised of it began as it began here, raise by raise. Of what
        was done nothing is, and what came of a promise before a raise is the whole's result alone."""
        places = self._back_to(severity, since=(promise, calendar) if is_of_the_mark else None)
        base = self._as_from(places, promise, calendar, severity)
        last = replace(base, armed_at=base.counts_from if promise.armed is Armed.AT_REPORT else None, agreed=None)
        floors = [*(self.clocks[place] for place in self._below(places[0])), last]
        former = [
            replace(floor, outcome=Outcome.SUPERSEDED, stopped_at=above.counts_from)
            for floor, above in pairwise(floors)
        ]
        over = enumerate((*former, last), start=-1)
        return Course(tuple(replace(clock, cycle=1, raised_over=None if at < 0 else at) for at, clock in over))

    # ── when severity or category change ─────────────────────────────────────────────────────────────────────────────
    def changed(
        self,
        promise: Promise,
        calendar: Calendar,
        at: datetime,
        *,
        was: Severity,
        severity: Severity,
        is_of_the_mark: bool = False,
        since: datetime | None = None,
    ) -> Course:
        """`is_of_the_mark`: promised because the hospital marked an emergency, whatever the severity. `since`:
        from when a raise counts that takes effect only at `at`."""
        if severity.is_graver_than(was):
            return self._raised(promise, calendar, at, severity, since or at)
        if self.latest.is_open or self.latest.outcome is Outcome.SUPERSEDED:  # withdrawn, and promised again
            places = self._back_to(severity, since=(promise, calendar) if is_of_the_mark else None)
            return self._replaced(promise, calendar, at, severity, places)
        return self

    def hastened(
        self, promise: Promise, calendar: Calendar, at: datetime, *, severity: Severity, since: datetime | None = None
    ) -> Course:
        """An emergency by the hospital's mark: what that shortens counts from the mark, as from the call that raises a
        severity, and so does what it promises again. Before it nobody could know, and what ran until then keeps its
        result (HRP-4). The mark is never taken back, so no lower severity counts from before it."""
        withdrawn = self.latest.outcome is Outcome.SUPERSEDED
        if not withdrawn and not (self.latest.is_open and _is_quicker(promise, calendar, self.latest)):
            return self.changed(promise, calendar, at, was=severity, severity=severity, is_of_the_mark=True)
        return self._anew(promise, calendar, at, severity, over=None, since=since or at)

    def counted_since(self, said: datetime, at: datetime) -> datetime:
        """From when a raise counts that takes effect at `at` by a call said to have been earlier: never from before
        what stands began or took another's place, nor from before the end of a pause that was begun since."""
        place = self.place % len(self.clocks)
        replaced = (clock.stopped_at for over, clock in enumerate(self.clocks) if over != place and clock.stopped_at)
        paused = (pause.end or (at if pause.start > said else said) for pause in self.latest.pauses)
        return max(said, self.latest.counts_from, *replaced, *paused)

    def withdraw(self, at: datetime) -> Course:
        """Nothing is promised of this metric any more."""
        return self._with(lambda clock: clock.supersede(at))

    def _raised(
        self, promise: Promise, calendar: Calendar, at: datetime, severity: Severity, since: datetime
    ) -> Course:
        """The graver promise counts from the call that raised it."""
        return self._anew(promise, calendar, at, severity, over=self.place % len(self.clocks), since=since)

    def _anew(
        self,
        promise: Promise,
        calendar: Calendar,
        at: datetime,
        severity: Severity,
        *,
        over: int | None,
        since: datetime,
    ) -> Course:
        """What stood is judged when it ends: late by then, it was missed, whenever the new one counts from. A visit
        that was called for stays called for."""
        fresh = replace(begun(promise, calendar, since, severity=severity), cycle=self.latest.cycle, raised_over=over)
        return self.withdraw(at)._followed_by(fresh.arm(max(since, self.called_at)) if self.called_at else fresh)

    def _replaced(
        self, promise: Promise, calendar: Calendar, at: datetime, severity: Severity, places: list[int]
    ) -> Course:
        """Another promise, as if it had been so from the beginning: from the report, or from the call that raised it
        at least as high. What had been kept before the raise is not asked for again."""
        old = self.latest
        if old.is_open and old.promise.asks_the_same(promise) and old.severity == severity:
            return self
        base, ended = self.clocks[places[0]], self.withdraw(at)
        if base.outcome not in (None, Outcome.SUPERSEDED):
            return replace(ended, place=places[0])
        return ended._followed_by(replace(self._as_from(places, promise, calendar, severity), agreed=old.agreed))

    def _as_from(self, places: list[int], promise: Promise, calendar: Calendar, severity: Severity) -> Clock:
        """On the time of the first of these clocks, with the pauses of all of them."""
        base = self.clocks[places[0]]
        return replace(
            base,
            promise=promise,
            calendar=calendar,
            severity=severity,
            armed_at=base.counts_from if promise.armed is Armed.AT_REPORT else self.called_at,
            pauses=tuple(pause for place in places for pause in self.clocks[place].pauses),
            stopped_at=None,
            outcome=None,
        )

    def _back_to(self, severity: Severity, *, since: tuple[Promise, Calendar] | None = None) -> list[int]:
        """The places of the clocks on whose time the lower severity counts, the earliest first. `since`: what a mark
        promises counts from no time at which more was allowed."""
        found = [self.place % len(self.clocks)]
        for over in reversed(self._below(found[0])):
            floor = self.clocks[over]
            if severity.is_graver_than(floor.severity) or (since and _is_quicker(*since, floor)):
                break
            found.insert(0, over)
        return found

    def _below(self, place: int) -> list[int]:
        """The clocks over which this one was raised, the earliest first."""
        over = self.clocks[place].raised_over
        return [] if over is None else [*self._below(over), over]

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


def _is_quicker(promise: Promise, calendar: Calendar, than: Clock) -> bool:
    """Would it be due sooner, had nothing happened since the start? What waits for a call is due at no time."""
    if than.armed_at is None and promise.armed is Armed.AT_REPORT:
        return True
    start = than.counts_from
    new, old = Clock(promise, calendar, start, start), Clock(than.promise, than.calendar, start, start)
    return new.due_at < old.due_at  # type: ignore[operator]
