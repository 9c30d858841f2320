"""A contract's people: read and printed by the hospital, named by each party, replaced with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.models import StaffMember
from servicedesk.clocks.models import Desk, Duty
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.contracts.people import in_force
from tests.contracts.visits import draft, in_hospital, text, today
from tests.world import make_member

pytestmark = pytest.mark.django_db


def test_the_staff_list_is_there_for_the_hospital_to_read_and_print(world):
    """SMART-9, SMART-5, CHK-e"""
    contract, _, lead = in_force(world.h1, world.v1, "smart")
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/staff/"))
    assert "厂商responsible_engineer" in page
    assert "13800000000" in page
    assert "data-prints" in page
    assert "约定驻场 2 人" in page  # one is named


def test_replacing_the_project_manager_shows_the_reason(world):
    """ICU-17"""
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    with in_hospital(world):
        old = StaffMember.objects.get(contract=contract, role="project_manager")
    client = browser_of(manager)
    given = {"name": "李新", "phone": "139", "from_on": today(), "account": str(manager.pk)}
    assert "why" in client.post(f"/contracts/staff/{old.pk}/replace/", given).context["form"].errors
    assert client.post(f"/contracts/staff/{old.pk}/replace/", {**given, "why": "原经理离职"}).status_code == 302
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/staff/"))
    assert "李新" in page
    assert "原经理离职" in page
    assert "厂商project_manager" in page


def test_each_party_names_its_own_accounts(world):
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    client = browser_of(manager)
    given = {"role": "hospital_it", "name": "周工", "from_on": today(), "account": str(manager.pk)}
    assert "account" in client.post(f"/contracts/{contract.pk}/staff/new/", given).context["form"].errors
    foreign = {**given, "role": "engineer", "account": str(lead.pk)}
    assert "account" in client.post(f"/contracts/{contract.pk}/staff/new/", foreign).context["form"].errors
    assert client.post(f"/contracts/{contract.pk}/staff/new/", {**given, "account": ""}).status_code == 302


def test_two_project_managers_are_refused_and_nothing_typed_is_lost(world):
    """ICU-17"""
    contract, client = draft(world, "icu")
    url = f"/contracts/{contract.pk}/prepare/people/"
    typed = {}
    for number, (prefix, form) in enumerate(client.get(url).context["forms"].items()):
        role = "project_manager" if number < 2 else form.instance.role
        typed |= {f"{prefix}-role": role, f"{prefix}-name": f"候选{number}", f"{prefix}-from_on": "2026-03-01"}
    answer = client.post(url, typed)
    assert "已有项目经理" in text(answer)
    assert 'value="候选1"' in text(answer)
    with in_hospital(world):
        assert not StaffMember.objects.filter(contract=contract).exists()


def test_the_vendor_says_which_team_answers(world):
    """CHK-e: whoever is on duty stands on the contract's page, for the hospital as well."""
    from tests.clocks.examples import make_team

    contract, manager, lead = in_force(world.h1, world.v1, "pacs-checklist")
    team, engineer = make_team(world.v1), make_member(Role.VENDOR_ENGINEER, world.v1, name="值班王工")
    now = timezone.now()
    with wall.opened(Context.of_vendor(world.v1.id)):
        Duty.objects.create(
            vendor=world.v1,
            team=team,
            member=engineer,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
    client, url = browser_of(manager), f"/contracts/{contract.pk}/change/"
    given = {"number": contract.number, "name": contract.name, "hotline": "400-1", "residents_agreed": 0}
    assert client.post(url, {**given, "team": str(team.pk)}).status_code == 302
    hospital = browser_of(lead)
    assert "值班王工" in text(hospital.get(f"/contracts/{contract.pk}/"))
    assert hospital.post(url, given).status_code == 302  # the hospital's own change leaves the team as it is
    with in_hospital(world):
        assert Desk.objects.get(pk=contract.desk_id).team_id == team.pk
