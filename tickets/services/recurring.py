"""The same fault again within 30 days† of a closed one: recognised, said with one click, counted (ICU-2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.models import Entry, Ticket
from tickets.stream import changed, locked

WITHIN = timedelta(days=30)
AT_MOST = 3


def earlier_alike(ticket: Ticket) -> list[Ticket]:
    """Closed ones of the same system and kind of service that this one may be the return of; newest first."""
    if ticket.recurs_id or not ticket.system_id or not ticket.is_open:
        return []
    reported = ticket.reported_at or ticket.recorded_at
    alike = Ticket.objects.filter(
        hospital_id=ticket.hospital_id, vendor_id=ticket.vendor_id, system_id=ticket.system_id,
        category=ticket.category, state=State.CLOSED, closed_at__gte=reported - WITHIN, closed_at__lte=reported,
    )  # fmt: skip
    denied = Entry.objects.filter(ticket=ticket, act=Act.RECURRENCE_DENIED).values_list("facts__ticket", flat=True)
    others = alike.exclude(pk__in=[UUID(key) for key in denied if key]).exclude(pk=ticket.pk)
    return list(others.order_by("-closed_at")[:AT_MOST])


def came_back_as(ticket: Ticket) -> list[Ticket]:
    return list(Ticket.objects.filter(recurs=ticket).order_by("id"))


@transaction.atomic
def say_same(ticket: Ticket, earlier: Ticket, *, by: Person, at: datetime) -> Ticket:
    """Both sides may: whoever sees it first. Both tickets show it."""
    ticket = _linkable(ticket, earlier)
    ticket.recurs = earlier
    facts = {"ticket": str(earlier.pk), "number": earlier.number}
    changed(ticket, Act.RECURRENCE_SAID, by=by, at=at, facts=facts)
    return ticket


@transaction.atomic
def say_different(ticket: Ticket, earlier: Ticket, *, by: Person, at: datetime) -> Ticket:
    """The hospital alone: what the vendor would rather not have counted is not the vendor's to deny."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Whether a fault came back is the hospital's word."))
    if not ticket.is_open:
        raise Refused(_("This ticket is over; its record says how it was."))
    if ticket.recurs_id != earlier.pk and earlier not in earlier_alike(ticket):
        raise Refused(_("Nobody says that these two are the same."))
    if ticket.recurs_id == earlier.pk:
        ticket.recurs = None
    facts = {"ticket": str(earlier.pk), "number": earlier.number}
    changed(ticket, Act.RECURRENCE_DENIED, by=by, at=at, facts=facts)
    return ticket


def _linkable(ticket: Ticket, earlier: Ticket) -> Ticket:
    ticket = locked(ticket)
    if not ticket.is_open:
        raise Refused(_("This ticket is over; its record says how it was."))
    if ticket.recurs_id:
        raise Refused(_("It is counted as a return already."))
    if earlier not in earlier_alike(ticket):
        raise Refused(_("Only a ticket of the same system and kind, closed within the 30 days before, can come back."))
    return ticket
