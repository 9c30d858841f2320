"""The rules of a running clock, one example each, to be read. What else may happen to one, test_oracle.py tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from servicedesk.sla.calendar import Calendar, Impossible
from servicedesk.sla.clock import Clock, Outcome, State
from servicedesk.sla.course import Course, begun
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Armed, Metric, Promise, Severity, Unit, Window
from tests.sla.cases import OFFICE, ZONE

OFFICE_DAYS = Calendar((OFFICE,) * 5 + ((), ()))
HOURS = Promise(Metric.ON_SITE, 240, Unit.ELAPSED_MINUTES)
WORKED = Promise(Metric.RESTORE, 240, Unit.WORKING_MINUTES)
TWO_DAYS = Promise(Metric.RESTORE, 2, Unit.WORKING_DAYS, closes_with_hours=True)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """November 2026: the 16th is a Monday, the 21st and 22nd are a weekend."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def started(promise: Promise, when: datetime) -> Clock:
    return begun(promise, OFFICE_DAYS, when)


def test_an_act_at_the_due_instant_is_on_time():
    clock = started(HOURS, at(16, 9))
    assert clock.stop(at(16, 13)).outcome is Outcome.MET
    assert clock.stop(at(16, 13) + timedelta(microseconds=1)).outcome is Outcome.MISSED


def test_a_paused_clock_cannot_be_missed_and_says_when_it_would_be_due():
    clock = started(HOURS, at(16, 9)).pause(at(16, 11), why="no access")
    assert (clock.state_at(at(18, 9)), clock.due_at) == (State.PAUSED, None)
    assert clock.due_if_resumed(at(18, 9)) == at(18, 11)
    assert clock.remaining(at(18, 9)) == timedelta(hours=2)
    resumed = clock.resume(at(18, 9))
    assert (resumed.due_at, resumed.state_at(at(18, 11, 1))) == (at(18, 11), State.OVERDUE)
    assert resumed.remaining(at(18, 12)) == -timedelta(hours=1)


def test_a_pause_after_the_deadline_does_not_help():
    clock = started(HOURS, at(16, 9)).pause(at(16, 13))
    assert (clock.due_at, clock.state_at(at(16, 13, 1))) == (at(16, 13), State.OVERDUE)


def test_working_minutes_wait_for_the_morning():
    assert started(WORKED, at(20, 17)).due_at == at(23, 11)


def test_a_working_day_wholly_paused_is_not_counted():
    clock = started(TWO_DAYS, at(16, 9))
    assert clock.due_at == at(18, 18)
    assert clock.pause(at(17, 8)).resume(at(17, 18)).due_at == at(19, 18)
    assert clock.pause(at(17, 8)).resume(at(17, 12)).pause(at(17, 12)).resume(at(17, 18)).due_at == at(19, 18)
    assert clock.pause(at(17, 8, 1)).resume(at(17, 18)).due_at == at(18, 18)


@pytest.mark.parametrize(("resumed", "due"), [
    (at(18, 18), at(18, 18)),  # not inside the pause any more
    (at(18, 18, 1), at(19, 18)),
    (at(19, 18), at(19, 18)),  # closes at the very instant the pause ends
    (at(19, 18, 1), at(20, 18)),
    (at(20, 18, 1), at(23, 18)),
])  # fmt: skip
def test_a_deadline_inside_a_pause_moves_to_the_first_close_after_it(resumed, due):
    assert started(TWO_DAYS, at(16, 9)).pause(at(18, 17)).resume(resumed).due_at == due


def test_an_agreed_time_inside_a_pause_cannot_be_missed():
    clock = started(replace(HOURS, by_agreement=True), at(16, 9)).pause(at(16, 11))
    assert clock.agree(at(16, 11)).due_at == at(16, 11)  # reached as the pause begins
    assert clock.agree(at(16, 11, 1)).due_at is None


def test_calendar_days_end_on_a_working_day():
    five = Promise(Metric.DELIVER, 5, Unit.CALENDAR_DAYS)
    assert started(five, at(16, 9)).due_at == at(24)  # the 21st is a Saturday; Monday ends at 24:00
    assert started(replace(five, closes_with_hours=True), at(16, 9)).due_at == at(23, 18)


def test_a_visit_called_for_late_counts_from_the_report_unless_the_hospital_moves_it():
    """PACS-8."""
    course = Course((started(replace(HOURS, armed=Armed.WHEN_CALLED_FOR), at(16, 9)),))
    assert (course.latest.due_at, course.latest.state_at(at(18, 9))) == (None, State.WAITING)
    called = course.call(at(16, 14))
    assert (called.latest.due_at, called.latest.state_at(at(16, 14))) == (at(16, 13), State.OVERDUE)
    assert called.move_start().latest.due_at == at(16, 18)


def test_a_waiver_ends_it_and_a_refused_solution_brings_the_original_time_back():
    """PACS-17."""
    waived = Course((started(HOURS, at(16, 9)),)).waive(at(16, 10), since=at(16, 9, 30))
    assert waived.latest.state_at(at(17, 9)) is State.WAIVED
    back = waived.take_waiver_back()
    assert (back.latest.due_at, back.latest.state_at(at(16, 12))) == (at(16, 13), State.RUNNING)
    assert Course((started(HOURS, at(16, 9)),)).take_waiver_back().latest.is_open


def test_what_was_needed_until_after_the_deadline_cannot_be_waived():
    """PACS-17: waived only where remote work solved it before it was due."""
    clock = started(HOURS, at(16, 9))
    assert clock.waive(at(17, 9), since=at(16, 13)).outcome is Outcome.WAIVED
    for since in (at(16, 13, 1), at(17, 9, 1)):
        with pytest.raises(Impossible):
            clock.waive(at(17, 9), since=since)


def test_facts_in_the_wrong_order_are_refused():
    clock = started(replace(HOURS, by_agreement=True), at(16, 9))
    with pytest.raises(Impossible):
        clock.agree(at(16, 8))
    with pytest.raises(Impossible):
        clock.pause(at(16, 11)).resume(at(16, 10))


def test_reopening_starts_another_cycle_and_leaves_the_result():
    course = Course((started(HOURS, at(16, 9)),)).stop(at(16, 14))
    course = course.reopen(HOURS, OFFICE_DAYS, at(18, 9), severity=Severity.NONE)
    assert [(clock.cycle, clock.outcome, clock.due_at) for clock in course.clocks] == [
        (1, Outcome.MISSED, at(16, 13)),
        (2, None, at(18, 13)),
    ]


def reopened(course: Course, when: datetime, promise: Promise = HOURS) -> Course:
    return course.reopen(promise, OFFICE_DAYS, when, severity=Severity.NONE)


def test_a_visit_nobody_called_for_counts_from_the_refusal_in_the_next_cycle():
    """PACS-8, PACS-17: 'its own promises from now on', not from a report three days ago."""
    on_call = replace(HOURS, armed=Armed.WHEN_CALLED_FOR)
    course = reopened(Course((started(on_call, at(16, 9)),)), at(19, 9), on_call)
    assert [(clock.cycle, clock.outcome) for clock in course.clocks] == [(1, Outcome.SUPERSEDED), (2, None)]
    called = course.call(at(19, 10)).latest
    assert (called.due_at, called.state_at(at(19, 10))) == (at(19, 13), State.RUNNING)
    assert called.cycle == 2


def test_what_was_waived_is_promised_again_in_the_next_cycle():
    """PACS-17: 'nobody needs to come' was said of the solution that is refused now."""
    waived = Course((started(HOURS, at(16, 9)),)).waive(at(16, 10), since=at(16, 10))
    again = reopened(waived, at(16, 15))
    assert [(clock.cycle, clock.outcome, clock.due_at) for clock in again.clocks] == [
        (1, Outcome.WAIVED, at(16, 13)),
        (2, None, at(16, 19)),
    ]


def test_what_still_runs_when_the_solution_is_refused_keeps_its_time():
    """PACS-17: a refusal of the solution brings back the original time, and no other."""
    running = Course((started(HOURS, at(16, 9)),))
    assert reopened(running, at(16, 11)) == running


def graded(clock: Clock, was: Severity, *changes: tuple[Promise, datetime, Severity]) -> Course:
    course = Course((replace(clock, severity=was),))
    for promise, when, severity in changes:
        course = course.changed(promise, OFFICE_DAYS, when, was=was, severity=severity)
        was = severity
    return course


QUICK = Promise(Metric.RESPOND, 5, Unit.ELAPSED_MINUTES)
SLOW = Promise(Metric.RESPOND, 120, Unit.ELAPSED_MINUTES)
MIDDLE = Promise(Metric.RESPOND, 60, Unit.ELAPSED_MINUTES)


def test_another_clause_with_the_same_words_changes_nothing():
    """What was told or missed is not told or missed a second time."""
    course = graded(started(SLOW, at(16, 9)), Severity.C, (replace(SLOW, clause="PACS-3"), at(17, 9), Severity.C))
    assert len(course.clocks) == 1


def test_raised_and_lowered_again_counts_from_the_report_with_all_its_pauses():
    paused = started(SLOW, at(16, 9)).pause(at(16, 9, 5)).resume(at(16, 9, 15))
    course = graded(paused, Severity.C, (QUICK, at(16, 9, 30), Severity.ONE))
    course = course.pause(at(16, 9, 31)).resume(at(16, 9, 33))
    lowered = course.changed(SLOW, OFFICE_DAYS, at(16, 9, 34), was=Severity.ONE, severity=Severity.C)
    assert [clock.outcome for clock in lowered.clocks] == [Outcome.SUPERSEDED, Outcome.SUPERSEDED, None]
    assert lowered.latest.due_at == at(16, 11, 12)


def test_lowered_half_way_it_counts_from_the_call_that_raised_it():
    course = graded(
        started(SLOW, at(16, 9)),
        Severity.C,
        (QUICK, at(16, 10), Severity.ONE),
        (MIDDLE, at(16, 10, 3), Severity.A),
    )
    assert course.latest.due_at == at(16, 11)
    again = course.changed(SLOW, OFFICE_DAYS, at(16, 10, 30), was=Severity.A, severity=Severity.C)
    assert again.latest.due_at == at(16, 11)  # as reported: 09:00 and two hours


def test_what_was_kept_before_a_raise_is_not_asked_for_again():
    answered = Course((replace(started(SLOW, at(16, 9)), severity=Severity.C),)).stop(at(16, 9, 30))
    raised = answered.changed(QUICK, OFFICE_DAYS, at(16, 10), was=Severity.C, severity=Severity.ONE)
    lowered = raised.changed(SLOW, OFFICE_DAYS, at(16, 10, 2), was=Severity.ONE, severity=Severity.C)
    assert [clock.outcome for clock in lowered.clocks] == [Outcome.MET, Outcome.SUPERSEDED]
    assert lowered.latest.outcome is Outcome.MET
    reopened = lowered.reopen(SLOW, OFFICE_DAYS, at(17, 9), severity=Severity.C)
    assert (reopened.latest.cycle, reopened.latest.due_at) == (2, at(17, 11))


def test_raising_counts_from_the_call_that_raised_it():
    """The old result stays: missed if it was late by then, else superseded."""
    for raised_at, old in ((at(16, 9, 30), Outcome.SUPERSEDED), (at(16, 10, 30), Outcome.MISSED)):
        course = graded(started(MIDDLE, at(16, 9)), Severity.C, (QUICK, raised_at, Severity.A))
        assert [clock.outcome for clock in course.clocks] == [old, None]
        assert course.latest.due_at == raised_at + timedelta(minutes=5)


def test_a_visit_that_was_called_for_stays_called_for_when_the_severity_is_raised():
    on_call = replace(HOURS, armed=Armed.WHEN_CALLED_FOR)
    course = Course((started(on_call, at(16, 9)),)).call(at(16, 9, 10))
    course = course.changed(on_call, OFFICE_DAYS, at(16, 10), was=Severity.C, severity=Severity.B)
    assert course.latest.due_at == at(16, 14)


def test_a_category_found_at_triage_counts_from_the_report():
    """SMART-2: one working day from the report, also when triage finds the defect later."""
    one_day = replace(TWO_DAYS, target=1)
    course = graded(started(TWO_DAYS, at(16, 9)), Severity.C, (one_day, at(17, 9), Severity.C))
    assert [clock.due_at for clock in course.clocks] == [at(18, 18), at(17, 18)]


@pytest.mark.parametrize("make", [
    lambda: Promise(Metric.RESPOND, 0, Unit.ELAPSED_MINUTES),
    lambda: Promise(Metric.RESPOND, -1, Unit.WORKING_DAYS),
    lambda: Rung(Anchor.DUE, frozenset()),
    lambda: Rung(Anchor.SHARE, frozenset({Recipient.ON_DUTY}), percent=100),
    lambda: Rung(Anchor.DUE, frozenset({Recipient.ON_DUTY}), minutes=-1),
    lambda: begun(HOURS, OFFICE_DAYS, datetime(9999, 12, 31, 23, tzinfo=ZONE)),
])  # fmt: skip
def test_what_cannot_be_is_refused(make):
    with pytest.raises(Impossible):
        make()


def test_rungs_come_in_the_order_of_time():
    told = frozenset({Recipient.ON_DUTY})
    ladder = Ladder((Rung(Anchor.DUE, told), Rung(Anchor.SHARE, told, percent=50), Rung(Anchor.START, told)))
    steps = ladder.steps(at(16, 9), at(16, 13))
    assert steps == [(at(16, 9), 2), (at(16, 11), 1), (at(16, 13), 0)]


def test_a_pause_that_is_open_at_the_close_of_the_last_day_leaves_no_due_time():
    assert started(TWO_DAYS, at(16, 10)).due_at is not None
    assert started(TWO_DAYS, at(16, 10)).pause(at(18, 10), why="no access").due_at is None


def test_a_pause_before_the_beginning_moves_nothing():
    paused = started(HOURS, at(16, 9)).pause(at(16, 9, 30), why="no access").resume(at(16, 10))
    assert replace(paused, counts_from=at(16, 11)).due_at == at(16, 15)


def test_a_calendar_day_that_is_wholly_paused_is_not_counted():
    one = Promise(Metric.DELIVER, 1, Unit.CALENDAR_DAYS)
    assert started(one, at(16, 9)).pause(at(17)).resume(at(18)).due_at == at(19)
    assert started(one, at(16, 9)).pause(at(17)).resume(at(17, 23, 59)).due_at == at(18)


@pytest.mark.parametrize(("promise", "when", "years"), [
    (HOURS, at(30, 23), []),  # runs day and night, whatever the year's days off
    (replace(HOURS, window=Window.OFF), at(30, 23), []),
    (replace(HOURS, window=Window.OFF), at(31 - 30, 9).replace(year=2027, month=1), [2027]),
    (replace(TWO_DAYS, target=30), at(30, 9), [2027]),
])  # fmt: skip
def test_what_rests_on_a_year_that_is_not_published(promise, when, years):
    clock = begun(promise, replace(OFFICE_DAYS, known=frozenset({2026})), when)
    assert (clock.unknown_years, clock.is_provisional) == (years, bool(years))
    waiting = replace(clock, armed_at=None)
    assert (waiting.unknown_years, waiting.is_provisional) == ([], False)
