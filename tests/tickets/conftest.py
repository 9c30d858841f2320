from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime

import pytest
from django.core.cache import caches
from django.utils import timezone, translation

from tests.conftest import commits
from tests.tickets.machines import Machine, make_machine
from tests.tickets.people import Desk, make_desk
from tests.world import World, make_world


@pytest.fixture(scope="module", autouse=True)
def made_desk(request: pytest.FixtureRequest) -> Desk | None:
    """A contract put into force costs more than most tests that need one: a module makes it once, where none of its
    tests commits."""
    tests = [item for item in request.session.items if item.path == request.path]
    if any(map(commits, tests)) or not any("desk" in item.fixturenames for item in tests):
        return None
    request.getfixturevalue("module_transaction")
    return make_desk(make_world())


@pytest.fixture
def world(db: None, made_desk: Desk | None) -> World:
    return deepcopy(made_desk.world) if made_desk else make_world()


@pytest.fixture
def desk(world: World, made_desk: Desk | None) -> Desk:
    if made_desk is None:
        return make_desk(world)
    return deepcopy(made_desk, {id(made_desk.world): world})


@pytest.fixture
def hospital(desk: Desk) -> Machine:
    return make_machine(desk.lead)


@pytest.fixture
def vendor(desk: Desk) -> Machine:
    return make_machine(desk.manager)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def now() -> datetime:
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def nothing_remembered() -> None:
    """Of a test before, whose people are these and whose acts were taken back."""
    caches["presence"].clear()
