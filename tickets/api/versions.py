"""A ticket's version as its entity tag: who acts on an older one is told so, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from servicedesk.tenancy.api_parts import shown
from tickets.api.shapes import TicketShape
from tickets.models import Ticket
from tickets.stream import locked

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read: acts only on that version"
)
NO_VERSION = -1


def tag_of(ticket: Ticket) -> str:
    return f'"{ticket.version}"'


def refuse_stale(request: Request, ticket: Ticket) -> None:
    """Under the ticket's lock, which is held until the act is done."""
    wanted = request.headers.get("If-Match", "*").strip()
    if wanted != "*":
        tag = wanted.strip('"')
        is_version = tag.isascii() and tag.isdecimal() and len(tag) < 10
        locked(ticket, seen=int(tag) if is_version else NO_VERSION)


def tagged(answer: Callable[..., Any], ticket: Ticket, *, status: int = 200) -> Any:
    return answer(shown(TicketShape, ticket), status=status, headers={"ETag": tag_of(ticket)})
