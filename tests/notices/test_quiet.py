"""Quiet hours are a person's own wish for what can wait. They never hold back an escalation or a person on duty."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.notices.enums import NoticeKind, Reason, State
from servicedesk.notices.models import InboxItem, Preference
from servicedesk.notices.quiet import quiet_until
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import give_address
from tests.world import enter, make_member

ZONE = ZoneInfo("Asia/Shanghai")
EVERY_DAY = frozenset(range(7))
WEEKEND = frozenset({5, 6})


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


# 2026-11-16 is a Monday.
@pytest.mark.parametrize(
    ("hours", "days", "moment", "until"),
    [
        (("22:00", "07:00"), EVERY_DAY, "2026-11-16 21:59", None),
        (("22:00", "07:00"), EVERY_DAY, "2026-11-16 22:00", "2026-11-17 07:00"),
        (("22:00", "07:00"), EVERY_DAY, "2026-11-17 00:00", "2026-11-17 07:00"),
        (("22:00", "07:00"), EVERY_DAY, "2026-11-17 06:59", "2026-11-17 07:00"),
        (("22:00", "07:00"), EVERY_DAY, "2026-11-17 07:00", None),
        (("12:00", "14:00"), EVERY_DAY, "2026-11-16 13:00", "2026-11-16 14:00"),
        (("22:00", "07:00"), frozenset({4}), "2026-11-21 03:00", "2026-11-21 07:00"),  # Friday's night, on Saturday
        (("22:00", "07:00"), frozenset({4}), "2026-11-20 03:00", None),  # Thursday's night
        (("00:00", "00:00"), WEEKEND, "2026-11-21 09:00", "2026-11-23 00:00"),  # two whole days are one
        (("18:00", "00:00"), EVERY_DAY, "2026-11-16 23:59", "2026-11-17 00:00"),
        (("22:00", "07:00"), frozenset(), "2026-11-16 23:00", None),
    ],
)
def test_the_end_of_the_quiet_hours(hours, days, moment, until):
    start, end = map(time.fromisoformat, hours)
    assert quiet_until(start, end, days, at(moment)) == (at(until) if until else None)


@settings(deadline=None)
@given(
    start=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    end=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    days=st.frozensets(st.integers(0, 6)),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
)
def test_at_its_end_it_is_quiet_no_longer(start, end, days, moment):
    moment = moment.replace(tzinfo=ZONE)
    until = quiet_until(start, end, days, moment)
    if until is None:
        return
    assert moment < until <= moment + timedelta(days=8)
    assert quiet_until(start, end, days, until) is None or (start == end and days == EVERY_DAY)


@pytest.fixture
def sleeper(desk):
    """An engineer who wants quiet from 22 to 7, at one o'clock in the night."""
    desk.mail()
    desk.clock.at = at("2026-11-17 01:00")
    engineer = give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    with opened(Context.of_vendor(desk.world.v1.id)):
        Preference.objects.create(
            vendor=desk.world.v1, membership=engineer, quiet_from=time(22), quiet_to=time(7), quiet_days=list(EVERY_DAY)
        )
    return engineer


@pytest.mark.django_db
def test_what_can_wait_waits_and_the_inbox_does_not(desk, sleeper):
    desk.tell(sleeper)
    message = desk.deliver()
    assert (message.state, message.reason, message.due_at) == (State.WAITING, Reason.QUIET, at("2026-11-17 07:00"))
    assert InboxItem.objects.visible_to(enter(sleeper)).count() == 1
    desk.clock.at = message.due_at
    assert desk.deliver().state == State.SENT


@pytest.mark.django_db
def test_a_later_try_is_held_back_too(desk, sleeper):
    desk.clock.at = at("2026-11-16 21:59")
    desk.servers[0].script[:] = ["500"]
    desk.tell(sleeper)
    desk.deliver()
    desk.clock.at = at("2026-11-16 22:05")
    assert (desk.deliver().reason, desk.message().due_at) == (Reason.QUIET, at("2026-11-17 07:00"))


@pytest.mark.django_db
def test_an_escalation_is_never_held_back(desk, sleeper):
    """ALL-1: every rung of a ladder comes through, whatever the person wishes and whatever the hour."""
    for kind in (NoticeKind.SEVERE_REPORTED, NoticeKind.DEADLINE_NEAR, NoticeKind.DEADLINE_PASSED):
        desk.tell(sleeper, key=kind, kind=kind)
    assert [desk.deliver(message).state for message in desk.messages()] == [State.SENT] * 3


@pytest.mark.django_db
def test_a_person_on_duty_is_never_held_back(desk, sleeper):
    desk.tell(on_duty=[sleeper.id])
    assert desk.deliver().state == State.SENT
