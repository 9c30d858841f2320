"""The matrix turns red when a policy is removed. Rows are committed: the owner cannot alter a table in use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matrix.modes import SHOWN, leaks, policy_off, visible_to_off, walls_alone
from tests.matrix.principals import make_principals
from tests.matrix.remembering import remembered
from tests.world import make_world

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_a_removed_policy_turns_the_matrix_red(monkeypatch: Any) -> None:
    """For every kind of row; one world serves them all, or this alone would take minutes. ALL-1, PACS-18."""
    world = make_world()
    principals, green = make_principals(world), []
    with walls_alone(), remembered(principals):
        for endpoint in SHOWN:
            with policy_off(endpoint.rule.of), visible_to_off(monkeypatch):
                if not any(leaks(endpoint, principals, world)):
                    green.append(endpoint.rule.of)
    assert green == []
