from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

import tests.world


@pytest.fixture(autouse=True)
def quick_hashes(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests sign in hundreds of times; what a hash costs is Django's business."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(tests.world, "_hashes", {})


@pytest.fixture
def whole_world(transactional_db: Any) -> Any:
    """For what several connections do at once; rows are committed."""
    return tests.world.make_world()
