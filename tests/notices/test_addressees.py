"""Who is reached: nobody who left or may no longer read, in the reader's own language."""

from datetime import timedelta

import pytest

from servicedesk.notices.backoff import GIVE_UP_AFTER
from servicedesk.notices.enums import Reason, State
from servicedesk.notices.models import Breaker, Receiver
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Engagement
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import NOON, give_address
from tests.world import make_member

pytestmark = pytest.mark.django_db


def test_waiting_for_a_resting_receiver_ends_after_a_day_too(desk, hook, engineer):
    desk.tell(engineer)
    receiver = desk.message().receiver_id
    for _ in range(30):
        Breaker.objects.update_or_create(
            key=str(receiver), defaults={"failures": 9, "rests_until": desk.clock() + timedelta(hours=1)}
        )
        desk.deliver()
        if desk.message().state == State.DEAD:
            break
        desk.clock.at = desk.message().due_at
    assert (desk.message().state, desk.message().reason) == (State.DEAD, Reason.RESTING)
    assert (desk.clock.at - NOON, hook.connections) == (GIVE_UP_AFTER, 0)


def test_who_left_in_the_meantime_gets_nothing(desk):
    """R7: rights are checked again when the message leaves, not only when it was written."""
    server = desk.mail()
    engineer = give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    desk.tell(engineer, key="left")
    give_address(engineer, until_at=desk.clock() - timedelta(seconds=1))
    assert (desk.deliver().state, desk.message().reason) == (State.WITHDRAWN, Reason.LEFT)
    assert server.connections == 0


def test_a_vendor_that_may_no_longer_read_gets_nothing(desk):
    server = desk.mail()
    desk.tell(give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1)))
    with opened(Context.of_platform()):
        Engagement.objects.filter(vendor=desk.world.v1, hospital=desk.world.h1).update(
            to_on=NOON.date() - timedelta(days=9), read_until=NOON.date() - timedelta(days=1)
        )
    assert (desk.deliver().state, server.connections) == (State.WITHDRAWN, 0)


def test_a_receiver_that_was_switched_off_gets_nothing(desk, hook, engineer):
    desk.tell(engineer)
    with opened(Context.of_vendor(desk.world.v1.id)):
        Receiver.objects.update(is_on=False)
    assert (desk.deliver().reason, hook.connections) == (Reason.NO_ADDRESS, 0)


def test_mail_speaks_the_readers_language(desk):
    server = desk.mail()
    for language in ("en", "zh-hans"):
        person = give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
        person.user.language = language
        person.user.save()
        desk.tell(person, key=language)
    from django.utils import translation

    for message in desk.messages():
        with translation.override("en"):
            desk.deliver(message)
    from email import message_from_bytes, policy

    subjects = [message_from_bytes(seen.body, policy=policy.default)["Subject"] for seen in server.seen]
    assert subjects[0] == "工单 7 was given to you."
    with translation.override("zh-hans"):
        assert subjects[1] == desk.messages()[1].text
