from __future__ import annotations

from typing import Any

import pytest

from tests.clocks.rosters import Crew, make_crew


@pytest.fixture
def crew(world: Any) -> Crew:
    return make_crew(world)
