"""Random courses of a clock's life, given to the core and to the reference alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from servicedesk.sla.calendar import ALL_DAY, Calendar, Hours, Impossible
from servicedesk.sla.course import Course, begun
from servicedesk.sla.promise import Armed, Metric, Promise, Severity, Unit
from tests.sla import reference, reference_days

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE, LUNCH, NIGHT = ((480, 1080),), ((480, 720), (780, 1080)), ((0, 360), (1320, 1440))
WEEKS = (
    (OFFICE,) * 5 + ((), ()),
    (LUNCH,) * 5 + ((), ()),
    (LUNCH,) * 5 + (((540, 720),), ()),
    (ALL_DAY,) * 7,
    (NIGHT, (), OFFICE, (), ALL_DAY, NIGHT, ()),
)
GOLDEN_WEEK = frozenset(date(2026, 10, day) for day in range(1, 8))
NEW_YEAR = frozenset({date(2026, 12, 31), date(2027, 1, 1)})
LEAP = frozenset({date(2028, 2, 29)})
CLOSED_YEAR = frozenset(
    date.fromordinal(day) for day in range(date(2027, 1, 1).toordinal(), date(2028, 1, 1).toordinal())
)
KEYS = [(category, severity) for category in ("fault", "defect") for severity in ("1", "A", "B", "C")]
BEGINNINGS = (datetime(2026, 9, 23), datetime(2026, 12, 28), datetime(2028, 2, 26), datetime(2026, 6, 1))


Terms = dict[tuple[str, str], Promise]


@dataclass(frozen=True)
class Case:
    calendar: Calendar
    promises: Terms
    urgent: Terms  # once an emergency is marked
    events: list[dict[str, Any]]
    now: datetime


# ── made ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@st.composite
def calendars(draw: Callable[..., Any]) -> Calendar:
    week = draw(st.sampled_from(WEEKS))
    closed = draw(
        st.sampled_from([frozenset(), GOLDEN_WEEK, NEW_YEAR, LEAP, GOLDEN_WEEK | NEW_YEAR | LEAP, CLOSED_YEAR])
    )
    made_up = draw(
        st.sets(st.sampled_from([date(2026, 10, 10), date(2026, 9, 20), date(2027, 1, 3), date(2028, 2, 27)]))
    )
    return _calendar(week, closed, frozenset(made_up))


@cache
def _calendar(week: tuple[Hours, ...], closed: frozenset[date], made_up: frozenset[date]) -> Calendar:
    """Working out 36 years takes longer than all that is then asked of them."""
    return Calendar(week, closed, dict.fromkeys(made_up, LUNCH))


@st.composite
def promises(draw: Callable[..., Any]) -> Promise:
    unit = draw(st.sampled_from(Unit))
    target = draw(st.integers(0, 12)) if unit.is_days else draw(st.sampled_from([1, 5, 30, 60, 240, 1440, 2000]))
    return Promise(
        Metric.ON_SITE,
        target,
        unit,
        armed=draw(st.sampled_from(Armed)),
        closes_with_hours=draw(st.booleans()),
        by_agreement=draw(st.booleans()),
    )


# Where something might go wrong by one minute: the targets themselves, the edges of hours and of days.
GAPS = st.sampled_from([0, 1, 5, 30, 59, 60, 240, 241, 1440, 3000, 10_080])
EDGES = st.sampled_from([0, 480, 720, 780, 1080, 1081])


@st.composite
def later(draw: Callable[..., Any], at: datetime) -> datetime:
    """Some minutes on, or at the next such time of a day."""
    if draw(st.booleans()):
        return at + timedelta(minutes=draw(GAPS))
    edge = at.replace(hour=0, minute=0) + timedelta(minutes=draw(EDGES), days=draw(st.integers(0, 3)))
    return edge if edge >= at else edge + timedelta(days=1)


WHATS = (
    *(("called",), ("start_moved",), ("agreed",), ("done",), ("waived",), ("returned",), ("reopened",), ("split",)),
    *(("paused",), ("resumed",), ("paused",), ("resumed",), ("changed",), ("changed",), ("changed",), ("marked",)),
    *(("marked",), ("changed", "marked", "changed")),
    *(("withdrawn",), ("withdrawn", "brought_back"), ("withdrawn", "called", "brought_back")),
)


@st.composite
def events(draw: Callable[..., Any], first: tuple[str, str]) -> list[dict[str, Any]]:
    at = draw(later(draw(st.sampled_from(BEGINNINGS)) + timedelta(days=draw(st.integers(0, 9)))))
    found: list[dict[str, Any]] = [{"at": at, "what": "reported", "category": first[0], "severity": first[1]}]
    ended_at = at
    for what in (what for few in draw(st.lists(st.sampled_from(WHATS), max_size=9)) for what in few):
        at = draw(later(at))
        if "withdrawn" in (what, found[-1]["what"]):  # the end of a matter shares its moment with no other act
            at = max(at, found[-1]["at"] + timedelta(minutes=1))
        event: dict[str, Any] = {"at": at, "what": what}
        if what == "agreed":
            event["for"] = draw(later(at))
        elif what == "waived":
            event["since"] = at - timedelta(minutes=draw(GAPS))
        elif what == "changed":
            event["category"], event["severity"] = draw(st.sampled_from(KEYS))
        if what in ("changed", "marked") and draw(st.booleans()):  # by a call written down later than it was
            event["said"] = at - timedelta(minutes=draw(GAPS))
        elif what == "withdrawn":
            ended_at = at
        elif what == "brought_back":
            event["ended_at"] = ended_at
        found.append(event)
    return found


@st.composite
def cases(draw: Callable[..., Any]) -> Case:
    offered = draw(st.lists(promises(), min_size=1, max_size=3))
    terms = {key: draw(st.sampled_from(offered)) for key in KEYS}
    marked = {category: draw(st.one_of(st.sampled_from(offered), promises())) for category in ("fault", "defect")}
    urgent = {(category, severity): marked[category] for category, severity in KEYS}  # whatever the severity
    happened = draw(events(draw(st.sampled_from(KEYS))))
    return Case(draw(calendars()), terms, urgent, happened, draw(later(happened[-1]["at"])))


# ── answered twice ───────────────────────────────────────────────────────────────────────────────────────────────────
def by_the_reference(case: Case) -> list[dict[str, Any]]:
    calendar = case.calendar
    week = {number: list(hours) for number, hours in enumerate(calendar.week)}
    days = reference_days.Days(week, set(calendar.closed), {day: list(hours) for day, hours in calendar.worked.items()})
    return reference.course(days, _terms(case.promises), _terms(case.urgent), case.events, case.now)


def _terms(promises: Terms) -> reference.Terms:
    return {
        key: reference_days.Promised(
            promise.target, promise.unit.value, promise.closes_with_hours, promise.armed.value, promise.by_agreement
        )
        for key, promise in promises.items()
    }


def by_the_core(case: Case) -> list[dict[str, Any]]:
    now = aware(case.now)
    return [
        {
            "counts_from": local(clock.counts_from),
            "armed_at": local(clock.armed_at),
            "due_at": local(clock.due_at),
            "outcome": clock.outcome,
            "stopped_at": local(clock.stopped_at),
            "cycle": clock.cycle,
            "state": clock.state_at(now),
            "due_if_resumed": local(clock.due_if_resumed(now)),
        }
        for clock in lived(case).clocks
    ]


@dataclass
class Life:
    """What the rooms above the core know besides its course: which promise holds now."""

    case: Case
    category: str
    severity: Severity
    marked: bool = False

    def promise(self) -> Promise:
        terms = self.case.urgent if self.marked else self.case.promises
        return terms[self.category, self.severity.value]

    def take(self, course: Course, event: dict[str, Any]) -> Course:
        calendar, at, was = self.case.calendar, aware(event["at"]), self.severity
        since = course.counted_since(aware(event.get("said", event["at"])), at)
        if event["what"] == "changed":
            self.category, self.severity = event["category"], Severity(event["severity"])
            more = {"was": was, "severity": self.severity, "is_of_the_mark": self.marked, "since": since}
            return course.changed(self.promise(), calendar, at, **more)
        if event["what"] == "marked":
            if self.marked:
                return course
            self.marked = True
            return course.hastened(self.promise(), calendar, at, severity=self.severity, since=since)
        if event["what"] == "split":
            return course.of_a_part(self.promise(), calendar, severity=self.severity, is_of_the_mark=self.marked)
        if event["what"] == "reopened":
            return course.reopen(self.promise(), calendar, at, severity=self.severity)
        return ACTS[event["what"]](course, event)


def lived(case: Case) -> Course:
    reported, *happened = case.events
    life = Life(case, reported["category"], Severity(reported["severity"]))
    course = Course((begun(life.promise(), case.calendar, aware(reported["at"]), severity=life.severity),))
    for event in happened:
        course = life.take(course, event)
    return course


def waived(course: Course, event: dict[str, Any]) -> Course:
    try:
        return course.waive(aware(event["at"]), since=aware(event["since"]))
    except Impossible:
        return course


ACTS: dict[str, Callable[[Course, dict[str, Any]], Course]] = {
    "called": lambda course, event: course.call(aware(event["at"])),
    "start_moved": lambda course, event: course.move_start(),
    "agreed": lambda course, event: course.agree(aware(event["for"])),
    "paused": lambda course, event: course.pause(aware(event["at"])),
    "resumed": lambda course, event: course.resume(aware(event["at"])),
    "done": lambda course, event: course.stop(aware(event["at"])),
    "withdrawn": lambda course, event: course.withdraw(aware(event["at"])),
    "waived": waived,
    "returned": lambda course, event: course.take_waiver_back(),
    "brought_back": lambda course, event: course.bring_back(aware(event["ended_at"])),
}


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=ZONE)


def local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(ZONE).replace(tzinfo=None) if moment else None
