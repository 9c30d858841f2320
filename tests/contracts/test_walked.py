"""What a stranger stumbled over who walked the joined product."""

from __future__ import annotations

import pytest

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
