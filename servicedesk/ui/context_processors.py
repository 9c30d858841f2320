from __future__ import annotations

from typing import Any


def shell(request: Any) -> dict[str, Any]:
    """What every page's frame needs: who is acting, and in which organisation."""
    return {"person": getattr(request, "person", None)}
