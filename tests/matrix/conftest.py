from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.matrix.principals import Principal, make_principals
from tests.matrix.remembering import remembered
from tests.world import World, make_world


@dataclass
class Crowd:
    """Everybody, and the small world they knock at. Knocking leaves nothing behind, so one serves a whole module."""

    world: World
    principals: list[Principal]


@pytest.fixture(scope="module")
def crowd(module_transaction: None) -> Iterator[Crowd]:
    world = make_world()
    with remembered(principals := make_principals(world)):
        yield Crowd(world, principals)
