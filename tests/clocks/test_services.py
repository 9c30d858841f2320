"""What happens to a matter's promises: each act moves its own clock, and what is stored can always be recomputed.

PACS-8, PACS-16, PACS-17, HRP-3, SMART-2, ALL-2, ALL-3.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicedesk.audit.models import Record
from servicedesk.clocks import reading
from servicedesk.clocks.life import Life
from servicedesk.clocks.models import Clock, Escalation, Step
from servicedesk.clocks.planning import wanted
from servicedesk.clocks.services import clocks as acts
from servicedesk.clocks.services import waivers
from servicedesk.sla.promise import Armed, Metric, Promise, Severity, Unit
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.desks import AT, LADDER, ON_SITE, RESPOND, Place, engineer, lead, make_place

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
VISIT = replace(ON_SITE, armed=Armed.AT_REPORT)


@pytest.fixture
def place(world) -> Place:
    return make_place(world)


def planned(place: Place, matter: Matter, metric: Metric = Metric.RESPOND) -> list:
    """Minutes after the report at which something is still to be told."""
    with place.inside():
        steps = Step.objects.filter(clock__matter=matter, clock__metric=metric, fired_at=None).order_by("fire_at")
        return [(step.fire_at - AT) / MINUTE for step in steps]


def test_a_report_starts_what_is_promised_in_one_message(place):
    matter = place.reported()
    respond, visit = place.clock(matter), place.clock(matter, Metric.ON_SITE)
    assert (respond.due_at, visit.due_at, visit.armed_at) == (AT + HOUR, None, None)
    assert planned(place, matter) == [0, 30, 60, 90]
    assert planned(place, matter, Metric.ON_SITE) == []
    with place.inside():
        assert Matter.objects.get(pk=matter.pk).next_due_at == AT + HOUR
        another = Matter.objects.create(hospital=place.hospital, vendor=place.vendor, kind="t", label="x", url="/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            acts.start_clocks(another, terms=place.terms(), by=None, at=AT)
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 1


def test_a_calendar_is_read_with_one_query_and_once(place, django_assert_num_queries):
    """Not a query per day: 36 years of days off, and the next clock of the same version asks for nothing."""
    with place.inside():
        reading.calendar.cache_clear()
        with django_assert_num_queries(1):
            calendar = reading.calendar(place.calendar.pk)
            assert calendar.add(AT, 100_000) > AT
            assert reading.calendar(place.calendar.pk) is calendar


def test_what_is_promised_is_started_once(place):
    """Pressed twice: a sentence, and what was begun stands as it was."""
    matter = place.reported()
    with place.inside():
        with pytest.raises(Refused, match="已在计时"):
            acts.start_clocks(matter, terms=place.terms(), by=None, at=AT + HOUR)
        assert Clock.objects.filter(matter=matter).count() == 2
        assert Record.objects.filter(subject_id=str(matter.pk), act="clocks.started").count() == 1
    assert place.clock(matter).due_at == AT + HOUR


def test_each_act_stops_its_own_clock_and_no_other(place):
    matter, by = place.reported(RESPOND, VISIT), engineer(place)
    with place.inside():
        assert acts.stop_clock(matter, Metric.RESPOND, by=by, at=AT + HOUR) == [Metric.RESPOND]
        assert acts.stop_clock(matter, Metric.RESPOND, by=by, at=AT + 2 * HOUR) == []
    assert (place.clock(matter).outcome, place.clock(matter).stopped_at) == ("met", AT + HOUR)
    assert place.clock(matter, Metric.ON_SITE).outcome is None
    assert planned(place, matter) == []
    assert planned(place, matter, Metric.ON_SITE) == [0, 120, 240, 270]
    with place.inside():
        assert Matter.objects.get(pk=matter.pk).next_due_at == AT + 4 * HOUR


def test_a_visit_called_for_late_counts_from_the_report_and_tells_at_once_what_is_past(place):
    """PACS-8."""
    matter = place.reported()
    with place.inside():
        acts.call_for_visit(matter, by=lead(place), at=AT + 3 * HOUR)
    assert place.clock(matter, Metric.ON_SITE).due_at == AT + 4 * HOUR
    assert planned(place, matter, Metric.ON_SITE) == [180, 180, 240, 270]
    with place.inside(), pytest.raises(Forbidden):
        acts.move_start_to_call(matter, by=engineer(place), at=AT + 3 * HOUR)
    with place.inside():
        acts.move_start_to_call(matter, by=lead(place), at=AT + 3 * HOUR)
    assert place.clock(matter, Metric.ON_SITE).due_at == AT + 7 * HOUR


def test_only_the_hospital_pauses_and_says_why(place):
    matter = place.reported()
    with place.inside():
        with pytest.raises(Forbidden):
            acts.pause_clocks(matter, why="等待", by=engineer(place), at=AT + 10 * MINUTE)
        with pytest.raises(Refused):
            acts.pause_clocks(matter, why=" ", by=lead(place), at=AT + 10 * MINUTE)
        acts.pause_clocks(matter, why="等待停机窗口", by=lead(place), at=AT + 10 * MINUTE)
    assert (place.clock(matter).due_at, planned(place, matter)) == (None, [])
    with place.inside():
        acts.resume_clocks(matter, by=engineer(place), at=AT + 40 * MINUTE)
        [span] = place.clock(matter).spans.all()
    assert place.clock(matter).due_at == AT + 90 * MINUTE
    assert (span.why, span.end_at - span.start_at, span.by) == ("等待停机窗口", 30 * MINUTE, lead(place).membership_id)
    assert planned(place, matter) == [0, 45, 90, 120]


def test_a_plan_made_anew_sees_what_is_held_for_the_same_message(place):
    """Asked before that was sent, the steps just forgotten seemed to stand, and were never told."""
    matter = place.reported()
    with place.inside(), Life.held(matter) as life:
        life.act(lambda _metric, course: course.pause(AT + 10 * MINUTE, why="等待"), upon=[Metric.RESPOND])
        life.act(lambda _metric, course: course.resume(AT + 20 * MINUTE), upon=[Metric.RESPOND])
    assert planned(place, matter) == [0, 35, 70, 100]
    with place.inside():
        [span] = place.clock(matter).spans.all()
    assert (span.why, span.end_at) == ("等待", AT + 20 * MINUTE)


def test_what_was_told_is_not_told_again_when_the_time_moves(place):
    matter = place.reported()
    with place.inside():
        Step.objects.filter(clock__matter=matter, rung__in=[0, 1]).update(fired_at=AT + 31 * MINUTE)
        acts.pause_clocks(matter, why="等待", by=lead(place), at=AT + 40 * MINUTE)
        acts.resume_clocks(matter, by=lead(place), at=AT + 50 * MINUTE)
    assert planned(place, matter) == [70, 100]


def test_a_raised_severity_starts_anew_and_keeps_the_old_result(place):
    matter, fast = place.reported(severity=Severity.C), replace(RESPOND, target=5)
    raised = place.terms(fast, ON_SITE, severity=Severity.ONE)
    with place.inside():
        with pytest.raises(Forbidden):
            acts.change_terms(matter, was=Severity.C, terms=raised, by=engineer(place), at=AT + 10 * MINUTE)
        acts.change_terms(matter, was=Severity.C, terms=raised, by=lead(place), at=AT + 10 * MINUTE)
        clocks = Clock.objects.filter(matter=matter, metric=Metric.RESPOND).order_by("place")
        assert [(c.outcome, c.severity, c.is_standing) for c in clocks] == [
            ("superseded", "C", False),
            (None, "1", True),
        ]
    assert place.clock(matter).due_at == AT + 15 * MINUTE
    with place.inside():
        lowered = place.terms(severity=Severity.C)
        acts.change_terms(matter, was=Severity.ONE, terms=lowered, by=lead(place), at=AT + 12 * MINUTE)
    assert place.clock(matter).due_at == AT + HOUR


def test_another_category_withdraws_and_adds_promises(place):
    """SMART-2: what triage finds later counts from the report."""
    restore = Promise(Metric.RESTORE, 120, Unit.ELAPSED_MINUTES, ladder=LADDER)
    matter = place.reported()
    with place.inside():
        changed = place.terms(RESPOND, restore, severity=Severity.B, category="defect")
        acts.change_terms(matter, was=Severity.B, terms=changed, by=engineer(place), at=AT + 30 * MINUTE)
        visit = Clock.objects.get(matter=matter, metric=Metric.ON_SITE)
    assert visit.outcome == "superseded"
    assert place.clock(matter, Metric.RESTORE).due_at == AT + 2 * HOUR


def test_reopening_starts_the_next_cycle_with_a_whole_ladder(place):
    matter = place.reported()
    with place.inside():
        acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=AT + 2 * HOUR)
        acts.reopen_clocks(matter, terms=place.terms(), by=lead(place), at=AT + 10 * HOUR)
        clocks = Clock.objects.filter(matter=matter, metric=Metric.RESPOND).order_by("place")
        assert [(clock.cycle, clock.outcome, clock.due_at) for clock in clocks] == [
            (1, "missed", AT + HOUR),
            (2, None, AT + 11 * HOUR),
        ]
    assert planned(place, matter) == [600, 630, 660, 690]


def test_acknowledging_stops_the_ladder_and_not_the_clock(place):
    matter = place.reported()
    with place.inside():
        acts.acknowledge(place.clock(matter), by=engineer(place), at=AT + 5 * MINUTE)
    assert planned(place, matter) == []
    assert place.clock(matter).outcome is None
    with place.inside():
        acts.pause_clocks(matter, why="等待", by=lead(place), at=AT + 6 * MINUTE)
        acts.resume_clocks(matter, by=lead(place), at=AT + 7 * MINUTE)
    assert planned(place, matter) == []


def test_a_remote_solution_ends_the_visit_and_the_hospital_may_contest_it(place):
    """PACS-17."""
    matter = place.reported(RESPOND, VISIT, severity=Severity.A)
    with place.inside():
        clock = place.clock(matter, Metric.ON_SITE)
        waiver = waivers.solved_remotely(clock, why="远程重启服务", by=engineer(place), at=AT + HOUR)
    ended = place.clock(matter, Metric.ON_SITE)
    assert (ended.outcome, ended.stopped_at, planned(place, matter, Metric.ON_SITE)) == ("waived", AT + HOUR, [])
    with place.inside():
        with pytest.raises(Forbidden):
            waivers.refuse_waiver(waiver, by=engineer(place), at=AT + 3 * HOUR, said="仍打不开")
        waivers.refuse_waiver(waiver, by=lead(place), at=AT + 3 * HOUR, said="仍打不开")
    back = place.clock(matter, Metric.ON_SITE)
    assert (back.outcome, back.due_at) == (None, AT + 4 * HOUR)
    assert planned(place, matter, Metric.ON_SITE) == [0, 120, 240, 270]


def test_what_was_solved_after_the_deadline_is_not_waived(place):
    """PACS-17."""
    matter = place.reported(RESPOND, VISIT, severity=Severity.A)
    with place.inside(), pytest.raises(Refused):
        waivers.solved_remotely(
            place.clock(matter, Metric.ON_SITE),
            why="远程", by=engineer(place), at=AT + 5 * HOUR,
        )  # fmt: skip
    assert place.clock(matter, Metric.ON_SITE).outcome is None


def test_any_other_waiver_needs_the_hospital(place):
    matter = place.reported()
    with place.inside():
        waiver = waivers.ask_waiver(
            place.clock(matter), solved_at=AT + HOUR, why="重复报修", by=engineer(place), at=AT + HOUR
        )
        assert place.clock(matter).outcome is None
        with pytest.raises(Refused):
            waivers.ask_waiver(place.clock(matter), solved_at=AT, why="再次", by=engineer(place), at=AT + HOUR)
        with pytest.raises(Forbidden):
            waivers.grant_waiver(waiver, by=engineer(place), at=AT + HOUR)
        waivers.grant_waiver(waiver, by=lead(place), at=AT + 9 * HOUR)
        with pytest.raises(Refused):
            waivers.grant_waiver(waiver, by=lead(place), at=AT + 9 * HOUR)
    assert (place.clock(matter).outcome, place.clock(matter).stopped_at) == ("waived", AT + HOUR)


def test_every_act_is_on_record(place):
    matter = place.reported()
    with place.inside():
        acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=AT + HOUR)
        recorded = Record.objects.filter(subject_id=str(matter.pk)).order_by("recorded_at", "id")
        assert [(line.act, line.words.get("metrics")) for line in recorded] == [
            ("clocks.started", None),
            ("clocks.stopped", "respond"),
        ]
        assert Escalation.objects.count() == 0


MOMENTS = st.integers(0, 300)
ACTS = st.lists(st.tuples(st.sampled_from(["pause", "resume", "stop", "raise", "lower", "reopen", "call"]), MOMENTS),
                max_size=8)  # fmt: skip


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(happened=ACTS)
def test_recomputed_from_scratch_everything_stored_is_the_same(place, happened):
    """Due times, provisional marks, plans and what queues sort by are nothing but functions of the facts."""
    matter, severity, at = place.reported(severity=Severity.B), Severity.B, AT
    with place.inside():
        for what, minutes in happened:
            at += minutes * MINUTE
            severity = _happen(place, matter, severity, what, at)
        _is_as_recomputed(matter)


def _is_as_recomputed(matter):
    life, due = Life.locked(matter), []
    for entries in life.entries.values():
        for entry in entries:
            row, clock = entry.row, entry.clock
            assert (row.due_at, row.is_provisional) == (clock.due_at, clock.is_provisional)
            waiting = {s.rung: s.fire_at for s in Step.objects.filter(clock=row, fired_at=None)}
            assert waiting == wanted(row, clock)
            due += [row.due_at] if row.outcome is None and row.due_at else []
    assert Matter.objects.get(pk=matter.pk).next_due_at == min(due, default=None)


def test_several_acts_in_one_message_leave_what_one_after_the_other_leaves(place):
    """A visit that is promised anew, called for, moved and paused before any of it is written: its plan is of what it
    is at the end, and each rung stands in it once."""
    matter, by, at = place.reported(), lead(place), AT + 5 * MINUTE
    with place.inside():
        acts.stop_clock(matter, *Metric, by=by, at=at)
        with Life.held(matter) as life:
            acts.reopen_clocks(life, terms=place.terms(), by=by, at=at)
            acts.call_for_visit(life, by=by, at=at + MINUTE)
            acts.move_start_to_call(life, by=by, at=at + MINUTE)
            for why in ("等待", "又等"):
                at += 2 * MINUTE
                acts.pause_clocks(life, why=why, by=by, at=at)
                acts.resume_clocks(life, by=by, at=at + MINUTE)
        _is_as_recomputed(matter)
        (*_over, latest) = Life.locked(matter).entries[Metric.ON_SITE]
    assert latest.row.due_at == AT + 6 * MINUTE + 4 * HOUR + 2 * MINUTE
    assert [span.why for span in latest.spans] == ["等待", "又等"]


def _happen(place, matter, severity, what, at):
    by = lead(place)
    if what in ("raise", "lower"):
        now = Severity.ONE if what == "raise" else Severity.C
        promised = replace(RESPOND, target=5 if what == "raise" else 120)
        terms = place.terms(promised, ON_SITE, severity=now)
        acts.change_terms(matter, was=severity, terms=terms, by=by, at=at)
        return now
    if what == "reopen":
        acts.reopen_clocks(matter, terms=place.terms(severity=severity), by=by, at=at)
    elif what == "pause":
        acts.pause_clocks(matter, why="等待", by=by, at=at)
    elif what == "resume":
        acts.resume_clocks(matter, by=by, at=at)
    elif what == "stop":
        acts.stop_clock(matter, Metric.RESPOND, by=by, at=at)
    else:
        acts.call_for_visit(matter, by=by, at=at)
    return severity
