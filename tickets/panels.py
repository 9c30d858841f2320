"""What else a ticket's page shows: each part of the room adds a line, with what its template needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk.tenancy.wall import Person
from tickets import panels_linked as linked
from tickets.models import MeToo, Ticket
from tickets.permissions import DECIDE_TICKETS, SPEAK
from tickets.same_system import of_system
from tickets.services.recurring import came_back_as, earlier_alike

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


def _recurring(ticket: Ticket, person: Person, at: datetime) -> dict[str, Any] | None:
    writes = ticket.is_open and ticket.is_writable_by(person)
    found = {"earlier": [ticket.recurs] if ticket.recurs else [], "alike": earlier_alike(ticket),
             "later": came_back_as(ticket)}  # fmt: skip
    keys = [each.pk for rows in found.values() for each in rows]
    seen = set(Ticket.objects.visible_to(person).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    lists = {name: [each for each in rows if each.pk in seen] for name, rows in found.items()}
    if not any(lists.values()):
        return None
    shown: dict[str, Any] = {**lists, "earlier": next(iter(lists["earlier"]), None)}
    may = {"may_say": writes and SPEAK.reach_of(person), "may_deny": writes and DECIDE_TICKETS.reach_of(person)}
    return {**shown, **may}


AROUND: tuple[Panel, ...] = (  # below the facts; fetched when somebody comes to look at it
    Panel("tickets/_recurring.html", _recurring),
    Panel("tickets/_together.html", linked.together),
    Panel("tickets/_also_hit.html", also_hit),
    Panel("tickets/_remote.html", linked.remote_access),
    Panel("tickets/_system.html", of_system),
)
CHECKLISTS: tuple[Panel, ...] = (  # under the stream, where an emergency made them
    Panel("tickets/_emergency.html", linked.emergency),
    Panel("tickets/_hospital_tasks.html", linked.hospital_tasks),
)


def shown(them: tuple[Panel, ...], ticket: Ticket, person: Person, at: datetime) -> list[tuple[str, dict[str, Any]]]:
    asked = [(panel.template, panel.context(ticket, person, at)) for panel in them]
    return [(template, context) for template, context in asked if context is not None]
