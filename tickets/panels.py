"""What else a ticket's page shows: each part of the room adds a line, with what its template needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.views import elsewhere

Context = Callable[[Ticket, Person, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """`context` answers None where the panel has nothing to show to this person."""

    template: str
    context: Context


BESIDE: tuple[Panel, ...] = (  # tickets: api
    Panel("tickets/_number_elsewhere.html", elsewhere.panel),
)  # the column of facts, below clocks and people
BELOW: tuple[Panel, ...] = ()  # under the stream
