"""The demo's people are real: they sign in with what is printed, and see what their role sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import User
from servicedesk.clocks.models import Team
from servicedesk.clocks.selectors.roster import holes
from servicedesk.demo import PASSWORD, PLAYERS, Player, current_code, make_demo, second_step
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Vendor
from servicedesk.tenancy.wall import Context, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(db: None) -> None:
    assert make_demo(at=timezone.now()) is True


def player(role: Role) -> Player:
    return next(one for one in PLAYERS if one.role == role)


@pytest.mark.parametrize("role", [Role.WARD_REPORTER, Role.IT_LEAD, Role.SYSTEM_ADMINISTRATOR])
def test_they_sign_in_with_what_is_printed(role: Role, client: Client):
    one = player(role)
    answer = client.post("/accounts/login/", {"login": one.username, "password": PASSWORD}, follow=True)
    if role.needs_second_factor:
        answer = client.post("/accounts/2fa/authenticate/", {"code": current_code(one)}, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/"
    assert answer.context["request"].person.name == one.name


def test_every_role_is_there():
    assert {one.role for one in PLAYERS} == set(Role)


def test_a_second_time_nothing_is_made():
    count = User.objects.count()
    assert make_demo(at=timezone.now()) is False
    assert User.objects.count() == count


def test_it_is_the_same_on_every_machine():
    assert second_step(player(Role.IT_LEAD)) == "C4REE27MCCMTCKKTTGLJDXXJTCQ2CDNY"


def test_production_has_no_demo(settings: Any):
    settings.IN_PRODUCTION = True
    with pytest.raises(CommandError, match="never made in production"):
        call_command("demo")


def test_the_demos_team_is_on_duty_day_and_night_but_for_one_night():
    """CHK-e"""
    now = timezone.now()
    with opened(Context.of_platform()):
        vendor_id = Vendor.objects.get(code="ruiying").pk
    with opened(Context.of_vendor(vendor_id)):
        team = Team.objects.get()
        found = holes([team], at=now, until=now + timedelta(days=14))
        assert {hole.on for hole in found} == {timezone.localdate(now) + timedelta(days=5)}
        assert len(found) == 2
