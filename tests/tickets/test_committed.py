"""What needs committed rows: the watch's role. Apart from the modules they belong to, because one
such test keeps all others of its module from sharing a desk (conftest.py)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from servicedesk.clocks.watch.firing import fire_due
from servicedesk.notices.models import InboxItem
from servicedesk.schedule import BEAT
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tests.tickets.closing import HOUR, resolved
from tests.tickets.people import make_desk
from tests.world import make_member, make_world
from tickets import tasks
from tickets.enums import WaitsOn
from tickets.models import RenamedSystem
from tickets.services import going_on, incidents, renaming, working

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_the_watch_role_looks_across_tenants_and_hands_ids_over(monkeypatch):
    """With the role itself, on committed rows; and by an index, not by reading every ticket there is."""
    with wall.opened(Context()):
        desk = make_desk(make_world())
    waiting, silent = desk.accepted(), resolved(desk)
    desk.act(working.ask_back, waiting, by=desk.engineer, at=AT, why="等日志", who=WaitsOn.REPORTER, wakes_at=AT + HOUR)
    with desk.inside():
        system = desk.contract.systems.first()
        system.name = "影像云归档平台"
        system.save()
        renamed = RenamedSystem.objects.get()
    handed = []
    for task in (tasks.wake, tasks.close_silent, tasks.find_by_new_name):
        monkeypatch.setattr(task, "inside", lambda *args: handed.append(args))
    assert going_on.hand_over_waking(at=AT + HOUR) == 1
    assert going_on.hand_over_silent(at=AT + 60 * DAY) == 1
    assert renaming.hand_over() == 1
    here = Context.of_hospital(desk.world.h1.id)
    assert handed == [(here, str(waiting.pk)), (here, str(silent.pk)), (here, str(renamed.pk))]
    for name in ("go on with tickets whose hour has come", "close what nobody answered"):
        assert BEAT[name]["options"]["queue"] == "watch"
    for condition, index in (
        ("state = 'waiting' AND wakes_at <= now() ORDER BY wakes_at", "tickets_that_wake"),
        ("state IN ('resolved', 'signed') AND due_at <= now() ORDER BY due_at", "tickets_that_close"),
    ):
        assert index in _plan(condition)


def _plan(condition):
    """With what there is known to the planner: knowing nothing, it takes either of two indexes at the same price."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE tickets_ticket")
    with connections["watch"].cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT id FROM tickets_ticket WHERE {condition}")
        found = str(cursor.fetchall())
        cursor.execute("ROLLBACK")
    return found


def test_the_watch_tells_whoever_leads_that_an_update_is_late():
    """Of either side: here the hospital's lead. Both leads hear that it is late; who works on the ticket does not."""
    world, now = make_world(), timezone.now()
    with wall.opened(Context()):
        desk = make_desk(world)
    another_lead = make_member(Role.IT_LEAD, world.h1)
    ticket = desk.accepted(at=now - 60 * MINUTE)
    incident = desk.act(
        incidents.declare_incident,
        ticket,
        by=another_lead,
        at=now - 31 * MINUTE,
        title="全院影像中断",
        why="门诊与急诊均无法阅片",
        every_minutes=30,
    )
    unsigned = resolved(desk, at=now - 20 * DAY)
    while fire_due():
        pass

    def told_late(member, label: str = incident.title) -> int:
        with desk.acting(member) as person:
            items = InboxItem.objects.visible_to(person).filter(kind="deadline_passed")
            return sum(label in item.words["matter"] for item in items)

    assert told_late(another_lead)
    assert told_late(desk.lead)
    assert told_late(desk.manager)
    assert not told_late(desk.engineer)
    # A solution nobody signs: its reminders at half time and at the end (the hospital), at the end (the engineer).
    assert [told_late(each, unsigned.number) for each in (desk.lead, desk.engineer)] == [2, 1]
