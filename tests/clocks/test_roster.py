"""CHK-e: who is on duty when. What is planned, refused, handed over, and how it stands in the history."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from servicedesk.audit.models import Record
from servicedesk.clocks.models import Desk, Duty, Swap, Team
from servicedesk.clocks.services.roster import Conflicts, drafted, plan_duties
from servicedesk.clocks.services.teams import keep_team
from servicedesk.clocks.shifts import fault_of, moment
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.clocks.rosters import DAY, FRIDAY, NIGHT, NOW
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


# ── teams ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("shifts", "sentence"),
    [
        ([], "at least one shift"),
        ([["白", 480, 1080], ["晚", 1000, 1400]], "overlap"),
        ([["白", 480, 1080], ["夜", 1080, 1921]], "overlap"),  # round midnight, by a minute
        ([["长", 0, 1441]], "24 hours"),
        ([["反", 600, 600]], "after it began"),
        ([["迟", 1440, 1500]], "within the day"),
        ([["班", 0, 480], ["班", 480, 960]], "same name"),
    ],
)
def test_a_day_that_cannot_be_cut_so_is_refused(crew, shifts, sentence):
    assert sentence in str(fault_of(shifts))
    crew.team.shifts = shifts
    with pytest.raises(Refused, match=sentence):
        keep_team(crew.team, by=crew.person, at=NOW)


@pytest.mark.parametrize("shifts", [[["全天", 0, 1440]], [["夜", 1320, 1920], ["白", 480, 1320]], [["午", 720, 780]]])
def test_a_day_may_be_cut_in_many_ways(shifts):
    assert fault_of(shifts) is None


def test_a_team_takes_over_desks_of_its_own_vendor_only(crew, world):
    with opened(Context.of_hospital(world.h1.id)):
        foreign = Desk.objects.create(hospital=world.h1, vendor=world.v2, label="HRP", url="/")
        second = Desk.objects.create(hospital=world.h1, vendor=world.v1, label="RIS", url="/")
    keep_team(crew.team, desk_ids=[second.pk, foreign.pk], by=crew.person, at=NOW)
    with opened(Context.of_hospital(world.h1.id)):
        held = dict(Desk.objects.values_list("pk", "team_id"))
    assert held == {second.pk: crew.team.pk, foreign.pk: None, crew.desk.pk: None}
    with opened(Context.of_vendor(world.v1.id, world.h1.id)):
        assert Record.objects.filter(act="clocks.desks_given").count() == 2


# ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_is_written_as_a_whole_with_its_history_and_its_act(crew):
    """CHK-e"""
    count = crew.plan(crew.change(SATURDAY, crew.zhang), crew.change(SATURDAY, crew.li, shift=NIGHT))
    assert count == 2
    assert crew.duties() == [
        ("张强", 1, "11-28 08:00", "11-28 18:00"),
        ("李娜", 1, "11-28 18:00", "11-29 08:00"),
    ]
    record = Record.objects.get(act="clocks.roster_planned")
    assert record.words == {"changed": 0, "made": 2, "removed": 0}
    assert Duty.history.filter(history_type="+").count() == 2


def test_what_stands_there_already_is_no_change(crew):
    crew.plan(crew.change(SATURDAY, crew.zhang))
    assert crew.plan(crew.change(SATURDAY, crew.zhang)) == 0
    assert crew.plan(crew.change(SATURDAY + timedelta(days=1), None)) == 0


def test_somebody_else_takes_the_same_row_over(crew):
    crew.plan(crew.change(SATURDAY, crew.zhang))
    before = Duty.objects.get()
    crew.plan(crew.change(SATURDAY, crew.li), why="张强请假")
    after = Duty.objects.get()
    assert (after.pk, after.member_id) == (before.pk, crew.li.pk)
    assert [one.history_change_reason for one in after.history.all()] == ["张强请假", ""]


def test_two_duties_never_overlap_on_a_level(crew):
    """A duty of another cut of the day reaches into this one: refused, and nothing of the plan is written."""
    crew.put(crew.wang, moment(SATURDAY, 600), moment(SATURDAY, 1200))
    with pytest.raises(Conflicts) as refusal:
        crew.plan(crew.change(SATURDAY, crew.zhang), crew.change(SATURDAY + timedelta(days=1), crew.li))
    assert list(refusal.value.faults) == ["20261128-1-0"]
    assert "王磊" in refusal.value.faults["20261128-1-0"]
    assert crew.duties() == [("王磊", 1, "11-28 10:00", "11-28 20:00")]


def test_the_level_beside_it_is_free(crew):
    crew.team.levels = 2
    crew.plan(crew.change(SATURDAY, crew.zhang), crew.change(SATURDAY, crew.li, level=2))
    assert [duty[:2] for duty in crew.duties()] == [("张强", 1), ("李娜", 2)]


def test_who_has_left_or_leaves_before_the_end_cannot_be_planned(crew, world):
    gone = make_member(Role.VENDOR_ENGINEER, world.v1, name="周已走", until_at=NOW - timedelta(days=1))
    leaving = make_member(Role.VENDOR_ENGINEER, world.v1, name="吴将走", until_at=moment(SATURDAY, 1000))
    stranger = make_member(Role.VENDOR_ENGINEER, world.v2, name="外人")
    account = make_member(Role.ACCOUNT_MANAGER, world.v1, name="客户经理")
    for who in (gone, leaving, stranger, account):
        with pytest.raises(Conflicts):
            crew.plan(crew.change(SATURDAY, who))
    assert crew.duties() == []


def test_the_past_changes_only_with_a_reason(crew):
    yesterday = FRIDAY - timedelta(days=1)
    with pytest.raises(Conflicts, match="Say why"):
        crew.plan(crew.change(yesterday, crew.zhang))
    crew.plan(crew.change(yesterday, crew.zhang), why="补记")
    assert Duty.history.get().history_change_reason == "补记"


def test_a_running_shift_changes_hands_and_keeps_what_was(crew):
    """Friday evening: who has fallen ill was on duty until now, and the other one is from now on."""
    crew.plan(crew.change(FRIDAY, crew.zhang), crew.change(FRIDAY, crew.li, shift=NIGHT), at=moment(FRIDAY, 0))
    crew.plan(crew.change(FRIDAY, crew.wang, since=NOW), why="张强发烧")
    assert crew.duties() == [
        ("张强", 1, "11-27 08:00", "11-27 17:30"),
        ("王磊", 1, "11-27 17:30", "11-27 18:00"),
        ("李娜", 1, "11-27 18:00", "11-28 08:00"),
    ]
    crew.plan(
        crew.change(FRIDAY, crew.li, since=NOW + timedelta(minutes=10)), why="再换", at=NOW + timedelta(minutes=10)
    )
    assert [duty[0] for duty in crew.duties()] == ["张强", "王磊", "李娜", "李娜"]


def test_a_changed_duty_closes_the_wish_to_swap_it(crew):
    crew.plan(crew.change(SATURDAY, crew.zhang))
    Swap.objects.create(
        vendor=crew.world.v1, duty=Duty.objects.get(), asked_by=crew.zhang, to=crew.li, why="有事", asked_at=NOW
    )
    crew.plan(crew.change(SATURDAY, crew.wang))
    assert Swap.objects.get().is_granted is False


def test_what_is_cleared_stays_in_the_history(crew):
    crew.plan(crew.change(SATURDAY, crew.zhang))
    duty = Duty.objects.get()
    Swap.objects.create(vendor=crew.world.v1, duty=duty, asked_by=crew.zhang, to=crew.li, why="有事", asked_at=NOW)
    assert crew.plan(removed=[duty.pk]) == 1
    assert crew.duties() == []
    assert [one.history_type for one in Duty.history.order_by("history_id")] == ["+", "-"]
    past = crew.put(crew.zhang, moment(FRIDAY, 0), moment(FRIDAY, 480))
    with pytest.raises(Refused, match="Say why"):
        crew.plan(removed=[past.pk])


def test_a_plan_is_not_carried_out_over_what_changed_since_it_was_shown(crew):
    with pytest.raises(Refused, match="meanwhile"):
        crew.plan(crew.change(SATURDAY, crew.zhang), seen="0" * 64)


def test_a_month_costs_as_many_statements_as_a_day(crew, django_assert_max_num_queries):
    changes = [
        crew.change(date(2026, 12, day), crew.zhang, shift=shift) for day in range(1, 32) for shift in (DAY, NIGHT)
    ]
    person = crew.person
    with django_assert_max_num_queries(16):
        assert plan_duties(crew.team, changes, by=person, at=NOW) == 62


def test_another_vendor_sees_nothing_of_it(crew, world):
    crew.plan(crew.change(SATURDAY, crew.zhang))
    stranger = enter(make_member(Role.VENDOR_MANAGER, world.v2))
    assert not Team.objects.visible_to(stranger).exists()
    assert not Duty.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
@pytest.mark.parametrize("seen", [True, False])
def test_two_who_plan_at_once_come_one_after_the_other(crew, seen):
    """On connections of their own. Who had seen an empty cell does not overwrite; who had not is the last to write."""
    with opened(Context.of_vendor(crew.world.v1.id)):
        empty = drafted(crew.team, [crew.change(SATURDAY, crew.zhang)], by=crew.person, at=NOW).fingerprint
    together = threading.Barrier(2)

    def write(who):
        try:
            with transaction.atomic():
                by = enter(crew.manager)
                together.wait(timeout=10)
                changes = [crew.change(SATURDAY, who)]
                return plan_duties(crew.team, changes, by=by, at=NOW, seen=empty if seen else None)
        except Refused as refusal:
            return str(refusal.code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = sorted(map(str, pool.map(write, [crew.zhang, crew.li])))
    assert results == (["1", "refused"] if seen else ["1", "1"])
    assert len(crew.duties()) == 1
