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
from tests.sla import reference

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
KEYS = [(category, severity) for category in ("fault", "defect") for severity in ("1", "A", "B", "C")]
BEGINNINGS = (datetime(2026, 9, 23), datetime(2026, 12, 28), datetime(2028, 2, 26), datetime(2026, 6, 1))


@dataclass(frozen=True)
class Case:
    calendar: Calendar
    promises: dict[tuple[str, str], Promise]
    events: list[dict[str, Any]]
    now: datetime


# ── made ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@st.composite
def calendars(draw: Callable[..., Any]) -> Calendar:
    week = draw(st.sampled_from(WEEKS))
    closed = draw(st.sampled_from([frozenset(), GOLDEN_WEEK, NEW_YEAR, LEAP, GOLDEN_WEEK | NEW_YEAR | LEAP]))
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


WHATS = [
    "withdrawn",
    "called",
    "start_moved",
    "agreed",
    "paused",
    "resumed",
    "done",
    "waived",
    "returned",
    "reopened",
    "changed",
]


@st.composite
def cases(draw: Callable[..., Any]) -> Case:
    keys = draw(st.permutations(KEYS))
    first, offered = keys[0], draw(st.lists(promises(), min_size=1, max_size=3))
    terms = {key: draw(st.sampled_from(offered)) for key in KEYS}
    at = draw(later(draw(st.sampled_from(BEGINNINGS)) + timedelta(days=draw(st.integers(0, 9)))))
    events: list[dict[str, Any]] = [{"at": at, "what": "reported", "category": first[0], "severity": first[1]}]
    for what in draw(st.lists(st.sampled_from([*WHATS, "paused", "resumed", "changed", "changed"]), max_size=9)):
        at = draw(later(at))
        event = {"at": at, "what": what}
        if what == "agreed":
            event["for"] = draw(later(at))
        if what == "waived":
            event["since"] = at - timedelta(minutes=draw(GAPS))
        if what == "changed":
            event["category"], event["severity"] = draw(st.sampled_from(KEYS))
        events.append(event)
    return Case(draw(calendars()), terms, events, draw(later(at)))


# ── answered twice ───────────────────────────────────────────────────────────────────────────────────────────────────
def by_the_reference(case: Case) -> list[dict[str, Any]]:
    calendar = case.calendar
    week = {number: list(hours) for number, hours in enumerate(calendar.week)}
    days = reference.Days(week, set(calendar.closed), {day: list(hours) for day, hours in calendar.worked.items()})
    terms = {
        key: reference.Promised(
            promise.target, promise.unit.value, promise.closes_with_hours, promise.armed.value, promise.by_agreement
        )
        for key, promise in case.promises.items()
    }
    return reference.course(days, terms, case.events, case.now)


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


def lived(case: Case) -> Course:
    reported, *events = case.events
    category, severity = reported["category"], reported["severity"]
    promise = case.promises[category, severity]
    course = Course((begun(promise, case.calendar, aware(reported["at"]), severity=Severity(severity)),))
    for event in events:
        if event["what"] == "changed":
            was, category, severity = Severity(severity), event["category"], event["severity"]
            promise, at = case.promises[category, severity], aware(event["at"])
            course = course.changed(promise, case.calendar, at, was=was, severity=Severity(severity))
        elif event["what"] == "reopened":
            course = course.reopen(promise, case.calendar, aware(event["at"]), severity=Severity(severity))
        else:
            course = ACTS[event["what"]](course, event)
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
}


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=ZONE)


def local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(ZONE).replace(tzinfo=None) if moment else None
