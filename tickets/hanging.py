"""What hangs on a ticket beside its stream. One question says what there is, so that an ordinary page asks once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from contracts.matrices import row_of, version_at
from contracts.models import Contract
from servicedesk.sla.promise import Channel
from servicedesk.tenancy.wall import Person
from tickets.around import around
from tickets.enums import OPEN
from tickets.models import FaultPart, Ticket, TicketLink

NEAR = 30


def what_hangs(ticket: Ticket) -> frozenset[str]:
    """Asked once per ticket and page, whichever panel comes first."""
    return frozenset(around(ticket)["hangs"])


@dataclass(frozen=True)
class Linked:
    """A link as seen from one of its ends."""

    row: TicketLink
    other: Ticket
    is_from_here: bool


def links_of(ticket: Ticket) -> list[Linked]:
    rows = TicketLink.objects.filter(Q(ticket=ticket) | Q(other=ticket)).select_related("ticket", "other")
    return [
        Linked(row, row.other if row.ticket_id == ticket.pk else row.ticket, row.ticket_id == ticket.pk) for row in rows
    ]


def merged_into(ticket: Ticket) -> list[Ticket]:
    return list(Ticket.objects.filter(merged_into=ticket).order_by("number"))


def children_of(ticket: Ticket) -> list[Ticket]:
    return list(Ticket.objects.filter(parent=ticket).select_related("department").order_by("number"))


def near(ticket: Ticket, person: Person, *, of_others: bool = False) -> list[Ticket]:
    """Open tickets of the same parties, or of the other vendors, newest first: offered where a number is typed."""
    rows = Ticket.objects.visible_to(person).filter(hospital_id=ticket.hospital_id, state__in=OPEN)
    of_vendor = Q(vendor_id=ticket.vendor_id)
    rows = rows.filter(~of_vendor if of_others else of_vendor).exclude(pk=ticket.pk)
    return list(rows.only("id", "number", "title").order_by("-id")[:NEAR])


def asks_leave_for_remote_work(contract: Contract, category: str, at: datetime) -> bool:
    """Where the contract names remote work among its ways, the hospital authorises it first (ICU-15)."""
    version = version_at(contract, at)
    if version is None:
        return False
    rows = map(row_of, version.rows)
    return any(category in row.categories and Channel.REMOTE in row.channels for row in rows)


def part_of(ticket: Ticket) -> FaultPart | None:
    return FaultPart.objects.filter(ticket=ticket).first()


def may(permission: Any, person: Person) -> bool:
    return permission.reach_of(person) is not None
