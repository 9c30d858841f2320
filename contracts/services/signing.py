"""Yearly signings, the end before the end, and what may be promised meanwhile."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.enums import Status
from contracts.models import Contract, Signing
from contracts.selectors import status, term_of
from contracts.services.keeping import locked
from contracts.terms import Stretch, is_sound
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def sign_year(
    contract: Contract, *, from_on: date, to_on: date, number: str = "", by: Person, at: datetime
) -> Signing:  # fmt: skip
    """The next contract year, inside the term and beside no other (PACS-1)."""
    contract = locked(contract)
    if status(contract, on=timezone.localdate(at)) in (Status.DRAFT, Status.ENDED):
        raise Refused(_("Only a contract in force is signed for another year."))
    if not contract.is_signed_yearly:
        raise Refused(_("This contract holds for its whole term; it is not signed year by year."))
    refuse_unfit_year(contract, Stretch(from_on, to_on))
    signing = Signing.objects.create(
        hospital_id=contract.hospital_id, vendor_id=contract.vendor_id, contract=contract, number=number,
        from_on=from_on, to_on=to_on,
    )  # fmt: skip
    record(Act.CONTRACT_SIGNED, contract, by=by, at=at, words={"from": str(from_on), "to": str(to_on)})
    return signing


def refuse_unfit_year(contract: Contract, year: Stretch) -> None:
    term = term_of(contract)
    for field, day in (("from_on", year.from_on), ("to_on", year.to_on)):
        if not is_sound(day):
            raise Refused(_("Nobody means a year like this one. Check the dates."), field=field)
    if year.to_on < year.from_on:
        raise Refused(_("The contract year ends before it begins."), field="to_on")
    if term is None or not term.contains(year):
        words = {"from": contract.starts_on, "to": contract.ends_on}
        field = "to_on" if term and term.holds(year.from_on) else "from_on"
        raise Refused(_("A contract year lies inside the term, %(from)s to %(to)s.") % words, field=field)
    for other in contract.signings.all():
        if year.overlaps(Stretch(other.from_on, other.to_on)):
            words = {"from": other.from_on, "to": other.to_on}
            raise Refused(_("%(from)s to %(to)s is signed already; the two would overlap.") % words, field="from_on")


@transaction.atomic
def end_contract(contract: Contract, *, reason: str, by: Person, at: datetime) -> None:
    """Before its term is over. Clocks that run go on running; nothing new is promised from today on."""
    contract = locked(contract)
    if status(contract, on=timezone.localdate(at)) in (Status.DRAFT, Status.ENDED):
        raise Refused(_("Only a contract in force can be ended."))
    if not reason.strip():
        raise Refused(_("An early end needs its reason."))
    contract.ended_at, contract.ended_by, contract.end_reason = at, by.membership_id, reason
    contract.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record(Act.CONTRACT_ENDED, contract, by=by, at=at)
