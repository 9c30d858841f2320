"""By when, where the parties settle it: a visit that counts from the call, a time both agreed on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.models import Clock
from servicedesk.clocks.promises import restored
from servicedesk.clocks.services import clocks
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.people import vendor_side
from tickets.stream import changed, locked, metrics, tell


@transaction.atomic
def move_start_to_call(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """The hospital's grace: a visit that was called for late counts from the call, not from the report."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say why."))
    moved = clocks.move_start_to_call(ticket.matter, by=by, at=at)
    if not moved:
        raise Refused(_("No visit was called for whose time could be moved."))
    changed(ticket, Act.START_MOVED, by=by, at=at, text=why, facts=metrics(moved))
    tell(ticket, NoticeKind.TICKET_ANSWERED, to=vendor_side(ticket, at=at), by=by, at=at)
    return ticket


@transaction.atomic
def agree_time(ticket: Ticket, metric: Metric, *, time: datetime, by: Person, at: datetime) -> Ticket:
    """Where the contract leaves the time to the parties; its own limit stays. The hospital says so, because the time is
    its to give away."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Only the hospital may agree on a time."))
    if time <= at:
        raise Refused(_("Choose a time to come."))
    if not _is_by_agreement(ticket, metric):
        raise Refused(_("The contract leaves no time to an agreement here."))
    moved = clocks.agree_time(ticket.matter, metric, time=time, by=by, at=at)
    changed(ticket, Act.TIME_AGREED, by=by, at=at, facts={"time": time.isoformat(), **metrics(moved)})
    tell(ticket, NoticeKind.TICKET_ANSWERED, to=vendor_side(ticket, at=at), by=by, at=at)
    return ticket


def _is_by_agreement(ticket: Ticket, metric: Metric) -> bool:
    running = Clock.objects.filter(matter_id=ticket.matter_id, metric=metric, is_standing=True, outcome=None).first()
    return running is not None and restored(running.promise).by_agreement
