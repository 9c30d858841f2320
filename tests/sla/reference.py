"""A slow reference for the deadlines of maintenance contracts, for tests only.

Written from the rules alone and without a look at the fast core: it walks minute by minute and day by day
(`reference_days.py`). All times are naive local ones (+08:00, no DST) at whole minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from tests.sla.reference_days import Days, Pauses, Promised, due_by_target

SEVERITIES = ["1", "A", "B", "C"]  # from grave to light
Terms = dict[tuple[str, str], Promised]


@dataclass
class Clock:
    promised: Promised
    counts_from: datetime
    armed_at: datetime | None
    cycle: int
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    agreed: datetime | None = None
    outcome: str | None = None
    stopped_at: datetime | None = None
    severity: str = ""
    before_withdrawal: list[tuple[datetime, datetime | None]] | None = None  # its pauses, where it was withdrawn


# The due time of a clock


def open_pause(clock: Clock) -> datetime | None:
    """When the pause began that is still open; one that began before the start counts from the start."""
    if clock.pauses and clock.pauses[-1][1] is None:
        return max(clock.pauses[-1][0], clock.counts_from)
    return None


def closed_pauses(clock: Clock) -> Pauses:
    closed: Pauses = []
    for start, end in clock.pauses:
        start = max(start, clock.counts_from)
        if end is not None and start < end:
            closed.append((start, end))
    return closed


def due_with(days: Days, clock: Clock, pauses: Pauses) -> datetime:
    due = due_by_target(days, clock.promised, clock.counts_from, pauses)
    if clock.promised.by_agreement and clock.agreed is not None:
        due = min(due, clock.agreed)
    return due


def due_of(days: Days, clock: Clock) -> datetime | None:
    """The due time as it is known: none while not armed, none while paused unless it came before the pause."""
    if clock.armed_at is None:
        return None
    # What is due by the start of the open pause is due then whatever comes of the pause, so it can be left out here.
    due = due_with(days, clock, closed_pauses(clock))
    began = open_pause(clock)
    if began is not None and due > began:
        return None
    return due


def due_if_resumed(days: Days, clock: Clock, at: datetime) -> datetime | None:
    began = open_pause(clock)
    if clock.armed_at is None or clock.outcome is not None or began is None:
        return None
    return due_with(days, clock, [*closed_pauses(clock), (began, at)])


def state_of(clock: Clock, due: datetime | None, now: datetime) -> str:
    if clock.outcome is not None:
        return clock.outcome
    if clock.armed_at is None:
        return "waiting"
    if due is None:
        return "paused"
    return "overdue" if now > due else "running"


def shown(days: Days, clock: Clock, now: datetime) -> dict[str, Any]:
    due = due_of(days, clock)
    return {
        "counts_from": clock.counts_from,
        "armed_at": clock.armed_at,
        "due_at": due,
        "outcome": clock.outcome,
        "stopped_at": clock.stopped_at,
        "cycle": clock.cycle,
        "state": state_of(clock, due, now),
        "due_if_resumed": due_if_resumed(days, clock, now),
    }


# The course of events


def end_pause(clock: Clock, at: datetime) -> None:
    if open_pause(clock) is not None:
        clock.pauses[-1] = (clock.pauses[-1][0], at)


class Course:
    """`urgent`: what holds once the hospital has marked an emergency, which it never takes back."""

    def __init__(self, days: Days, promises: Terms, urgent: Terms) -> None:
        self.days = days
        self.promises = promises
        self.urgent = urgent
        self.marked = False
        self.clocks: list[Clock] = []
        self.category = ""
        self.severity = ""
        self.called_at: datetime | None = None
        self.floors: list[Clock] = []  # of the present cycle: one clock a floor, each raise adds a floor

    def open_clock(self) -> Clock | None:
        if self.floors and self.floors[-1].outcome is None:
            return self.floors[-1]
        return None

    def promised(self) -> Promised:
        return (self.urgent if self.marked else self.promises)[(self.category, self.severity)]

    def start(self, at: datetime, cycle: int) -> None:
        self.called_at = None
        armed_at = at if self.promised().armed == "at_report" else None
        clock = Clock(self.promised(), at, armed_at, cycle, severity=self.severity)
        self.clocks.append(clock)
        self.floors.append(clock)

    def stop(self, clock: Clock, at: datetime, in_time: str, late: str) -> None:
        end_pause(clock, at)
        due = due_of(self.days, clock)
        clock.outcome = late if due is not None and at > due else in_time
        clock.stopped_at = at

    def take(self, event: dict[str, Any]) -> None:
        at, what, clock = event["at"], event["what"], self.open_clock()
        if what == "reported":
            self.category, self.severity = event["category"], event["severity"]
            self.start(at, 1)
        elif what == "called":
            self.on_called(at, clock)
        elif what == "returned":
            self.on_returned()
        elif what == "brought_back":
            self.on_brought_back(event["ended_at"])
        elif what == "reopened":
            self.on_reopened(at)
        elif what == "split":
            self.on_split()
        elif what == "changed":
            self.on_changed(at, clock, event)
        elif what == "marked":
            self.on_marked(at, clock, event)
        elif what in ("start_moved", "agreed", "paused", "resumed", "done", "withdrawn", "waived"):
            if clock is not None:
                self.on_open(clock, event)
        else:
            raise ValueError(what)

    def on_open(self, clock: Clock, event: dict[str, Any]) -> None:
        at, what = event["at"], event["what"]
        if what == "start_moved":
            clock.counts_from = max(clock.counts_from, self.called_at or clock.counts_from)
        elif what == "agreed":
            clock.agreed = event["for"]
        elif what == "paused":
            if open_pause(clock) is None:
                clock.pauses.append((at, None))
        elif what == "resumed":
            end_pause(clock, at)
        elif what == "done":
            self.stop(clock, at, "met", "missed")
        elif what == "withdrawn":
            before = list(clock.pauses)
            self.stop(clock, at, "superseded", "missed")
            clock.before_withdrawal = before
        elif what == "waived":
            self.on_waived(clock, at, event["since"])

    def on_waived(self, clock: Clock, at: datetime, since: datetime) -> None:
        """Refused, and nothing happens, when the need ended after the deadline."""
        before = list(clock.pauses)
        end_pause(clock, at)
        due = due_of(self.days, clock)
        if due is not None and since > due:
            clock.pauses = before
        else:
            clock.outcome, clock.stopped_at = "waived", since

    def on_called(self, at: datetime, clock: Clock | None) -> None:
        self.called_at = at
        if clock is not None and clock.armed_at is None:
            clock.armed_at = at

    def on_returned(self) -> None:
        latest = self.floors[-1]
        if latest.outcome == "waived":
            self.go_on(latest)

    def on_brought_back(self, ended_at: datetime) -> None:
        """What was withdrawn then is as it was before: nothing is known of the withdrawal."""
        latest = self.floors[-1]
        if latest.before_withdrawal is not None and latest.stopped_at == ended_at:
            latest.pauses, latest.before_withdrawal = latest.before_withdrawal, None
            self.go_on(latest)

    def go_on(self, clock: Clock) -> None:
        clock.outcome = None
        clock.stopped_at = None
        clock.armed_at = clock.armed_at or self.called_at

    def on_reopened(self, at: datetime) -> None:
        """What runs goes on; everything else is promised anew, and what waited for its call is over."""
        latest = self.floors[-1]
        if latest.outcome is None:
            if latest.armed_at is not None:
                return
            self.stop(latest, at, "superseded", "missed")
        self.floors = []
        self.start(at, latest.cycle + 1)

    def on_split(self) -> None:
        """Now it is told of the part: what holds now, as if it had been so from the beginning. Nobody has come, called
        or agreed upon anything for it. The floors below are there to return to; each lasted until the one above began
        to count."""
        pauses = self.go_down()
        *below, top = self.floors
        armed_at = top.counts_from if self.promised().armed == "at_report" else None
        last = Clock(self.promised(), top.counts_from, armed_at, 1, pauses, severity=self.severity)
        part = [*(self.of_part(clock) for clock in below), last]
        for floor, above in pairwise(part):
            floor.outcome, floor.stopped_at = "superseded", above.counts_from
        self.called_at, self.clocks, self.floors = None, part, list(part)

    def of_part(self, clock: Clock) -> Clock:
        return replace(clock, cycle=1, pauses=list(clock.pauses), before_withdrawal=None)

    def on_changed(self, at: datetime, clock: Clock | None, event: dict[str, Any]) -> None:
        category, severity = event["category"], event["severity"]
        raised = SEVERITIES.index(severity) < SEVERITIES.index(self.severity)
        self.category, self.severity = category, severity
        if raised:
            self.start_instead(clock, at, self.counting(event))
        elif clock is not None and (self.promised() != clock.promised or severity != clock.severity):
            self.replace(clock, at)
        elif self.floors[-1].outcome == "superseded":  # was withdrawn
            self.replace(self.floors[-1], at)

    def on_marked(self, at: datetime, clock: Clock | None, event: dict[str, Any]) -> None:
        """HRP-4: what would be due sooner by the mark, had nothing happened since its start, counts from the mark; so
        does what had been withdrawn and is promised again. Nothing lies below the mark's own floor. What it does not
        shorten goes on, and what has its result keeps it."""
        if self.marked:
            return
        self.marked = True
        withdrawn = self.floors[-1].outcome == "superseded"
        if withdrawn or (clock is not None and self.is_sooner(self.promised(), clock)):
            self.start_instead(clock, at, self.counting(event))
            self.floors = self.floors[-1:]
        elif clock is not None and (self.promised() != clock.promised or self.severity != clock.severity):
            self.replace(clock, at)

    def counting(self, event: dict[str, Any]) -> datetime:
        """When the call that raises it is said to have been; but what is known of the time since goes before: a clock
        that began or gave way, a pause (one that is still open ends with the raise)."""
        at, standing = event["at"], self.floors[-1]
        moment: datetime = event.get("said", at)
        later = [standing.counts_from]
        for clock in self.clocks:
            if clock is not standing and clock.stopped_at is not None:
                later.append(clock.stopped_at)
        for start, end in standing.pauses:
            if end is not None:
                later.append(end)
            elif start > moment:
                later.append(at)
        for known in later:
            if known > moment:
                moment = known
        return moment

    def start_instead(self, old: Clock | None, at: datetime, counting: datetime) -> None:
        if old is not None:
            self.stop(old, at, "superseded", "missed")
        called_at = self.called_at
        self.start(counting, self.clocks[-1].cycle)
        if called_at is not None:  # a visit that was called for stays called for
            self.called_at = called_at
            fresh = self.clocks[-1]
            if fresh.armed_at is None:
                fresh.armed_at = called_at if called_at > counting else counting

    def is_sooner(self, promised: Promised, clock: Clock) -> bool:
        """Due sooner than the clock would be, had nothing happened to either since it started; and due at all, where
        the clock still waits to be called for."""
        if clock.armed_at is None and promised.armed == "at_report":
            return True
        mine = due_by_target(self.days, promised, clock.counts_from, [])
        return mine < due_by_target(self.days, clock.promised, clock.counts_from, [])

    def is_as_high(self, floor: Clock) -> bool:
        return SEVERITIES.index(floor.severity) <= SEVERITIES.index(self.severity)

    def was_without_the_mark(self, floor: Clock) -> bool:
        """More was allowed there than the mark allows: nobody could know."""
        return self.marked and self.is_sooner(self.promised(), floor)

    def go_down(self) -> list[tuple[datetime, datetime | None]]:
        """To the floor that was already as high as this, with all pauses since it began."""
        pauses = list(self.floors[-1].pauses)
        while self.floors[:-1] and self.is_as_high(self.floors[-2]) and not self.was_without_the_mark(self.floors[-2]):
            self.floors.pop()
            pauses = self.floors[-1].pauses + pauses
        return pauses

    def replace(self, old: Clock, at: datetime) -> None:
        """The new clock carries on from the start of the floor it goes down to. What that floor had done already stays
        done."""
        pauses = self.go_down()
        floor = self.floors[-1]
        if floor is old or floor.outcome == "superseded":
            armed_at = floor.counts_from if self.promised().armed == "at_report" else self.called_at
            new = Clock(self.promised(), floor.counts_from, armed_at, old.cycle, pauses, old.agreed)
            new.severity = self.severity
            self.clocks.append(new)
            self.floors[-1] = new
        if old.outcome is None:
            self.stop(old, at, "superseded", "missed")


def check_times(events: list[dict[str, Any]], now: datetime) -> None:
    times = [*(event["at"] for event in events), now]
    for earlier, later in pairwise(times):
        if earlier > later:
            raise ValueError(f"not in order of time: {earlier}, {later}")
    for instant in times:
        if instant.second or instant.microsecond or instant.tzinfo is not None:
            raise ValueError(f"not a naive whole minute: {instant!r}")


def course(
    days: Days, promises: Terms, urgent: Terms, events: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    check_times(events, now)
    if not events or [event["what"] for event in events].count("reported") != 1 or events[0]["what"] != "reported":
        raise ValueError("one report, and it comes first")
    history = Course(days, promises, urgent)
    for event in events:
        history.take(event)
    return [shown(days, clock, now) for clock in history.clocks]
