"""What was sent and read is forgotten after a while, for every tenant; what waits for somebody is not."""

from datetime import timedelta

import pytest

from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models import InboxItem, Message
from servicedesk.notices.services import purge
from servicedesk.schedule import BEAT
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import NOON
from tests.world import make_member

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
DAYS = 180


@pytest.fixture
def owners(desk):
    """One of each side: context, owner columns and somebody who is told."""
    world = desk.world
    return [
        (Context.of_hospital(world.h1.id), {"hospital": world.h1}, make_member(Role.IT_LEAD, world.h1)),
        (Context.of_vendor(world.v2.id), {"vendor": world.v2}, make_member(Role.VENDOR_MANAGER, world.v2)),
        (Context.of_platform(), {}, make_member(Role.SYSTEM_ADMINISTRATOR)),
    ]


def notice(owner, member, key):
    return {
        "event_key": key, "kind": NoticeKind.ACCESS_CHANGED, "words": {"role": "x"}, "side": Role(member.role).side,
        "url": "/", "subject_kind": "x", "subject_id": "1", "at": NOON, "membership": member, **owner,
    }  # fmt: skip


def message(owners, state, days, key=""):
    at = NOON - timedelta(days=days)
    for context, owner, member in owners:
        with opened(context):
            Message.objects.create(
                **notice(owner, member, key or f"{state}:{days}"), channel=Channel.MAIL, comes_through=False,
                state=state, due_at=at, sent_at=at if state == State.SENT else None,
                reason=Reason.REFUSED if state == State.DEAD else "",
            )  # fmt: skip


def item(owners, key, read_days):
    for context, owner, member in owners:
        with opened(context):
            read_at = None if read_days is None else NOON - timedelta(days=read_days)
            InboxItem.objects.create(**notice(owner, member, key), read_at=read_at)


def left(model):
    return sorted(set(model.objects.using("watch").values_list("event_key", flat=True)))


@pytest.mark.parametrize("days", [30, DAYS, 365])
def test_sent_messages_are_kept_as_long_as_the_operator_says(owners, settings, days):
    settings.KEEP_MESSAGES_DAYS = days
    for state in (State.SENT, State.WITHDRAWN, State.DISMISSED):
        message(owners, state, days + 1, key=f"old {state}")
        message(owners, state, days - 1, key=f"new {state}")
    assert purge.forget_old(at=NOON) == 9
    assert left(Message) == ["new dismissed", "new sent", "new withdrawn"]


@pytest.mark.parametrize("days", [30, 365])
def test_dead_letters_wait_half_a_year_for_somebody_whatever_the_setting(owners, settings, days):
    settings.KEEP_MESSAGES_DAYS = days
    message(owners, State.DEAD, DAYS + 1)
    message(owners, State.DEAD, DAYS - 1)
    assert purge.forget_old(at=NOON) == 3
    assert left(Message) == ["dead:179"]


def test_what_waits_is_never_forgotten(owners):
    message(owners, State.WAITING, 999)
    assert purge.forget_old(at=NOON) == 0
    assert left(Message) == ["waiting:999"]


def test_notices_go_when_they_were_read_long_ago(owners):
    item(owners, "read long ago", DAYS + 1)
    item(owners, "read lately", DAYS - 1)
    item(owners, "never read", None)
    assert purge.forget_old(at=NOON) == 3
    assert left(InboxItem) == ["never read", "read lately"]


def test_many_go_in_portions(owners, monkeypatch):
    monkeypatch.setattr(purge, "AT_ONCE", 4)
    for number in range(5):
        message(owners, State.SENT, DAYS + 1, key=f"old:{number}")
    assert purge.forget_old(at=NOON) == 15
    assert left(Message) == []


def test_the_watch_does_it_every_day():
    entry = BEAT["forget old messages"]
    assert (entry["task"], entry["schedule"], entry["options"]["queue"]) == (
        "servicedesk.notices.tasks.forget_old_messages",
        24 * 3600.0,
        "watch",
    )
