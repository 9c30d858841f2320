"""Days and hours change: what is looked at is what happens, open promises move, finished ones never do. ALL-2."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk.audit.models import Record
from servicedesk.clocks.calendars_hours import week_of
from servicedesk.clocks.models import Clock, ExtraDay, LandYear, Post, Step, WorkCalendar
from servicedesk.clocks.reading import calendar_of, clock_of
from servicedesk.clocks.services import calendar_changes as services
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.sla.clock import Outcome
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, Matter
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.conftest import quick_hashes  # noqa: F401 - applies by itself
from tests.accounts.people import acts, lead_of
from tests.clocks.examples import AT
from tests.clocks.running import (
    LUNCH,
    OFFICE,
    REPORTED,
    WORKING_DAYS,
    clocks_of,
    office,
    paused,
    publish,
    started,
    versions_of,
)
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=20)


@pytest.fixture
def lead(world):
    return enter(lead_of(world.h1, name="赵主任"))


def new_day(world, on=date(2026, 12, 30), is_worked=False):
    return ExtraDay(hospital_id=world.h1.id, on=on, is_worked=is_worked, why="院庆")


def counts_on_record(hospital):
    with opened(Context.of_hospital(hospital.id)):
        kept = Record.objects.filter(act__startswith="clocks.extra_day").order_by("recorded_at", "id")
        return list(kept.values_list("words", flat=True))


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def test_a_day_off_moves_the_open_promises_of_every_vendor(world, lead):
    one, two = started(office(world.h1, world.v1)), started(office(world.h1, world.v2))
    elsewhere = started(office(world.h2, world.v1))
    before = clocks_of(world.h2)
    plan = services.plan_with_day(new_day(world), at=LATER)
    assert [move.clock.pk for move in plan.moved] == sorted((one.pk, two.pk), key=str)
    assert {(move.old_due_at, move.due_at) for move in plan.moved} == {
        (local("2027-01-05T18:00"), local("2027-01-06T18:00"))
    }
    services.keep_extra_day(new_day(world), mark=plan.mark, by=lead, at=LATER)
    assert {due for _, due, _, _ in clocks_of(world.h1).values()} == {local("2027-01-06T18:00")}
    assert versions_of(world.h1) == [
        (vendor.id, "工作时间", version, version == 2) for vendor in (world.v1, world.v2) for version in (1, 2)
    ]
    assert clocks_of(world.h2) == before
    assert elsewhere.pk in before


def test_what_is_stored_is_what_the_core_says_from_scratch(world, lead):
    pauses = paused(local("2026-12-29T09:00"), local("2026-12-30T09:00"))
    started(office(world.h1, world.v1), pauses=pauses)
    started(office(world.h1, world.v2), Promise(Metric.DELIVER, 900, Unit.WORKING_MINUTES))
    plan = services.plan_with_day(new_day(world, date(2026, 12, 31)), at=LATER)
    services.keep_extra_day(new_day(world, date(2026, 12, 31)), mark=plan.mark, by=lead, at=LATER)
    for row in Clock.objects.select_related("calendar").prefetch_related("spans"):
        core = clock_of(row, row.spans.all(), calendar_of(row.calendar))
        assert (row.due_at, row.is_provisional) == (core.due_at, core.is_provisional)
        assert row.calendar.replaced_at is None


def test_finished_promises_keep_their_calendar_and_their_time(world, lead):
    calendar = office(world.h1, world.v1)
    done = started(calendar, stopped_at=REPORTED + timedelta(hours=5), outcome=Outcome.MET)
    waived = started(calendar, stopped_at=REPORTED + timedelta(hours=5), outcome=Outcome.WAIVED)
    started(calendar)
    before = clocks_of(world.h1)
    plan = services.plan_with_day(new_day(world), at=LATER)
    assert len(plan.moves) == 1
    services.keep_extra_day(new_day(world), mark=plan.mark, by=lead, at=LATER)
    after = clocks_of(world.h1)
    assert all(after[clock.pk] == before[clock.pk] for clock in (done, waived))


def test_a_paused_promise_changes_its_calendar_and_has_no_time_yet(world, lead):
    clock = started(office(world.h1, world.v1), pauses=paused(REPORTED + timedelta(hours=1)))
    plan = services.plan_with_day(new_day(world), at=LATER)
    assert (plan.moved, plan.kept) == ([], 1)
    services.keep_extra_day(new_day(world), mark=plan.mark, by=lead, at=LATER)
    calendar_id, due_at, _, _ = clocks_of(world.h1)[clock.pk]
    assert (due_at, calendar_id == clock.calendar_id) == (None, False)


def test_day_and_night_runs_on_untouched(world, lead):
    always = office(world.h1, world.v1, "7×24", (((0, 1440),),) * 7)
    clock = started(always)
    services.keep_extra_day(
        new_day(world), mark=services.plan_with_day(new_day(world), at=LATER).mark, by=lead, at=LATER
    )
    assert clocks_of(world.h1)[clock.pk][0] == always.pk
    assert versions_of(world.h1) == [(world.v1.id, "7×24", 1, True)]


def test_removing_the_day_brings_the_old_times_back_and_the_history_keeps_it(world, lead):
    clock = started(office(world.h1, world.v1))
    day = new_day(world)
    services.keep_extra_day(day, mark=services.plan_with_day(day, at=LATER).mark, by=lead, at=LATER)
    services.remove_extra_day(day, mark=services.plan_without_day(day, at=LATER).mark, by=lead, at=LATER)
    assert clocks_of(world.h1)[clock.pk][1] == clock.due_at
    assert versions_of(world.h1)[-1] == (world.v1.id, "工作时间", 3, True)
    assert [row.history_type for row in ExtraDay.history.filter(hospital=world.h1)] == ["-", "+"]
    assert counts_on_record(world.h1) == [{"rows": 1, "moved": 1}] * 2
    assert acts(world.h1, act__startswith="clocks.") == [
        "clocks.calendar_renewed", "clocks.extra_day_kept", "clocks.calendar_renewed", "clocks.extra_day_removed",
    ]  # fmt: skip


LADDER = Ladder(
    (
        Rung(Anchor.SHARE, frozenset({Recipient.ASSIGNEE}), percent=50),
        Rung(Anchor.DUE, frozenset({Recipient.PROJECT_MANAGER})),
        Rung(Anchor.DUE, frozenset({Recipient.HOSPITAL_LEAD}), minutes=60),
    )
)


def test_the_watch_learns_of_it_in_the_same_act_and_what_was_told_stays_told(world, lead):
    """ALL-3: an escalation belongs to the deadline as it now is."""
    clock = started(office(world.h1, world.v1), replace(WORKING_DAYS, ladder=LADDER))
    told = clock.steps.order_by("fire_at").first()
    Step.objects.filter(pk=told.pk).update(fired_at=LATER)
    plan = services.plan_with_day(new_day(world), at=LATER)
    services.keep_extra_day(new_day(world), mark=plan.mark, by=lead, at=LATER)
    due = local("2027-01-06T18:00")
    steps = {step.rung: step for step in clock.steps.all()}
    assert steps[told.rung].fire_at == told.fire_at
    assert sorted(step.fire_at for step in steps.values() if not step.fired_at) == [due, due + timedelta(hours=1)]
    assert Matter.objects.get(pk=clock.matter_id).next_due_at == due


# ── somebody else was quicker ────────────────────────────────────────────────────────────────────────────────────────


def test_a_promise_that_moved_meanwhile_refuses_the_confirmation(world, lead):
    clock = started(office(world.h1, world.v1))
    mark = services.plan_with_day(new_day(world), at=LATER).mark
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(hours=1))
    with pytest.raises(services.Stale) as stale:
        services.keep_extra_day(new_day(world), mark=mark, by=lead, at=LATER)
    assert stale.value.plan.mark != mark
    assert (ExtraDay.objects.count(), WorkCalendar.objects.count()) == (0, 1)
    services.keep_extra_day(new_day(world), mark=stale.value.plan.mark, by=lead, at=LATER)


@pytest.mark.parametrize("meanwhile", ["a stop", "a start", "a day", "a year", "a calendar"])
def test_every_other_change_meanwhile_refuses_it_too(world, lead, meanwhile):
    clock = started(calendar := office(world.h1, world.v1))
    mark = services.plan_with_day(new_day(world), at=LATER).mark
    if meanwhile == "a stop":
        Clock.objects.filter(pk=clock.pk).update(stopped_at=LATER, outcome=Outcome.MET)
    elif meanwhile == "a start":
        started(calendar, label="另一项")
    elif meanwhile == "a day":
        other = new_day(world, date(2027, 6, 1))
        services.keep_extra_day(other, mark=services.plan_with_day(other, at=LATER).mark, by=lead, at=LATER)
    elif meanwhile == "a year":
        publish()
    else:
        office(world.h1, world.v2)
    with pytest.raises(services.Stale):
        services.keep_extra_day(new_day(world), mark=mark, by=lead, at=LATER)


def test_another_hospitals_life_does_not_disturb(world, lead):
    started(office(world.h1, world.v1))
    mark = services.plan_with_day(new_day(world), at=LATER).mark
    started(office(world.h2, world.v1))
    services.keep_extra_day(new_day(world), mark=mark, by=lead, at=LATER)
    assert ExtraDay.objects.count() == 1


# ── a published year ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_publishing_moves_nothing_by_itself_and_taking_over_does(world, lead):
    """SMART-6: a provisional year."""
    clock = started(office(world.h1, world.v1))
    settled = started(
        office(world.h1, world.v2), Promise(Metric.RESTORE, 2, Unit.WORKING_DAYS), at=local("2027-03-01T10:00")
    )
    before = clocks_of(world.h1)
    assert before[clock.pk][1:3] == (local("2027-01-05T18:00"), True)
    publish()
    assert clocks_of(world.h1) == before
    with opened(Context.of_hospital(world.h1.id)):
        plan = services.plan_of_years(world.h1.id, at=LATER)
        assert (plan.taken_over, plan.settled, [move.clock.pk for move in plan.moved]) == ([2027], 1, [clock.pk])
        services.take_over_years(Hospital.objects.get(pk=world.h1.pk), mark=plan.mark, by=lead, at=LATER)
    after = clocks_of(world.h1)
    assert after[clock.pk][1:3] == (local("2027-01-07T18:00"), False)
    assert (after[settled.pk][1], after[settled.pk][2]) == (before[settled.pk][1], False)


def test_there_is_nothing_to_take_over_twice(world, lead):
    started(office(world.h1, world.v1))
    publish()
    plan = services.plan_of_years(world.h1.id, at=LATER)
    services.take_over_years(world.h1, mark=plan.mark, by=lead, at=LATER)
    again = services.plan_of_years(world.h1.id, at=LATER)
    assert again.replacements == []
    with pytest.raises(Refused, match="已公布"):
        services.take_over_years(world.h1, mark=again.mark, by=lead, at=LATER)


def test_a_promise_that_still_runs_by_a_former_version_is_taken_along_with_its_old_hours(world, lead):
    """The contract's hours changed for what comes; what runs keeps its week, and gets the year."""
    old = office(world.h1, world.v1)
    clock = started(old)
    office(world.h1, world.v1, week=(((540, 1020),),) * 5 + ((), ()))
    publish()
    plan = services.plan_of_years(world.h1.id, at=LATER)
    services.take_over_years(world.h1, mark=plan.mark, by=lead, at=LATER)
    row = Clock.objects.select_related("calendar").get(pk=clock.pk)
    assert (week_of(row.calendar.week), 2027 in row.calendar.known) == (OFFICE, True)
    assert row.due_at == local("2027-01-07T18:00")
    assert [current for *_, current in versions_of(world.h1)] == [False, False, False, True]


def test_years_are_new_versions_and_old_ones_stay(world):
    shipped = LandYear.objects.get(year=2027)
    row = publish()
    assert (row.version, row.is_published) == (shipped.version + 1, True)
    assert not LandYear.objects.get(pk=shipped.pk).is_published
    with pytest.raises(Refused, match="相同"):
        publish()
    assert acts(None, act="clocks.year_entered") == ["clocks.year_entered"]
    assert LandYear.objects.filter(year=2027).count() == 2


# ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_project_manager_changes_the_hours_of_their_own_calendar(world):
    calendar, other = office(world.h1, world.v1), office(world.h1, world.v2)
    clock, untouched = started(calendar, at=local("2026-12-14T10:00")), started(other)
    manager = enter(make_member(Role.PROJECT_MANAGER, world.v1))
    week = (LUNCH,) * 5 + (((480, 720),), ())
    plan = services.plan_with_hours(calendar, week, at=LATER)
    services.change_hours(calendar, week, mark=plan.mark, by=manager, at=LATER)
    after = clocks_of(world.h1)
    assert (clock.due_at, after[clock.pk][1]) == (local("2026-12-21T18:00"), local("2026-12-19T12:00"))  # a Saturday
    assert after[untouched.pk] == (other.pk, untouched.due_at, True, None)
    assert acts(world.h1, act="clocks.hours_changed") == ["clocks.hours_changed"]


def test_the_same_hours_and_a_replaced_calendar_are_refused(world, lead):
    calendar = office(world.h1, world.v1)
    plan = services.plan_with_hours(calendar, OFFICE, at=LATER)
    with pytest.raises(Refused, match="相同"):
        services.change_hours(calendar, OFFICE, mark=plan.mark, by=lead, at=LATER)
    office(world.h1, world.v1, week=(LUNCH,) * 6 + ((),))
    calendar.refresh_from_db()
    with pytest.raises(Refused, match="新版本"):
        services.refuse_replaced(calendar)


def test_hours_by_which_a_promise_would_never_end_are_refused(world, lead):
    calendar = office(world.h1, world.v1)
    started(calendar, Promise(Metric.RESTORE, 6000, Unit.WORKING_MINUTES))
    with pytest.raises(Refused, match="2015"):
        services.plan_with_hours(calendar, (((480, 481),), *[()] * 6), at=LATER)


def posted(clock, lead, manager):
    people = ((Recipient.HOSPITAL_LEAD, {"of_hospital": lead}), (Recipient.PROJECT_MANAGER, {"of_vendor": manager}))
    with opened(Context.of_hospital(clock.hospital_id)):
        for role, person in people:
            Post.objects.create(
                hospital_id=clock.hospital_id, vendor_id=clock.vendor_id, desk_id=clock.desk_id, role=role, **person
            )


@pytest.mark.parametrize("mover", [0, 1])
def test_the_other_side_is_told_whoever_moves_it(world, mover):
    clock = started(calendar := office(world.h1, world.v1), at=local("2026-12-14T10:00"))
    people = lead_of(world.h1), make_member(Role.PROJECT_MANAGER, world.v1)
    posted(clock, *people)
    week = (LUNCH,) * 5 + (((480, 720),), ())
    by = enter(people[mover])
    services.change_hours(calendar, week, mark=services.plan_with_hours(calendar, week, at=LATER).mark, by=by, at=LATER)
    with opened(Context.of_hospital(world.h1.id) if mover else Context.of_vendor(world.v1.id, world.h1.id)):
        told = [(item.membership_id, item.kind, item.words["count"]) for item in InboxItem.objects.all()]
    assert told == [(people[1 - mover].pk, NoticeKind.DUE_TIMES_MOVED, 1)]


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_and_confirming_cost_the_same_however_many(world, lead):
    calendar = office(world.h1, world.v1)
    started(calendar)
    counts = []
    for on in (date(2026, 12, 30), date(2026, 12, 31)):
        day = new_day(world, on)
        with CaptureQueriesContext(connection) as look:
            mark = services.plan_with_day(day, at=LATER).mark
        with CaptureQueriesContext(connection) as act:
            services.keep_extra_day(day, mark=mark, by=lead, at=LATER)
        counts.append((len(look), len(act)))
        for number in range(15):
            current = WorkCalendar.objects.get(replaced_at=None)
            started(current, label=f"第{number}项")
    assert counts[0] == counts[1]
    assert counts[0][0] <= 7
