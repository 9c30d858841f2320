"""What an emergency mark, a split and an end by mistake do to a promise, one example each, to be read.

HRP-4, PACS-16, PACS-17. What else may happen, in any order, test_oracle.py tries.
"""

from __future__ import annotations

from dataclasses import replace

from servicedesk.sla.clock import Outcome, State
from servicedesk.sla.course import Course
from servicedesk.sla.promise import Armed, Metric, Severity
from tests.sla.test_clock import HOURS, MIDDLE, OFFICE_DAYS, QUICK, SLOW, at, graded, started

ON_CALL = replace(HOURS, armed=Armed.WHEN_CALLED_FOR)
NONE, ONE, A, B, C = Severity.NONE, Severity.ONE, Severity.A, Severity.B, Severity.C


def marked(course: Course, when, promise=QUICK, severity=NONE) -> Course:
    return course.hastened(promise, OFFICE_DAYS, when, severity=severity)


def lowered(course: Course, promise, when, *, was: Severity, severity: Severity) -> Course:
    """While it is marked an emergency, which takes no care of severities."""
    return course.changed(promise, OFFICE_DAYS, when, was=was, severity=severity, is_of_the_mark=True)


# ── a raise that is written down later than its call ─────────────────────────────────────────────────────────────────
def test_a_raise_counts_from_its_call_and_what_was_late_when_it_was_written_down_was_missed():
    """PACS-16: due at ten; called at half past nine, written down at eleven."""
    course = Course((started(MIDDLE, at(16, 9)),))
    since = course.counted_since(at(16, 9, 30), at(16, 11))
    raised = course.changed(QUICK, OFFICE_DAYS, at(16, 11), was=B, severity=A, since=since)
    assert [(clock.outcome, clock.stopped_at, clock.due_at) for clock in raised.clocks] == [
        (Outcome.MISSED, at(16, 11), at(16, 10)),
        (None, None, at(16, 9, 35)),
    ]


def test_a_raise_counts_from_before_nothing_that_is_known_since():
    """What began at nine, what took another's place at eleven, and a pause that ended or was
    begun since go before; a pause that lasts ends with the call."""
    course, now = Course((started(MIDDLE, at(16, 9)),)), at(16, 12)
    assert course.counted_since(at(16, 8), now) == at(16, 9)
    lighter = graded(started(SLOW, at(16, 9)), C, (QUICK, at(16, 10), A)).changed(
        SLOW, OFFICE_DAYS, at(16, 11), was=A, severity=C
    )
    assert lighter.counted_since(at(16, 10), now) == at(16, 11)
    paused = course.pause(at(16, 10))
    assert [paused.counted_since(at(16, hour), now) for hour in (9, 11)] == [now, at(16, 11)]
    assert paused.resume(at(16, 11)).counted_since(at(16, 10, 30), now) == at(16, 11)


# ── the mark ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_an_emergency_shortens_counts_from_the_mark():
    """HRP-4: five minutes from the mark, not from a report of an hour ago; what ran until then keeps its result."""
    late = marked(Course((started(MIDDLE, at(16, 9)),)), at(16, 9, 30))
    assert [(clock.outcome, clock.due_at) for clock in late.clocks] == [
        (Outcome.SUPERSEDED, at(16, 10)),
        (None, at(16, 9, 35)),
    ]
    missed = marked(Course((started(MIDDLE, at(16, 9)),)), at(16, 11))
    assert missed.clocks[0].outcome is Outcome.MISSED


def test_what_an_emergency_does_not_shorten_stays_as_it_is():
    slow = Course((started(QUICK, at(16, 9)),))
    assert marked(slow, at(16, 11)) == slow
    kept = Course((started(MIDDLE, at(16, 9)),)).stop(at(16, 9, 1))
    assert marked(kept, at(16, 11)) == kept


def test_a_visit_that_was_called_for_stays_called_for_in_an_emergency():
    course = Course((started(ON_CALL, at(16, 9)),)).call(at(16, 10))
    assert marked(course, at(16, 11), replace(ON_CALL, target=60)).latest.due_at == at(16, 12)


def test_a_visit_that_only_the_emergency_calls_for_counts_from_the_mark():
    """Nobody had called for it, so nobody could be late: not four hours from a report of yesterday."""
    course = marked(Course((started(ON_CALL, at(16, 9)),)), at(17, 9), HOURS)
    assert (course.latest.due_at, course.latest.state_at(at(17, 9))) == (at(17, 13), State.RUNNING)


def test_what_had_been_withdrawn_and_is_promised_by_the_mark_counts_from_the_mark():
    """HRP-4: severity 1 is an emergency by itself†; lowered, nobody starts a service; marked three hours later, the
    service starts within an hour of the mark and is not two hours late."""
    emergency = replace(MIDDLE, metric=Metric.EMERGENCY)
    withdrawn = Course((replace(started(emergency, at(16, 9)), severity=ONE),)).withdraw(at(16, 9, 20))
    course = marked(withdrawn, at(16, 12), emergency, B)
    assert [(clock.outcome, clock.due_at) for clock in course.clocks] == [
        (Outcome.SUPERSEDED, at(16, 10)),
        (None, at(16, 13)),
    ]


def test_no_lower_severity_counts_the_emergencys_minutes_from_before_the_mark():
    """Two hours as reported, five minutes by the raise, five by the mark; lowered, it is not five minutes from the
    report, when two hours were allowed."""
    raised = graded(started(SLOW, at(16, 9)), C, (QUICK, at(16, 10), A))
    course = lowered(marked(raised, at(16, 10, 2), severity=A), QUICK, at(16, 10, 3), was=A, severity=C)
    assert (course.latest.due_at, course.latest.severity) == (at(16, 10, 5), C)
    hastened = marked(Course((replace(started(SLOW, at(16, 9)), severity=B),)), at(16, 9, 30), severity=B)
    assert lowered(hastened, QUICK, at(16, 9, 32), was=B, severity=C).latest.due_at == at(16, 9, 35)


def test_raised_after_the_mark_and_lowered_again_it_counts_from_the_mark():
    course = marked(Course((replace(started(SLOW, at(16, 9)), severity=C),)), at(16, 9, 30), severity=C)
    raised = course.changed(QUICK, OFFICE_DAYS, at(16, 9, 33), was=C, severity=A, is_of_the_mark=True)
    assert raised.latest.due_at == at(16, 9, 38)
    assert lowered(raised, QUICK, at(16, 9, 34), was=A, severity=C).latest.due_at == at(16, 9, 35)


def test_what_the_mark_does_not_promise_goes_back_to_the_report():
    """A visit: by severity, marked or not."""
    visit = graded(started(replace(HOURS, target=1440), at(16, 9)), C, (HOURS, at(16, 10), A))
    back = visit.changed(replace(HOURS, target=1440), OFFICE_DAYS, at(16, 10, 3), was=A, severity=C)
    assert back.latest.due_at == at(17, 9)


# ── a part ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def part_of(course: Course, promise, severity: Severity) -> Course:
    return course.of_a_part(promise, OFFICE_DAYS, severity=severity)


def test_a_part_begins_as_its_whole_began_and_has_done_nothing():
    (part,) = part_of(Course((started(HOURS, at(16, 9)),)).stop(at(16, 10)), HOURS, NONE).clocks
    assert (part.counts_from, part.armed_at, part.outcome, part.cycle) == (at(16, 9), at(16, 9), None, 1)
    called = Course((started(ON_CALL, at(16, 9)),)).call(at(16, 10))
    assert part_of(called, ON_CALL, NONE).latest.armed_at is None
    agreed = Course((started(replace(HOURS, by_agreement=True), at(16, 9)),)).agree(at(16, 11))
    assert part_of(agreed, replace(HOURS, by_agreement=True), NONE).latest.due_at == at(16, 13)


def test_a_part_was_raised_when_its_whole_was_and_may_be_lowered_again():
    """What came of the promise before the raise is the whole's: nobody misses or keeps it twice."""
    paused = replace(started(SLOW, at(16, 9)), severity=C).pause(at(16, 9, 5)).resume(at(16, 9, 15))
    whole = Course((paused,)).stop(at(16, 9, 20)).changed(QUICK, OFFICE_DAYS, at(16, 10), was=C, severity=A)
    part = part_of(whole, QUICK, A)
    assert [(clock.outcome, clock.stopped_at, clock.due_at) for clock in part.clocks] == [
        (Outcome.SUPERSEDED, at(16, 10), at(16, 11, 10)),
        (None, None, at(16, 10, 5)),
    ]
    again = part.changed(SLOW, OFFICE_DAYS, at(16, 10, 3), was=A, severity=C)
    assert again.latest.due_at == at(16, 11, 10)


def test_a_part_of_what_was_lowered_after_it_was_kept_counts_from_the_report():
    """Answered in the five minutes of A, lowered to C: nothing is asked again of the whole; of the part, two hours from
    the report, not from the raise."""
    whole = graded(started(SLOW, at(16, 9)), C, (QUICK, at(16, 10), A)).stop(at(16, 10, 1))
    whole = whole.changed(SLOW, OFFICE_DAYS, at(16, 10, 3), was=A, severity=C)
    assert [(clock.counts_from, clock.due_at) for clock in part_of(whole, SLOW, C).clocks] == [(at(16, 9), at(16, 11))]


def test_a_part_of_another_kind_counts_from_the_report_with_the_pauses():
    """SMART-2: also when it is found later."""
    whole = Course((started(HOURS, at(16, 9)).pause(at(16, 10)).resume(at(16, 11)),))
    (part,) = part_of(whole, replace(HOURS, target=60), NONE).clocks
    assert (part.counts_from, part.due_at) == (at(16, 9), at(16, 10))
    (longer,) = part_of(whole, replace(HOURS, target=90), NONE).clocks
    assert longer.due_at == at(16, 11, 30)


# ── an end by mistake ────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_was_withdrawn_by_mistake_runs_on_as_if_nothing_had_been():
    """A merge that is undone: same start, same due time, paused where it was paused; an earlier result stays."""
    running = Course((started(HOURS, at(16, 9)),))
    assert running.withdraw(at(16, 10)).bring_back(at(16, 10)) == running
    paused = running.pause(at(16, 9, 30), why="in theatre")
    assert paused.withdraw(at(16, 10)).bring_back(at(16, 10)) == paused
    late = running.withdraw(at(16, 15))
    assert late.latest.outcome is Outcome.MISSED
    assert late.bring_back(at(16, 15)) == running
    met = running.stop(at(16, 10))
    assert met.bring_back(at(16, 10)) == met
    assert running.withdraw(at(16, 10)).bring_back(at(16, 11)).latest.outcome is Outcome.SUPERSEDED


def test_a_visit_called_for_while_it_was_withdrawn_by_mistake_is_called_for():
    waiting = Course((started(ON_CALL, at(16, 9)),)).withdraw(at(16, 10))
    assert waiting.call(at(16, 11)).bring_back(at(16, 10)).latest.due_at == at(16, 13)
