"""The pictograms of the pages: outlines built from @tabler/icons for the names listed in frontend/icons.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.conf import settings

NAMES = Path(settings.BASE_DIR) / "frontend" / "icons.json"
SHAPES = Path(settings.BASE_DIR) / "static" / "dist" / "icons.json"


@cache
def names() -> frozenset[str]:
    return frozenset(json.loads(NAMES.read_text()))


@cache
def _shapes() -> dict[str, str]:
    return json.loads(SHAPES.read_text())


def shape(name: str) -> str:
    """The inside of the SVG; empty before the front end was built."""
    if name not in names():
        raise KeyError(f"{name} is not in frontend/icons.json")
    return _shapes()[name] if SHAPES.exists() else ""
