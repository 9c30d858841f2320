"""What else a ticket's page shows: each part of the room adds a line, with what its template needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk.tenancy.wall import Person
from tickets.models import MeToo, Ticket

Context = Callable[[Ticket, Person, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """`context` answers None where the panel has nothing to show to this person."""

    template: str
    context: Context


def also_hit(ticket: Ticket, person: Person, now: datetime) -> dict[str, Any] | None:
    """Who has the same trouble, by the stickers and the reporters' own page."""
    hits = list(MeToo.objects.visible_to(person).filter(ticket=ticket).order_by("-at")[:50])
    return {"hits": hits} if hits else None


BESIDE: tuple[Panel, ...] = (Panel("tickets/_also_hit.html", also_hit),)  # the column of facts, below clocks and people
BELOW: tuple[Panel, ...] = ()  # under the stream
