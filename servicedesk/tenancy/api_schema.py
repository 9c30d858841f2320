"""What the schema says beyond the shapes: what is not listed is refused, and which scopes open an address."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from django.urls import resolve

from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.scopes import Scope


def only_listed_fields(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """The schema says what `read` does: a field that is not listed is refused."""
    shapes = result["components"]["schemas"]
    for shape in _sent(result):
        shapes[shape]["additionalProperties"] = False
    return result


def _sent(schema: dict[str, Any]) -> set[str]:
    bodies = [one["requestBody"] for item in schema["paths"].values() for one in item.values() if "requestBody" in one]
    return set(re.findall(r"#/components/schemas/(\w+)", json.dumps(bodies, default=str)))


def needed_scopes(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """From the doors themselves, so that it cannot drift."""
    for path, item in result["paths"].items():
        rule = resolve(path.replace("{id}", str(UUID(int=0)))).func.rule  # type: ignore[attr-defined]
        for method, operation in item.items():
            scopes = _scopes_of(rule.asked_by(method.upper()).who)
            operation["x-scopes"] = scopes
            words = f"Scope: {' or '.join(scopes)}." if scopes else "By no token: it takes a person who is signed in."
            operation["description"] = "\n\n".join(filter(None, (operation.get("description"), words)))
    return result


def _scopes_of(who: Any) -> list[str]:
    return [scope.value for scope in Scope if isinstance(who, Permission) and who.name in scope.permissions]
