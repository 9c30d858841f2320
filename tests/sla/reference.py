"""A slow reference for the deadlines of maintenance contracts, for tests only.

Written from the rules alone and without a look at the fast core: it walks minute by minute and day by day. All times
are naive local ones (+08:00, no DST) at whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

SEVERITIES = ["1", "A", "B", "C"]  # from grave to light
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
    def __init__(self, days: Days, promises: dict[tuple[str, str], Promised]) -> None:
        self.days = days
        self.promises = promises
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
        return self.promises[(self.category, self.severity)]

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
        elif what == "reopened":
            self.on_reopened(at)
        elif what == "changed":
            self.on_changed(at, clock, event["category"], event["severity"])
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
            self.stop(clock, at, "superseded", "missed")
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
            latest.outcome = None
            latest.stopped_at = None
            latest.armed_at = latest.armed_at or self.called_at

    def on_reopened(self, at: datetime) -> None:
        """What runs goes on; everything else is promised anew, and what waited for its call is over."""
        latest = self.floors[-1]
        if latest.outcome is None:
            if latest.armed_at is not None:
                return
            self.stop(latest, at, "superseded", "missed")
        self.floors = []
        self.start(at, latest.cycle + 1)

    def on_changed(self, at: datetime, clock: Clock | None, category: str, severity: str) -> None:
        raised = SEVERITIES.index(severity) < SEVERITIES.index(self.severity)
        self.category, self.severity = category, severity
        if raised:
            if clock is not None:
                self.stop(clock, at, "superseded", "missed")
            called_at = self.called_at
            self.start(at, self.clocks[-1].cycle)
            if called_at is not None:  # a visit that was called for stays called for
                self.called_at = called_at
                self.clocks[-1].armed_at = at
        elif clock is not None and (self.promised() != clock.promised or severity != clock.severity):
            self.replace(clock, at)
        elif self.floors[-1].outcome == "superseded":  # was withdrawn
            self.replace(self.floors[-1], at)

    def replace(self, old: Clock, at: datetime) -> None:
        """Down to the floor that was already as high as this: the new clock carries on from that floor's start, with
        all pauses since. What that floor had done already stays done."""
        pauses = list(old.pauses)
        while len(self.floors) > 1 and SEVERITIES.index(self.floors[-2].severity) <= SEVERITIES.index(self.severity):
            self.floors.pop()
            pauses = self.floors[-1].pauses + pauses
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
    days: Days, promises: dict[tuple[str, str], Promised], events: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    check_times(events, now)
    if not events or [event["what"] for event in events].count("reported") != 1 or events[0]["what"] != "reported":
        raise ValueError("one report, and it comes first")
    history = Course(days, promises)
    for event in events:
        history.take(event)
    return [shown(days, clock, now) for clock in history.clocks]


def self_check() -> None:
    hours = [(480, 1080)]
    closed = {date(2026, 10, day) for day in range(1, 8)} | {date(2026, 9, day) for day in (25, 26, 27)}
    worked = {date(2026, 10, 10): hours, date(2026, 9, 20): hours}
    smart = Days(dict.fromkeys(range(5), hours), closed, worked)

    def due(target: int, unit: str, at: datetime) -> datetime:
        promises = {("fault", "C"): Promised(target, unit, True, "at_report", False)}
        events = [{"at": at, "what": "reported", "category": "fault", "severity": "C"}]
        return course(smart, promises, events, at)[0]["due_at"]

    for hour, minute in [(0, 0), (7, 59), (8, 0), (12, 30), (18, 0), (23, 59)]:
        assert due(2, "working_days", datetime(2026, 9, 30, hour, minute)) == datetime(2026, 10, 9, 18)
    assert due(5, "elapsed_minutes", datetime(2026, 9, 30, 23, 58)) == datetime(2026, 10, 1, 0, 3)
    assert due(60, "working_minutes", datetime(2026, 9, 4, 17, 30)) == datetime(2026, 9, 7, 8, 30)
    assert due(60, "working_minutes", datetime(2026, 9, 4, 17, 0)) == datetime(2026, 9, 4, 18, 0)
    print("the self-check holds")
