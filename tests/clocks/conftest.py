from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from servicedesk.tenancy.enums import Role
from tests.accounts.people import lead_of
from tests.clocks.rosters import Crew, make_crew
from tests.world import make_member


@pytest.fixture
def crew(world: Any) -> Crew:
    return make_crew(world)


@pytest.fixture
def in_chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def lead(world):
    return lead_of(world.h1, name="赵主任")


@pytest.fixture
def operator():
    return make_member(Role.SYSTEM_ADMINISTRATOR, name="平台小陈")
