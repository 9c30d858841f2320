from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from servicedesk.notices.selectors import PAGE


def page_of(request: Any, rows: Callable[[UUID | None], QuerySet]) -> tuple[list[Any], UUID | None]:
    """One page and, when there are more, the id the next one begins before. What is no id means the first page."""
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        before = None
    found = list(rows(before)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None
