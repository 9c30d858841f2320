"""Which notices come through the night, kind by kind: a new one has to be put on one side or the other. ALL-1."""

from __future__ import annotations

from datetime import time

import pytest

from servicedesk.notices.enums import INBOX_ONLY, NoticeKind, State
from servicedesk.notices.models import Preference
from servicedesk.notices.notify import notify
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import NOON, give_address
from tests.world import make_matter, make_member

# What the watch tells, rung by rung, and that a hospital stands still. Everything else can wait for the morning.
ESCALATIONS = {
    NoticeKind.SEVERE_REPORTED,
    NoticeKind.DEADLINE_NEAR,
    NoticeKind.DEADLINE_PASSED,
    NoticeKind.NOBODY_ON_DUTY,
    NoticeKind.STEPS_SET_ASIDE,
    NoticeKind.INCIDENT_DECLARED,
}


@pytest.fixture
def always_quiet(desk):
    """An engineer who never wants to be disturbed, by nothing, on no day."""
    desk.mail()
    engineer = give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    nothing = {kind.value: [] for kind in NoticeKind}
    with opened(Context.of_vendor(desk.world.v1.id)):
        Preference.objects.create(
            vendor=desk.world.v1, membership=engineer, choices=nothing,
            quiet_from=time(0), quiet_to=time(0), quiet_days=list(range(7)),
        )  # fmt: skip
    return engineer


def tell_of_everything(desk, *people, **more):
    """Past `desk.tell`, whose words are those of a few kinds."""
    with opened(Context.of_hospital(desk.world.h1.id)):
        subject = make_matter(desk.world.h1, desk.world.v1)
        for kind in NoticeKind:
            words = dict.fromkeys(kind.needed_words, "x")
            notify(kind, to=people, kind=kind, subject=subject, words=words, url="/", at=desk.clock(), **more)


@pytest.mark.django_db
def test_every_escalation_comes_through_and_nothing_else(desk, always_quiet):
    tell_of_everything(desk, always_quiet)
    reached = {message.kind for message in desk.messages() if desk.deliver(message).state == State.SENT}
    assert reached == ESCALATIONS


@pytest.mark.django_db
def test_on_duty_everything_that_leaves_the_house_comes_through(desk, always_quiet):
    tell_of_everything(desk, on_duty=[always_quiet])
    reached = {message.kind for message in desk.messages() if desk.deliver(message).state == State.SENT}
    assert reached == set(NoticeKind) - INBOX_ONLY
    assert desk.clock() == NOON, "at once"
