"""What a stranger stumbled over who walked the joined product."""

from __future__ import annotations

import pytest

from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import make_team
from tests.clocks.test_promise_pages import client_of
from tests.contracts.people import in_force, manager_of, started
from tests.world import enter

pytestmark = pytest.mark.django_db


def test_a_contract_in_preparation_alarms_nobody(world):
    """PACS-6: that nobody answers is said loudly, but not of a contract that promises nothing yet."""
    manager = manager_of(world.v1)
    started(world.h1, world.v1, by=enter(manager))
    for path in ("/", "/on-duty/"):
        assert "Nobody is on duty on the first line" not in client_of(manager).get(path).content.decode()
    in_force(world.h2, world.v1, "hrp")
    for path in ("/", "/on-duty/"):
        assert "Nobody is on duty on the first line" in client_of(manager).get(path).content.decode()


def test_a_team_with_a_hole_in_its_roster_is_named_though_it_has_no_hotline(world):
    """PACS-6: tonight nobody answers, and the first page says so."""
    contract, manager, _lead = in_force(world.h1, world.v1, "pacs")
    with wall.opened(Context.of_vendor(world.v1.id, world.h1.id)):
        contract.desk.hotline, contract.desk.team = "", make_team(world.v1)
        contract.desk.save()
    for path in ("/", "/on-duty/"):
        assert "Nobody is on duty on the first line" in client_of(manager).get(path).content.decode()
