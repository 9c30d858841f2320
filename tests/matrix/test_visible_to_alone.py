"""`visible_to` holds where no policy applies; the matrix turns red for a model that loses it. ALL-1, PACS-18."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.matrix.conftest import Crowd
from tests.matrix.endpoints import Endpoint
from tests.matrix.modes import SHOWN, as_role, differences, seen_by_everybody, walls_alone
from tests.matrix.principals import make_principals
from tests.matrix.remembering import remembered
from tests.world import make_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unwalled(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    """Everybody at the same small world, in a database that asks nobody who they are."""
    with (
        django_db_blocker.unblock(),
        walls_alone(),
        as_role("watch"),
        transaction.atomic(),
    ):
        world = make_world()
        with remembered(principals := make_principals(world)):
            yield Crowd(world, principals)
        transaction.set_rollback(True)


@pytest.mark.parametrize("endpoint", SHOWN, ids=str)
def test_visible_to_holds_alone_and_nothing_else_does(endpoint: Endpoint, unwalled: Crowd, monkeypatch: Any) -> None:
    alone = [str(cell) for cell in differences(endpoint, unwalled.principals, unwalled.world)]
    assert alone == []
    with seen_by_everybody(monkeypatch, endpoint.rule.of):
        assert any(differences(endpoint, unwalled.principals, unwalled.world)), "nobody noticed that it is gone"
