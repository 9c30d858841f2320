"""Who may do what cannot be taken back proves who they are twice, and a support session is half an hour. Issue 2."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.accounts import permissions
from servicedesk.accounts.permissions import INVITES
from servicedesk.accounts.services import support
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.wall import NOBODY, opened
from tests.accounts.people import browser_of
from tests.world import enter, make_member

ADMINISTERS = (
    permissions.INVITE_PEOPLE,
    permissions.MANAGE_PEOPLE,
    permissions.MANAGE_TOKENS,
    permissions.REGISTER_ORGANISATIONS,
    permissions.OPEN_SUPPORT,
    permissions.CLOSE_SUPPORT,
    permissions.DISABLE_ACCOUNTS,
)


def test_every_role_that_signs_approves_or_administers_proves_who_they_are_twice():
    """GB/T 22239 8.1.4.1 d. The lead and the vendor's manager sign; the project manager changes what was promised."""
    signs = {Role.IT_LEAD, Role.VENDOR_MANAGER, Role.PROJECT_MANAGER}
    administers = set().union(*(permission.grants for permission in ADMINISTERS)) | {Role.AUDIT_ADMINISTRATOR}
    assert {role for role in Role if role.needs_second_factor} == signs | administers


def test_the_three_administrators_share_no_power():
    """三员分立: none of the platform's three may do what another one may, but for ending a session too early."""
    platform = [role for role in Role if role.side == Side.PLATFORM]
    assert len(platform) == 3
    shared = {p.name for p in ADMINISTERS if sum(role in p.grants for role in platform) > 1}
    assert shared == {permissions.CLOSE_SUPPORT.name}
    assert all(Role.AUDIT_ADMINISTRATOR not in permission.grants for permission in ADMINISTERS)
    assert all(role.side == Side.PLATFORM for role in INVITES[Role.SECURITY_ADMINISTRATOR])


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "sees"), [(29, True), (31, False)])
def test_a_support_session_lasts_half_an_hour_and_no_longer(world, minutes, sees):
    operator = make_member(Role.SYSTEM_ADMINISTRATOR)
    with opened(NOBODY):
        begun = timezone.now() - timedelta(minutes=minutes)
        session = support.open_support(world.h1, reason="报修单打不开", by=enter(operator), at=begun)
    assert session.until_at - session.from_at == timedelta(minutes=30)
    page = browser_of(operator).get("/departments/").content.decode()
    assert ("放射科" in page) is sees
