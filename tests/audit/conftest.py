from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """A DATA_DIR of its own: what one test anchors is no other test's business."""
    settings.DATA_DIR = tmp_path
    return tmp_path
