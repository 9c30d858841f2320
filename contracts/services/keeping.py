"""A contract's own facts, and the rows that hang on it. In force, what is owed is the hospital's to change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.enums import Status
from contracts.models import (
    CatalogueItem,
    Contract,
    Deliverable,
    Level,
    PaymentMilestone,
    PlannedInspection,
    Quota,
    QuotaUse,
    ScopeLimit,
)
from contracts.models.part import PartOfContract
from contracts.selectors import status
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Desk
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

FACTS = ("number", "name", "starts_on", "ends_on", "is_signed_yearly", "price", "residents_agreed")
OWED = (CatalogueItem, Level, ScopeLimit, Quota, PlannedInspection, Deliverable, PaymentMilestone)


def locked(contract: Contract) -> Contract:
    """Two people who sign, renew or end at the same moment do it one after the other."""
    return Contract.objects.select_for_update(no_key=True, of=("self",)).select_related("desk").get(pk=contract.pk)


def refuse_if_over(contract: Contract, *, at: datetime) -> None:
    if status(contract, on=timezone.localdate(at)) == Status.ENDED:
        raise Refused(_("This contract is over; it is kept as it was."))


def refuse_unless_theirs(contract: Contract, model: type[PartOfContract], by: Person) -> None:
    """What was agreed is not the debtor's to rewrite."""
    if contract.activated_at and model in OWED and by.side == Side.VENDOR:
        raise Refused(_("The contract is in force: what it owes is changed by the hospital only."))


@transaction.atomic
def change_contract(contract: Contract, *, by: Person, at: datetime, **desk: Any) -> Contract:
    """Name, number, term, price of a draft; of a contract in force only what does not move its promises.

    `desk` is what people reach it by: `hotline`, and the vendor's `team` on duty.
    """
    refuse_if_over(contract, at=at)
    before = locked(contract)
    if before.activated_at and _terms(before) != _terms(contract):
        raise Refused(_("The term of a contract in force is not rewritten: sign the next year, renew it or end it."))
    contract.save(update_fields=FACTS)  # nothing else: somebody may have put it into force meanwhile
    Desk.objects.filter(pk=contract.desk_id).update(label=contract.name, **desk)
    record(Act.CONTRACT_CHANGED, contract, by=by, at=at)
    return contract


def _terms(contract: Contract) -> tuple[Any, ...]:
    return contract.starts_on, contract.ends_on, contract.is_signed_yearly


@transaction.atomic
def keep_parts(
    contract: Contract, model: type[PartOfContract], *, kept: Iterable[PartOfContract],
    removed: Iterable[PartOfContract] = (), by: Person, at: datetime,
) -> None:  # fmt: skip
    """Write new and changed rows of one kind down, and take others away."""
    refuse_if_over(contract, at=at)
    refuse_unless_theirs(contract, model, by)
    gone, rows = list(removed), list(kept)
    if model is Quota and QuotaUse.objects.filter(quota__in=[row.pk for row in gone]).exists():
        raise Refused(_("Something of this quota is used already; it stays."))
    for row in gone:
        row.delete()
    for row in rows:
        row.hospital_id, row.vendor_id, row.contract = contract.hospital_id, contract.vendor_id, contract
        row.save()
    if gone or rows:
        words = {"kind": model._meta.model_name, "kept": len(rows), "removed": len(gone)}
        record(Act.CONTRACT_PARTS_KEPT, contract, by=by, at=at, words=words)
