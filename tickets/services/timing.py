"""By when, where the parties settle it: a visit that counts from the call, a time both agreed on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.life import Life
from servicedesk.clocks.models import Clock, TimeWish
from servicedesk.clocks.services import agreeing, clocks
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.people import Told, Whom
from tickets.stream import announced, locked, metrics


@transaction.atomic
def move_start_to_call(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """The hospital's grace: a visit that was called for late counts from the call, not from the report."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say why."))
    with Life.held(ticket.matter) as life:
        moved = clocks.move_start_to_call(life, by=by, at=at)
        if not moved:
            raise Refused(_("No visit was called for whose time could be moved."))
        announced(ticket, Act.START_MOVED, to=Told.vendor_side, by=by, at=at, text=why, facts=metrics(moved))
    return ticket


@transaction.atomic
def propose_time(ticket: Ticket, metric: Metric, *, time: datetime, by: Person, at: datetime) -> TimeWish:
    """Where the contract leaves the time to the parties, either side proposes one; nothing moves by that (HRP-3)."""
    ticket = locked(ticket)
    clock = Clock.objects.filter(matter_id=ticket.matter_id, metric=metric, is_standing=True).first()
    if clock is None:
        raise Refused(_("The contract leaves no time to an agreement here."))
    wish = agreeing.propose_time(clock, time=time, by=by, at=at)
    kinds, facts = (Act.TIME_PROPOSED, NoticeKind.APPROVAL_ASKED), {"time": time.isoformat(), **metrics([metric])}
    announced(ticket, *kinds, to=_the_other_side(by), by=by, at=at, facts=facts, key=f"time:{wish.pk}")
    return wish


@transaction.atomic
def decide_time(
    ticket: Ticket, wish: TimeWish, *, is_granted: bool, said: str = "", by: Person, at: datetime
) -> Ticket:
    """The other side's word: the clock counts to the time both named, and the contract's own limit stays."""
    ticket = locked(ticket)
    moved = agreeing.decide_time(wish, is_granted=is_granted, said=said, by=by, at=at)
    act = Act.TIME_AGREED if is_granted else Act.TIME_NOT_AGREED
    facts = {"time": wish.time.isoformat(), "with": wish.asked_name, **metrics(moved)}
    announced(ticket, act, to=_the_other_side(by), by=by, at=at, text=said, facts=facts)
    return ticket


def _the_other_side(by: Person) -> Whom:
    return Told.vendor_side if by.side is Side.HOSPITAL else Told.hospital_it
