"""The demo's people are real: they sign in with what is printed, and see what their role sees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from contracts.matrices import matrix_at
from contracts.models import Contract, StaffMember
from contracts.selectors import status
from contracts.terms import last_day
from servicedesk.accounts.models import User
from servicedesk.clocks.models import Post, Team
from servicedesk.clocks.selectors.on_duty import on_duty_now
from servicedesk.clocks.selectors.roster import holes
from servicedesk.demo import PASSWORD, PLAYERS, Player, current_code, make_demo, second_step
from servicedesk.demo_contracts import CONTRACTS, _begins
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(module_transaction: None) -> None:
    assert make_demo(at=timezone.now(), share=None) is True


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


def test_five_contracts_are_running():
    """PACS-1, ICU-3, SMART-5: two near a signing's end, one lapsed, the others in force, whatever day it is made."""
    today = timezone.localdate()
    found = {}
    for contract in _contracts():
        with opened(Context.of_hospital(contract.hospital_id)):
            found[contract.blueprint] = status(contract, on=today).value
            assert StaffMember.objects.filter(contract=contract).count() >= 6
            assert Post.objects.filter(desk_id=contract.desk_id).count() >= 5
            assert contract.systems.exists()
            assert on_duty_now([contract.desk_id], at=timezone.now())
            assert matrix_at(contract, timezone.now()) is not None
    assert found == {
        "pacs": "expiring",
        "hrp": "expiring",
        "icu": "active",
        "smart": "active",
        "pacs-checklist": "lapsed",
    }


def _contracts():
    with opened(Context.of_platform()):
        hospitals = list(Hospital.objects.values_list("id", flat=True))
    for hospital_id in hospitals:
        with opened(Context.of_hospital(hospital_id)):
            yield from list(Contract.objects.select_related("desk").all())


@pytest.mark.parametrize("day", [date(2028, 2, 28), date(2027, 2, 3), date(2026, 12, 31), date(2028, 2, 4)])
def test_a_first_year_can_begin_on_any_day(day):
    agreed = next(one for one in CONTRACTS if one.code == "pacs")
    ends = last_day(_begins(agreed, day), months=12)
    assert abs((ends - day).days - agreed.year_ends_in) <= 1


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
