"""All clocks of one metric of one ticket, in the order they were started: what each fact of its life does to them.

Old results stay. Only the hospital's acts change severities, pause, waive or move a start; who may is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from servicedesk.sla.calendar import Calendar
from servicedesk.sla.clock import Clock, Outcome
from servicedesk.sla.promise import Armed, Promise


@dataclass(frozen=True)
class Course:
    clocks: tuple[Clock, ...]
    called_at: datetime | None = None  # the latest call for a visit in this cycle

    @property
    def latest(self) -> Clock:
        return self.clocks[-1]

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

    def waive(self, at: datetime) -> Course:
        return self._with(lambda clock: clock.waive(at))

    # ── when it has ended ────────────────────────────────────────────────────────────────────────────────────────────
    def take_waiver_back(self) -> Course:
        if self.latest.outcome is not Outcome.WAIVED:
            return self
        clock = self.latest.take_waiver_back()
        return replace(self, clocks=(*self.clocks[:-1], clock.arm(self.called_at) if self.called_at else clock))

    def reopen(self, promise: Promise, calendar: Calendar, at: datetime) -> Course:
        """The next cycle; the result of this one stays."""
        if self.latest.outcome not in (Outcome.MET, Outcome.MISSED):
            return self
        clock = replace(begun(promise, calendar, at), cycle=self.latest.cycle + 1)
        return Course((*self.clocks, clock))

    # ── when severity or category change ─────────────────────────────────────────────────────────────────────────────
    def raised(self, promise: Promise, calendar: Calendar, at: datetime) -> Course:
        """The graver promise counts from the call that raised it. A visit that was called for stays called for."""
        ended = self._with(lambda clock: clock.supersede(at))
        clock = replace(begun(promise, calendar, at), cycle=self.latest.cycle)
        return replace(ended, clocks=(*ended.clocks, clock.arm(at) if self.called_at else clock))

    def changed(self, promise: Promise, calendar: Calendar, at: datetime) -> Course:
        """Another promise, as if it had been reported so from the beginning."""
        old = self.latest
        if not old.is_open or old.promise == promise:
            return self
        armed_at = old.counts_from if promise.armed is Armed.AT_REPORT else self.called_at
        clock = replace(old, promise=promise, calendar=calendar, armed_at=armed_at)
        return replace(self, clocks=(*self.clocks[:-1], old.supersede(at), clock))

    def _with(self, act: Callable[[Clock], Clock]) -> Course:
        """Upon the open clock, if there is one."""
        return replace(self, clocks=(*self.clocks[:-1], act(self.latest))) if self.latest.is_open else self


def begun(promise: Promise, calendar: Calendar, at: datetime) -> Clock:
    calendar.day_of(at)  # refuses a moment that no calendar reaches
    return Clock(promise, calendar, at, at if promise.armed is Armed.AT_REPORT else None)
