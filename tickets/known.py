"""What somebody is shown who is about to report: what the hospital announced to be down, and below it, as a mere hint,
what others reported lately and is open. Only the first is called known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from servicedesk.sla.promise import Severity
from tickets.enums import OPEN, State
from tickets.models import MeToo, Outage, Ticket
from tickets.offering import Target
from tickets.outages import known_outages_of
from tickets.symptoms import Symptom

LATELY = timedelta(hours=4)
GRAVE = (Severity.ONE, Severity.A)
SHOWN, HINTS = 3, 2  # more would push what is to be tapped off a phone's screen


@dataclass(frozen=True)
class Known:
    """What is told of it to whoever stands before a sticker: what it is, and how many have it."""

    ticket: Ticket
    title: str
    also: int
    outage: Outage | None = None

    @property
    def number(self) -> str:
        return self.ticket.number


def announced_at(hospital_id: int, targets: Sequence[Target]) -> list[Known]:
    """All of the hospital's, those of these systems first: what is down elsewhere may be why this does not work."""
    names = {target.name for target in targets}
    found: list[Any] = list(known_outages_of(hospital_id).select_related("ticket__system", "ticket__contract"))
    found.sort(key=lambda outage: _name(outage.ticket) not in names)
    return [Known(outage.ticket, outage.title, outage.how_many, outage) for outage in found[:SHOWN]]


def similar_lately(targets: Sequence[Target], *, at: datetime) -> list[Known]:
    """Open, of the last hours and these systems, and grave or reported more than once; the first report of each."""
    twin = _lately(targets, at=at).filter(scan__symptom=OuterRef("symptom"), contract=OuterRef("contract"))
    twin = twin.filter(Q(system=OuterRef("system")) | Q(system=None)).exclude(pk=OuterRef("pk"))
    echoed = Exists(MeToo.objects.filter(ticket=OuterRef("pk")))
    covers_others = Exists(Ticket.objects.filter(parent=OuterRef("pk")))
    rows = _lately(targets, at=at).annotate(symptom=F("scan__symptom"), hits=Count("metoo", distinct=True))
    weighty = Q(severity__in=GRAVE) | echoed | covers_others | Exists(twin)
    kinds: dict[str, list[Any]] = {}
    for ticket in rows.filter(weighty).select_related("system", "contract").order_by("id")[: 20 * SHOWN]:
        kinds.setdefault(_worded(ticket, says_system=len(targets) > 1), []).append(ticket)
    return [_alike(title, tickets) for title, tickets in list(kinds.items())[:HINTS]]


def _worded(ticket: Any, *, says_system: bool) -> str:
    """By what was tapped, never by what somebody wrote: whoever scans may read nobody's words."""
    said = str(Symptom(ticket.symptom).label).rstrip("…") if ticket.symptom else _("A grave fault")
    return f"{_name(ticket)} · {said}" if says_system else said


def _alike(title: str, tickets: list[Any]) -> Known:
    return Known(tickets[0], title, len(tickets) - 1 + sum(ticket.hits for ticket in tickets))


def _lately(targets: Sequence[Target], *, at: datetime) -> QuerySet[Ticket]:
    """What waits for its call counts too: somebody has seen it. What is announced is known, and no hint any more."""
    rows = Ticket.objects.filter(state__in=OPEN - {State.SIGNED, State.RESOLVED}, parent=None)
    rows = rows.filter(
        recorded_at__gt=at - LATELY, recorded_at__lte=at, contract__in={one.contract.pk for one in targets}
    )
    systems = {one.system.pk for one in targets if one.system}
    rows = rows.filter(Q(system=None) | Q(system__in=systems))
    return rows.exclude(Exists(Outage.objects.filter(ticket=OuterRef("pk"), ended_at=None)))


def _name(ticket: Ticket) -> str:
    return ticket.system.name if ticket.system else ticket.contract.name
