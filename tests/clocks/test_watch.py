"""The watch on real rows, through the role that runs it: who is told what, once, whatever goes wrong.

PACS-16, ALL-3.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import OperationalError, connections, transaction
from django.db.models import F
from django.utils import timezone

from servicedesk.audit.models import Record
from servicedesk.checks import login_of
from servicedesk.clocks.models import Clock, Desk, Escalation, Step
from servicedesk.clocks.services import clocks as acts
from servicedesk.clocks.tasks import tell_what_is_due
from servicedesk.clocks.watch import firing
from servicedesk.clocks.watch.claiming import seconds_until_next
from servicedesk.clocks.watch.firing import fire_due
from servicedesk.clocks.watch.loop import listening
from servicedesk.clocks.watch.setting_aside import set_aside_count
from servicedesk.notices.models import InboxItem, Message
from servicedesk.sla.ladder import Ladder, Recipient
from servicedesk.sla.promise import Metric, Promise, Severity, Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context
from tests.clocks.desks import LADDER, Place, engineer, lead, make_place, put_on_duty
from tests.world import make_member, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RESPOND = Promise(Metric.RESPOND, 60, Unit.ELAPSED_MINUTES, ladder=LADDER)


@pytest.fixture
def world(transactional_db):
    with transaction.atomic():
        return make_world()


@pytest.fixture
def place(world) -> Place:
    with transaction.atomic():
        return make_place(world)


def ago(passed: timedelta) -> datetime:
    return timezone.now() - passed


def reported(place: Place, passed: timedelta, *promises: Promise, **more: Any) -> Any:
    with transaction.atomic():
        return place.reported(*(promises or (RESPOND,)), at=ago(passed), **more)


def escalations() -> list[Escalation]:
    return list(Escalation.objects.using("watch").order_by("at", "rung"))


def told(place: Place, escalation: Escalation) -> set[str]:
    names = {str(member.pk): role for role, member in place.people.items()}
    return {names.get(person, "?") for person in escalation.told}


def test_what_is_due_is_told_to_whom_the_ladder_names_and_what_is_not_is_left(place):
    """PACS-16: at the start, half-way, at the deadline and after it."""
    matter = reported(place, 61 * MINUTE, severity=Severity.A)
    assert fire_due() == 3
    assert fire_due() == 0
    assert [(e.rung, told(place, e)) for e in escalations()] == [
        (0, {Recipient.ON_DUTY, Recipient.SENIOR_MANAGER}),
        (1, {Recipient.ON_DUTY}),
        (2, {Recipient.PROJECT_MANAGER, Recipient.HOSPITAL_LEAD}),
    ]
    kinds = {(item.kind, str(item.membership_id)) for item in InboxItem.objects.using("watch")}
    people = {role: str(member.pk) for role, member in place.people.items()}
    assert kinds == {
        ("severe_reported", people[Recipient.ON_DUTY]),
        ("severe_reported", people[Recipient.SENIOR_MANAGER]),
        ("deadline_passed", people[Recipient.ON_DUTY]),
        ("deadline_passed", people[Recipient.PROJECT_MANAGER]),
        ("deadline_passed", people[Recipient.HOSPITAL_LEAD]),
    }
    lines = Record.objects.using("watch").filter(act="clocks.escalated", subject_id=str(matter.pk))
    assert sorted(line.words["rung"] for line in lines) == [0, 1, 2]
    assert 28 * 60 < seconds_until_next() < 30 * 60


def test_what_was_missed_is_told_late_once_and_bears_its_own_time(place):
    """After an outage: the true moments, marked late."""
    matter = reported(place, 3 * HOUR)
    Step.objects.using("watch").update(planned_at=F("fire_at") - MINUTE)
    assert fire_due() == 4
    start = place.clock(matter).counts_from
    assert [((e.at - start) / MINUTE, e.is_late) for e in escalations()] == [
        (0, True), (30, True), (60, True), (90, True),
    ]  # fmt: skip
    assert place.clock(matter).due_at == start + HOUR


def test_what_was_planned_after_its_own_moment_is_nobodys_delay(place):
    """Half of the time went by while the promise was paused: told as soon as it runs again, and not called late."""
    matter = reported(place, 40 * MINUTE)
    with transaction.atomic(), place.inside():
        acts.pause_clocks(matter, why="等待", by=lead(place), at=timezone.now() - 5 * MINUTE)
        acts.resume_clocks(matter, by=lead(place), at=timezone.now())
    fire_due()
    assert [(e.rung, e.is_late) for e in escalations()] == [(0, False), (1, False)]


def test_a_clock_that_stopped_or_was_taken_care_of_tells_nothing(place):
    stopped, cared, paused = (reported(place, 10 * MINUTE) for _ in range(3))
    with place.inside():
        acts.stop_clock(stopped, Metric.RESPOND, by=engineer(place), at=timezone.now())
        acts.acknowledge(place.clock(cared), by=engineer(place), at=timezone.now())
        acts.pause_clocks(paused, why="等待", by=lead(place), at=timezone.now())
    assert fire_due() == 0


def test_nobody_on_duty_brings_the_next_rung_and_an_alarm(world):
    """lessons: nobody on duty → next rung at once, and an alarm."""
    with transaction.atomic():
        place = make_place(world, on_duty=False)
    reported(place, 31 * MINUTE)
    fire_due()
    fired = escalations()
    assert [(e.rung, e.nobody, told(place, e)) for e in fired] == [
        (0, ["on_duty"], {Recipient.SENIOR_MANAGER}),
        (1, ["on_duty"], set()),
        (2, [], {Recipient.PROJECT_MANAGER, Recipient.HOSPITAL_LEAD}),  # not due for half an hour yet
    ]
    alarms = InboxItem.objects.using("watch").filter(kind="nobody_on_duty")
    everybody = {str(member.pk) for member in place.people.values()}
    assert {str(item.membership_id) for item in alarms} == everybody
    assert alarms.count() == 2 * len(everybody)


def test_duty_is_who_has_it_when_the_rung_is_told(place):
    """CHK-e: the roster is asked at that moment, to the minute, by level."""
    now = timezone.now()
    with transaction.atomic():
        night, gone = make_member(Role.VENDOR_ENGINEER, place.vendor), make_member(Role.VENDOR_ENGINEER, place.vendor)
        put_on_duty(place, gone, now - 2 * HOUR, 2 * HOUR - MINUTE, level=2)
        put_on_duty(place, night, now - MINUTE, HOUR, level=2)
        with wall.opened(Context.of_vendor(place.vendor.id)):
            Membership.objects.filter(pk=place.people[Recipient.ON_DUTY].pk).update(until_at=now - MINUTE)
    second = replace(LADDER.rungs[0], recipients=frozenset({Recipient.SECOND_LINE, Recipient.ON_DUTY}))
    reported(place, MINUTE, replace(RESPOND, ladder=Ladder((second,))))
    fire_due()
    [fired] = escalations()
    assert (fired.told, fired.nobody) == ([str(night.pk)], ["on_duty"])


def test_whoever_works_on_it_is_told_and_until_then_whoever_is_on_duty(place):
    ladder = Ladder((replace(LADDER.rungs[0], recipients=frozenset({Recipient.ASSIGNEE})),))
    taken, open_ = (reported(place, MINUTE, replace(RESPOND, ladder=ladder)) for _ in range(2))
    with transaction.atomic():
        taker = make_member(Role.VENDOR_ENGINEER, place.vendor)
        with place.inside():
            acts.give_clocks_to(taken, member=taker.pk)
    fire_due()
    found = {escalation.matter_id: escalation.told for escalation in escalations()}
    assert found == {taken.pk: [str(taker.pk)], open_.pk: [str(place.people[Recipient.ON_DUTY].pk)]}


def test_two_copies_share_and_never_tell_twice(place):
    """What one copy holds is passed over by the other, and found told afterwards."""
    reported(place, 3 * HOUR)
    other = psycopg2.connect(**login_of(connections["watch"].settings_dict))
    with other, other.cursor() as cursor:
        cursor.execute("SELECT id FROM clocks_clock FOR UPDATE")
        assert fire_due() == 0
    other.close()
    assert (fire_due(), fire_due(), len(escalations())) == (4, 0, 4)


def test_the_second_string_does_the_same(place):
    reported(place, 3 * HOUR)
    assert (tell_what_is_due(), tell_what_is_due(), len(escalations())) == (4, 0, 4)


def test_what_cannot_be_told_is_set_aside_with_an_alarm_and_starves_nobody(place, world):
    with transaction.atomic():
        administrator = make_member(Role.SYSTEM_ADMINISTRATOR)
    poisoned, healthy = reported(place, 3 * HOUR), reported(place, 3 * HOUR)
    clock = place.clock(poisoned)
    Clock.objects.using("watch").filter(pk=clock.pk).update(promise={**clock.promise, "ladder": []})
    assert fire_due() == 4
    assert {e.matter_id for e in escalations()} == {healthy.pk}
    assert set_aside_count() == 4
    assert fire_due() == 0
    [alarm] = InboxItem.objects.using("watch").filter(kind="steps_set_aside")
    assert alarm.membership_id == administrator.pk
    [line] = Record.objects.using("watch").filter(act="clocks.step_set_aside")
    assert (line.result, line.words) == ("failed", {"steps": 4, "reason": "IndexError"})
    Clock.objects.using("watch").filter(pk=clock.pk).update(promise=clock.promise)  # mended
    call_command("retell", stdout=StringIO())
    assert (set_aside_count(), fire_due()) == (0, 4)
    assert {e.matter_id for e in escalations()} == {healthy.pk, poisoned.pk}


def test_a_rung_tells_everybody_or_nobody(place, monkeypatch):
    """One transaction: when the outbox fails, nothing of the batch is there, and the next look finds it again."""
    reported(place, 3 * HOUR)

    def refuse(*_args: Any, **_words: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(firing, "notify_all", refuse)
        with pytest.raises(Exception, match="gone"):
            fire_due()
    assert (escalations(), Message.objects.using("watch").count(), InboxItem.objects.using("watch").count()) == (
        [],
        0,
        0,
    )
    assert fire_due() == 4


def test_whoever_writes_a_step_that_is_due_wakes_the_watch(place):
    """One bell for two reports: the first has half an hour until its first rung."""
    with listening() as ear:
        reported(place, timedelta(), replace(RESPOND, ladder=Ladder(LADDER.rungs[1:])))
        reported(place, timedelta())
        assert select.select([ear], [], [], 5)[0]
        ear.poll()
        assert [notice.channel for notice in ear.notifies] == ["clocks_step"]


def test_no_look_costs_more_than_one_query(place, django_assert_num_queries: Callable[..., Any]):
    reported(place, timedelta(), replace(RESPOND, ladder=Ladder(LADDER.rungs[1:])))
    with django_assert_num_queries(1, using="watch"):
        assert seconds_until_next() > 0


@pytest.mark.parametrize("clocks", [1, 12])
def test_a_batch_costs_the_same_queries_whatever_its_size(place, clocks, django_assert_max_num_queries):
    for _ in range(clocks):
        reported(place, 3 * HOUR)
    with django_assert_max_num_queries(13, using="watch"):
        assert fire_due() == 4 * clocks


def test_a_desk_without_a_team_has_nobody_on_duty(place):
    with place.inside():
        Desk.objects.filter(pk=place.desk.pk).update(team=None)
    reported(place, MINUTE)
    fire_due()
    assert escalations()[0].nobody == ["on_duty"]
    assert Step.objects.using("watch").filter(fired_at=None).count() == 1
