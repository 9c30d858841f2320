"""'This promise is not needed here': the vendor asks, the hospital decides, both read it on the ticket (PACS-17)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.models import Clock, Waiver
from servicedesk.clocks.services import waivers
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.people import Told
from tickets.stream import announced, locked, metrics


@transaction.atomic
def ask_waiver(
    ticket: Ticket, metric: Metric, *, solved_at: datetime, why: str, by: Person, at: datetime
) -> Waiver:  # fmt: skip
    """Nothing is waived by asking."""
    ticket = locked(ticket)
    clock = Clock.objects.filter(matter_id=ticket.matter_id, metric=metric, is_standing=True).first()
    if clock is None:
        raise Refused(_("Nothing of this kind is promised here."))
    waiver = waivers.ask_waiver(clock, solved_at=solved_at, why=why, by=by, at=at)
    facts = {"since": solved_at.isoformat(), **metrics([metric])}
    kinds, key = (Act.WAIVER_ASKED, NoticeKind.APPROVAL_ASKED), f"waiver:{waiver.pk}"
    announced(ticket, *kinds, to=Told.hospital_it, by=by, at=at, text=why, facts=facts, key=key)
    return waiver


@transaction.atomic
def decide_waiver(
    ticket: Ticket, metric: Metric, *, is_granted: bool, said: str = "", by: Person, at: datetime
) -> Ticket:  # fmt: skip
    ticket = locked(ticket)
    asked = Waiver.objects.filter(clock__matter=ticket.matter_id, clock__metric=metric, decided_at=None)
    waiver = asked.select_related("clock__matter").first()
    if waiver is None:
        raise Refused(_("Nobody asks to waive this promise."))
    decide = waivers.grant_waiver if is_granted else waivers.refuse_waiver
    decide(waiver, said=said, by=by, at=at)
    act = Act.WAIVED if is_granted else Act.WAIVER_REFUSED
    facts = {"is_remote": waiver.is_remote_solution, **metrics([metric])}
    announced(ticket, act, to=Told.vendor_side, by=by, at=at, text=said, facts=facts)
    return ticket
