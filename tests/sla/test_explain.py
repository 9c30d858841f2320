"""Why this time: the steps that lead to a due time, with their facts. Their words: tests/contracts/test_explain.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from servicedesk.sla.calendar import Calendar
from servicedesk.sla.clock import Clock
from servicedesk.sla.course import Course, begun
from servicedesk.sla.explain import Reason, explain
from servicedesk.sla.promise import Armed, Metric, Promise, Severity, Unit, Window
from tests.sla.cases import LUNCH
from tests.sla.test_clock import HOURS, OFFICE_DAYS, TWO_DAYS, WORKED, at, started


def reasons(clock: Clock) -> list[Reason]:
    return [step.reason for step in explain(clock)]


def test_why_this_time():
    paused = started(TWO_DAYS, at(16, 9)).pause(at(17, 9), why="no access")
    assert reasons(paused)[-3:] == [Reason.PAUSED, Reason.ENDS_WITH_HOURS, Reason.PAUSED_NOW]
    agreed = started(replace(HOURS, by_agreement=True), at(16, 9))
    assert Reason.AT_THE_LATEST in reasons(agreed)
    assert Reason.AGREED in reasons(agreed.agree(at(16, 10)))
    assert Reason.AGREED_TOO_LATE in reasons(agreed.agree(at(17, 10)))
    late = started(replace(HOURS, armed=Armed.WHEN_CALLED_FOR), at(16, 9)).arm(at(16, 12))
    assert Reason.CALLED_LATER in reasons(late)
    assert Reason.RUNS_IN_HOURS in reasons(started(WORKED, at(20, 17)))
    weekend = started(Promise(Metric.DELIVER, 5, Unit.CALENDAR_DAYS), at(16, 9))
    assert Reason.MOVED_TO_WORKING_DAY in reasons(weekend)


def test_what_is_not_called_for_says_from_when_it_will_count():
    """PACS-8."""
    waiting = explain(started(replace(HOURS, armed=Armed.WHEN_CALLED_FOR), at(16, 9)))
    assert [step.reason for step in waiting] == [Reason.PROMISED, Reason.WAITS_FOR_CALL]
    assert waiting[-1].facts == {"counts_from": at(16, 9)}


def test_days_off_and_make_up_days_on_the_way_are_named():
    thursday, saturday = date(2026, 11, 19), date(2026, 11, 21)
    calendar = replace(OFFICE_DAYS, closed=frozenset({thursday}), worked={saturday: LUNCH})
    steps = {step.reason: step.facts for step in explain(begun(replace(TWO_DAYS, target=4), calendar, at(16, 9)))}
    assert steps[Reason.FIRST_DAY_NOT_COUNTED] == {"day": date(2026, 11, 16)}
    assert (steps[Reason.DAYS_OFF], steps[Reason.MADE_UP]) == ({"days": [thursday]}, {"days": [saturday]})
    assert (steps[Reason.LAST_DAY], steps[Reason.DUE]) == ({"day": saturday, "number": 4}, {"at": at(21, 18)})


def test_the_window_the_cycle_and_a_year_not_published_are_said():
    """SMART-6."""
    calendar = Calendar(OFFICE_DAYS.week, known=frozenset({2026}))
    promise = Promise(Metric.DELIVER, 30, Unit.CALENDAR_DAYS, window=Window.OFF)
    course = Course((begun(promise, calendar, at(16, 9)),)).stop(at(16, 10))
    again = course.reopen(promise, calendar, at(16, 11).replace(month=12), severity=Severity.NONE).latest
    steps = {step.reason: step.facts for step in explain(again)}
    assert steps[Reason.IN_WINDOW] == {"window": Window.OFF}
    assert (steps[Reason.REOPENED], steps[Reason.PROVISIONAL]) == ({"cycle": 2}, {"years": [2027]})
