"""From draft to in force: refused while anything is missing, each reason with its page."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.completeness import gaps
from contracts.matrices import draft_of, row_of
from contracts.models import Contract, MatrixVersion, Signing
from contracts.selectors import term_of
from contracts.services.keeping import locked
from contracts.services.staffing import keep_posts
from contracts.services.starting import of
from contracts.terms import Stretch, year_of
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Desk
from servicedesk.sla.promise import Unit, Window
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def activate_contract(contract: Contract, *, by: Person, at: datetime) -> Contract:
    """The term's promises are in force from its first day on; a contract signed yearly has its first year signed."""
    contract = locked(contract)
    if contract.activated_at is not None:
        raise Refused(_("Somebody has done this already."))
    missing = [gap.sentence for gap in gaps(contract, on=timezone.localdate(at)) if gap.blocks]
    version, term = draft_of(contract), term_of(contract)
    if missing or version is None or term is None:
        raise Refused(_("Not complete yet: %(reasons)s") % {"reasons": " ".join(missing)})
    contract.activated_at, contract.activated_by, contract.draft = at, by.membership_id, {}
    contract.save()
    put_into_force(version, term, by=by, at=at)
    sign_first_year(contract, term)
    Desk.objects.filter(pk=contract.desk_id).update(is_round_the_clock=runs_day_and_night(version))
    keep_posts(contract, on=timezone.localdate(at))
    record(Act.CONTRACT_ACTIVATED, contract, by=by, at=at)
    return contract


def put_into_force(version: MatrixVersion, term: Stretch, *, by: Person, at: datetime) -> None:
    version.active_from = timezone.make_aware(datetime.combine(term.from_on, time()))
    version.activated_at, version.activated_by = at, by.membership_id
    version.save()


def sign_first_year(contract: Contract, term: Stretch) -> None:
    if contract.is_signed_yearly and not contract.signings.exists():
        year = year_of(term, term.from_on)
        Signing.objects.create(**of(contract), number=contract.number, from_on=year.from_on, to_on=year.to_on)


def runs_day_and_night(version: MatrixVersion) -> bool:
    rows = map(row_of, version.rows)
    promises = (promise for row in rows if row.window is not Window.WORKING for promise in row.promises)
    return any(promise.unit is Unit.ELAPSED_MINUTES for promise in promises)
