"""What is known of the system a ticket is about: what is down now, what was reported before and what solved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from contracts.models import System
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Person
from tickets.enums import Cause, Remedy
from tickets.models import Outage, Solution, Ticket
from tickets.outages import known_outages
from tickets.permissions import SEE_OUTAGES
from tickets.services.recurring import earlier_alike

AT_MOST = 5
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Earlier:
    """One reported before, with what it was and what helped."""

    ticket: Ticket
    cause: str
    helped: str
    is_same_cause: bool


def of_system(ticket: Ticket, person: Person, at: datetime) -> dict[str, Any] | None:
    if ticket.system is None:
        return None
    found = {
        "outages": _outages(ticket, person),
        "earlier": _earlier(ticket, person),
        "causes": _causes(ticket, person, at),
        "interfaces": _interfaces(ticket.system),
    }
    return found | {"is_ward": person.role is Role.WARD_REPORTER} if any(found.values()) else None


def _outages(ticket: Ticket, person: Person) -> list[Outage]:
    """Announced, and another one than this ticket is or stands under: of that it tells already."""
    if SEE_OUTAGES.reach_of(person) is None:
        return []
    found = known_outages(person).filter(ticket__system=ticket.system_id)
    return list(found.exclude(ticket__in=[ticket.pk, ticket.parent_id or ticket.pk]).select_related("ticket")[:AT_MOST])


def _earlier(ticket: Ticket, person: Person) -> list[Earlier]:
    """But for those that stand on the page already, as what this one may be the return of."""
    stood = Solution.objects.filter(ticket=OuterRef("pk"), refused_at=None).order_by("-cycle")
    solved = Subquery(stood.values(whole=JSONObject(cause="cause", remedy="remedy"))[:1])
    told: list[Any] = [ticket.recurs_id or ticket.pk, *(each.pk for each in earlier_alike(ticket))]
    others = Ticket.objects.visible_to(person).filter(system=ticket.system_id, id__lt=ticket.pk).exclude(pk__in=told)
    others = others.annotate(solved=solved).order_by("-id")[:AT_MOST]
    own = Solution.objects.filter(ticket=ticket, refused_at=None).values_list("cause", flat=True).first()
    return [_told(each, each.solved or {}, own) for each in others]


def _told(ticket: Ticket, solved: dict[str, str], own: str | None) -> Earlier:
    cause, remedy = solved.get("cause", ""), solved.get("remedy", "")
    words = (str(Cause(cause).label) if cause else "", str(Remedy(remedy).label) if remedy else "")
    return Earlier(ticket, *words, is_same_cause=bool(cause) and cause == own)


def _causes(ticket: Ticket, person: Person, at: datetime) -> list[tuple[str, int]]:
    """What it was in the last year, the most frequent first: only where one cause came more than once."""
    stood = Solution.objects.visible_to(person).filter(ticket__system=ticket.system_id, refused_at=None)
    rows = stood.filter(at__gt=at - A_YEAR).values_list("cause").annotate(count=Count("ticket", distinct=True))
    found = rows.filter(count__gt=1).order_by("-count", "cause")[:3]
    return [(str(Cause(cause).label), count) for cause, count in found]


def _interfaces(system: System) -> list[System]:
    """What the contract names beside it: the modules and interfaces of the same system."""
    whole = system.part_of_id or system.pk
    named = System.objects.filter(Q(part_of=whole) | Q(pk=whole)).exclude(pk=system.pk)
    return list(named.order_by("name")[:AT_MOST])
