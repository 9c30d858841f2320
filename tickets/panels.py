"""What else a ticket's page shows: each part of the room adds a line, with what its template needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk.tenancy.wall import Person
from tickets import panels_linked as linked
from tickets.models import Ticket

Context = Callable[[Ticket, Person, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """`context` answers None where the panel has nothing to show to this person."""

    template: str
    context: Context


BESIDE: tuple[Panel, ...] = (
    Panel("tickets/_together.html", linked.together),
    Panel("tickets/_remote.html", linked.remote_access),
)  # the column of facts, below clocks and people
BELOW: tuple[Panel, ...] = (
    Panel("tickets/_emergency.html", linked.emergency),
    Panel("tickets/_hospital_tasks.html", linked.hospital_tasks),
)  # under the stream
