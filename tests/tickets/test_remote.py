"""ICU-15: remote access is asked for, granted for a time by the hospital, used on record, and over by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from servicedesk.audit.models import Record
from servicedesk.notices.models import InboxItem
from servicedesk.schedule import BEAT
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tests.world import make_member
from tickets.enums import Access
from tickets.models import Entry, RemoteAuthorisation
from tickets.services import remote
from tickets.services.remote import Wish

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def icu(world):
    return make_desk(world, "icu")


def asked(desk, *, at=AT, by=None, **more):
    facts = {"contract": desk.contract, "what": "重症数据库服务器", "why": "查看慢查询", "minutes": 120} | more
    return desk.act(remote.ask_remote, Wish(**facts), by=by or desk.engineer, at=at)


def granted(desk, row=None, *, at=AT + MINUTE, minutes=60, **more):
    return desk.act(remote.grant_remote, row or asked(desk), by=desk.it, at=at, minutes=minutes, **more)


def test_from_asking_to_the_log(icu):
    row = asked(icu)
    assert row.access_at(AT) == Access.ASKED
    with pytest.raises(Refused, match="not decided"):
        icu.act(remote.start_remote, row, by=icu.engineer, at=AT)
    row = granted(icu, row)
    assert (row.from_at, row.until_at) == (AT + MINUTE, AT + 61 * MINUTE)
    row = icu.act(remote.start_remote, row, by=icu.engineer, at=AT + 2 * MINUTE)
    assert row.access_at(AT + 3 * MINUTE) == Access.UNDER_WAY
    with pytest.raises(Refused, match="done there"):
        icu.act(remote.end_remote, row, by=icu.engineer, at=AT + 5 * MINUTE, work=" ")
    row = icu.act(remote.end_remote, row, by=icu.engineer, at=AT + 30 * MINUTE, work="建立索引")
    assert (row.access_at(AT + 31 * MINUTE), row.ended_at) == (Access.ENDED, AT + 30 * MINUTE)


def test_the_hospital_may_shorten_and_never_lengthen(icu):
    row = asked(icu)
    for minutes in (0, 121):
        with pytest.raises(Refused):
            granted(icu, row, minutes=minutes)
    granted(icu, row, minutes=15)
    with pytest.raises(Refused, match="decided"):
        granted(icu, row)


def test_it_runs_out_by_itself(icu):
    """Nothing has to run for that: the moment alone decides."""
    row = granted(icu)
    assert row.access_at(AT + 61 * MINUTE - timedelta(seconds=1)) == Access.GRANTED
    assert row.access_at(AT + 61 * MINUTE) == Access.RUN_OUT
    with pytest.raises(Refused, match="run out"):
        icu.act(remote.start_remote, row, by=icu.engineer, at=AT + 61 * MINUTE)


def test_an_end_logged_late_is_the_end_there_was(icu):
    row = icu.act(remote.start_remote, granted(icu), by=icu.engineer, at=AT + 5 * MINUTE)
    row = icu.act(remote.end_remote, row, by=icu.engineer, at=AT + 300 * MINUTE, work="忘记登记")
    assert row.ended_at == AT + 61 * MINUTE


def test_granted_for_later_is_not_open_yet(icu):
    row = granted(icu, from_at=AT + 120 * MINUTE)
    with pytest.raises(Refused, match="later"):
        icu.act(remote.start_remote, row, by=icu.engineer, at=AT + 60 * MINUTE)
    icu.act(remote.start_remote, row, by=icu.engineer, at=AT + 121 * MINUTE)
    with pytest.raises(Refused, match="ahead"):
        granted(icu, asked(icu), from_at=AT + timedelta(days=40))


def test_refused_and_revoked_with_a_reason(icu):
    row = asked(icu)
    with pytest.raises(Refused, match="why"):
        icu.act(remote.refuse_remote, row, by=icu.it, at=AT, said=" ")
    row = icu.act(remote.refuse_remote, row, by=icu.it, at=AT, said="正在抢救")
    assert row.access_at(AT) == Access.REFUSED
    with pytest.raises(Refused):
        icu.act(remote.revoke_remote, row, by=icu.it, at=AT, why="x")
    row = granted(icu)
    row = icu.act(remote.revoke_remote, row, by=icu.it, at=AT + 9 * MINUTE, why="操作超出范围")
    assert row.access_at(AT + 9 * MINUTE) == Access.REVOKED
    with pytest.raises(Refused, match="revoked"):
        icu.act(remote.start_remote, row, by=icu.engineer, at=AT + 10 * MINUTE)
    with icu.acting(icu.engineer) as person:
        kinds = InboxItem.objects.visible_to(person).values_list("kind", flat=True)
        assert {"remote_decided", "remote_ended"} <= set(kinds)


def test_each_side_has_its_own_acts(icu):
    with pytest.raises(Forbidden):
        asked(icu, by=icu.it)
    row = asked(icu)
    for act, facts in ((remote.grant_remote, {"minutes": 5}), (remote.refuse_remote, {"said": "x"})):
        with pytest.raises(Forbidden):
            icu.act(act, row, by=icu.engineer, at=AT, **facts)
    row = granted(icu, row)
    with pytest.raises(Forbidden):
        icu.act(remote.start_remote, row, by=icu.it, at=AT + 2 * MINUTE)


def test_a_tickets_stream_tells_the_whole_story(icu):
    ticket = icu.report(severity=Severity.NONE)
    row = granted(icu, asked(icu, ticket=ticket))
    icu.act(remote.start_remote, row, by=icu.engineer, at=AT + 2 * MINUTE)
    icu.act(remote.end_remote, row, by=icu.engineer, at=AT + 3 * MINUTE, work="已重启")
    with icu.inside():
        acts = Entry.objects.filter(ticket=ticket, act__startswith="tickets.remote").order_by("id")
        assert list(acts.values_list("act", flat=True)) == [
            f"tickets.remote_{verb}" for verb in ("asked", "granted", "started", "ended")
        ]


def test_five_presses_ask_once(icu):
    key = uuid4()
    assert len({asked(icu, submission=key).pk for _ in range(5)}) == 1


def test_odd_wishes_are_refused(icu, desk):
    for odd in ({"what": " "}, {"why": ""}, {"minutes": 0}, {"minutes": 7 * 24 * 60 + 1}):
        with pytest.raises(Refused):
            asked(icu, **odd)
    with pytest.raises(Refused, match="contract"):
        asked(icu, ticket=desk.report())


def test_both_sides_are_told_once_that_it_ran_out(icu):
    """Who is inside then is out, on record, at the moment itself; pressed twice or late, it is told once."""
    assert BEAT["say that remote access ran out"]["task"] == "tickets.tasks.look_for_access_that_ran_out"
    row = icu.act(remote.start_remote, granted(icu), by=icu.engineer, at=AT + 2 * MINUTE)
    with icu.inside():
        assert not remote.tell_ran_out(row.pk, at=AT + 60 * MINUTE)
        assert remote.tell_ran_out(row.pk, at=AT + 62 * MINUTE)
        assert not remote.tell_ran_out(row.pk, at=AT + 63 * MINUTE)
    for member in (icu.it, icu.engineer):
        with icu.acting(member) as person:
            ended = InboxItem.objects.visible_to(person).filter(kind="remote_ended")
            assert ended.count() == 1
    row = icu.fresh(row)
    assert (row.ended_at, row.access_at(AT + 62 * MINUTE)) == (AT + 61 * MINUTE, Access.RUN_OUT)
    with icu.inside():
        ran_out = Record.objects.get(act="tickets.remote_ran_out")
    assert (ran_out.subject_id, ran_out.by_user) == (str(row.pk), None)
    row = icu.act(remote.end_remote, row, by=icu.engineer, at=AT + 90 * MINUTE, work="重建索引")
    assert (row.ended_at, row.access_at(AT + 90 * MINUTE)) == (AT + 61 * MINUTE, Access.ENDED)


def test_who_is_inside_when_it_is_revoked_is_out_at_that_moment(icu):
    row = icu.act(remote.start_remote, granted(icu), by=icu.engineer, at=AT + 2 * MINUTE)
    row = icu.act(remote.revoke_remote, row, by=icu.it, at=AT + 9 * MINUTE, why="操作超出范围")
    assert (row.ended_at, row.access_at(AT + 9 * MINUTE)) == (AT + 9 * MINUTE, Access.REVOKED)


def test_others_see_nothing_of_it(icu, world):
    asked(icu)
    for role, organisation in (
        (Role.VENDOR_ENGINEER, world.v2),
        (Role.IT_LEAD, world.h2),
        (Role.WARD_REPORTER, world.h1),
    ):
        department = world.radiology[world.h1.id] if role == Role.WARD_REPORTER else None
        with icu.acting(make_member(role, organisation, department=department)) as person:
            assert not RemoteAuthorisation.objects.visible_to(person).exists()
    auditor = make_member(Role.HOSPITAL_AUDITOR, world.h1)
    with icu.acting(auditor) as person:
        assert RemoteAuthorisation.objects.visible_to(person).count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_the_minute_entry_hands_over_what_has_run_out_and_no_more(monkeypatch):
    """Past the wall the watch looks for ids only; each is told inside its own hospital's wall."""
    from servicedesk.tenancy.wall import Context, opened
    from tests.world import make_world
    from tickets import tasks

    world = make_world()
    with opened(Context()):
        icu = make_desk(world, "icu")
    over, revoked, later = (granted(icu) for _ in range(3))
    icu.act(remote.revoke_remote, revoked, by=icu.it, at=AT + 2 * MINUTE, why="x")
    with icu.inside():
        RemoteAuthorisation.objects.filter(pk=later.pk).update(until_at=AT + timedelta(days=1))
    handed = []
    monkeypatch.setattr(tasks.tell_access_ran_out, "inside", lambda *args: handed.append(args))
    assert remote.hand_over(at=AT + 2 * MINUTE) == 0
    assert remote.hand_over(at=AT + 90 * MINUTE) == 1
    assert handed == [(Context.of_hospital(world.h1.id), str(over.pk))]
