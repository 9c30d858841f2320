"""What is known to be down just now: a second report of it would only be one more ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from contracts.models import Contract, System
from servicedesk.sla.promise import Severity
from tickets.enums import OPEN, State
from tickets.models import MeToo, Outage, Ticket
from tickets.symptoms import Symptom

LATELY = timedelta(hours=4)
GRAVE = (Severity.ONE, Severity.A)
SHOWN = 3


@dataclass(frozen=True)
class Known:
    """What is told of it to whoever stands before a sticker: what it is, and how many have it."""

    ticket: Ticket
    title: str
    also: int

    @property
    def number(self) -> str:
        return self.ticket.number


def known_outages(contract: Contract, system: System | None, *, at: datetime) -> list[Known]:
    """Announced by the hospital; or tapped on a sticker in the last hours, of this system, open, and grave or reported
    more than once, the first report of each. What somebody typed is read by nobody who merely stands there."""
    twin = _lately(contract, system, at=at).filter(scan__symptom=OuterRef("symptom")).exclude(pk=OuterRef("pk"))
    echoed = Exists(MeToo.objects.filter(ticket=OuterRef("pk")))
    covers_others = Exists(Ticket.objects.filter(parent=OuterRef("pk")))
    announced = Outage.objects.filter(ticket=OuterRef("pk"), ended_at=None).values("title")[:1]
    rows = _open(contract, system).annotate(
        symptom=F("scan__symptom"), hits=Count("metoo", distinct=True), said=Subquery(announced)
    )
    lately = Q(recorded_at__gt=at - LATELY, recorded_at__lte=at, parent=None, symptom__isnull=False)
    rows = rows.filter(
        Q(said__isnull=False) | (lately & (Q(severity__in=GRAVE) | echoed | covers_others | Exists(twin)))
    )
    kinds: dict[str, list[Ticket]] = {}
    for ticket in rows.order_by("id")[: 20 * SHOWN]:
        kinds.setdefault(ticket.said or ticket.symptom, []).append(ticket)
    return [_outage(tickets) for tickets in list(kinds.values())[:SHOWN]]


def _outage(tickets: list[Any]) -> Known:
    """A scanned one is called by what was tapped: where the first reporter stands is nobody else's."""
    first = tickets[0]
    title = first.said or str(Symptom(first.symptom).label)
    return Known(first, title, len(tickets) - 1 + sum(ticket.hits for ticket in tickets))


def _lately(contract: Contract, system: System | None, *, at: datetime) -> QuerySet[Ticket]:
    return _open(contract, system).filter(recorded_at__gt=at - LATELY, recorded_at__lte=at, parent=None)


def _open(contract: Contract, system: System | None) -> QuerySet[Ticket]:
    """What waits for its call counts too: somebody has seen it."""
    rows = Ticket.objects.filter(contract=contract, state__in=OPEN - {State.SIGNED, State.RESOLVED})
    return rows.filter(Q(system=system) | Q(system=None)) if system else rows
