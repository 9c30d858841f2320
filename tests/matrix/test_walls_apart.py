"""Each wall holds without the other. ALL-1, PACS-18. Test_turns_red.py and test_visible_to_alone.py take stones out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.matrix.conftest import Crowd
from tests.matrix.endpoints import Endpoint
from tests.matrix.modes import SHOWN, leaks, visible_to_off, walls_alone
from tests.matrix.principals import Principal
from tests.matrix.walk import knock, knock_everywhere

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def pages() -> Iterator[None]:
    with walls_alone():
        yield


@pytest.mark.parametrize("endpoint", SHOWN, ids=str)
def test_every_kind_of_row_keeps_to_the_matrix(endpoint: Endpoint, crowd: Crowd) -> None:
    """And list and detail go through one door: the list holds a row exactly when its own page opens."""
    cells = list(knock_everywhere(endpoint, crowd.principals, crowd.world, methods=("GET",)))
    assert [str(cell) for cell in cells if cell.differs] == []
    for principal in crowd.principals[1:]:
        listed = ids_listed(endpoint, principal)
        for cell in cells:
            if cell.principal is principal:
                assert (str(cell.example.row.pk) in listed) == (cell.response.status_code == 200), str(cell)


def ids_listed(endpoint: Endpoint, principal: Principal) -> set[str]:
    response = knock(principal, "GET", f"/{endpoint.rule.of._meta.label_lower}/")
    return set(response.content.decode().split()) if response.status_code == 200 else set()


@pytest.mark.parametrize("endpoint", SHOWN, ids=str)
def test_the_policies_hold_alone(endpoint: Endpoint, crowd: Crowd, monkeypatch: Any) -> None:
    with visible_to_off(monkeypatch):
        assert list(leaks(endpoint, crowd.principals, crowd.world)) == []
