"""Whoever stands before the door: with a link, as somebody who has an account, and as somebody who belongs nowhere."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.people import invited
from tests.browser.test_calendars import look_at
from tests.browser.test_every_page import too_small
from tests.browser.visitor import Visitor
from tests.world import World, make_member


def test_every_page_before_the_door(visitors: Callable[[], Visitor], world: World) -> None:
    lead, gone = (make_member(role, world.h1, name="王小明") for role in (Role.IT_LEAD, Role.IT_ENGINEER))
    _, secret = invited(lead, Role.IT_ENGINEER)
    guest, somebody, nobody = visitors(), visitors(), visitors()
    guest.expects = ("status of 410",)
    somebody.sign_in(make_member(Role.WARD_REPORTER, world.h2))
    nobody.sign_in(gone)
    with opened(Context.of_hospital(world.h1.id)):
        Membership.objects.filter(pk=gone.pk).update(until_at=timezone.now())
    nobody.visit("/")  # is told once that this access has ended
    for visitor, path in (
        (guest, f"/join/{secret}/"),
        (guest, "/join/nothing/"),
        (somebody, f"/join/{secret}/"),
        (nobody, "/no-membership/"),
    ):
        assert visitor.visit(path).url.endswith(path)
        look_at(visitor)
        assert too_small(visitor) == [], path
