"""Inbox and deliveries with something in them: test_every_page sees them empty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.accounts.services.locks import tell_of_lock
from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models import Message
from servicedesk.notices.services import dead_letters
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.browser.language import latin_sentences
from tests.browser.visitor import Visitor
from tests.world import World, give_second_factor, make_member


@pytest.fixture
def lead(world: World) -> Membership:
    member, now = make_member(Role.IT_LEAD, world.h1, name="王小明"), timezone.now()
    give_second_factor(member.user)
    with opened(Context.of_hospital(world.h1.id)):
        for state in State:
            message = Message.objects.create(
                hospital=world.h1, side="hospital", membership=member, channel=Channel.MAIL, state=state, failures=3,
                event_key=state, kind=NoticeKind.TICKET_ASSIGNED, words={"matter": "工单 7"}, url="/",
                comes_through=False, subject_kind="x", subject_id="1", at=now, due_at=now + timedelta(days=1),
                sent_at=now if state == State.SENT else None, reason=Reason.REFUSED if state == State.DEAD else "",
            )  # fmt: skip
        dead_letters.tell(message, at=now)
    tell_of_lock(member, address="10.0.0.9", at=now)
    return member


@pytest.mark.parametrize("path", ["/inbox/", "/notices/deliveries/"])
def test_a_full_list(visitor: Visitor, lead: Membership, path: str) -> None:
    visitor.sign_in(lead)
    page = visitor.visit(path)
    for _ in visitor.on_each_device():
        assert page.locator(".list-group-item").count() > 1
        assert visitor.overflow() == 0
        assert visitor.axe() == []
    assert latin_sentences(page.content()) == []
