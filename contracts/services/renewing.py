"""The next contract after this one, with all that hangs on it. `copied` is the preview, `renew_contract` the act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from contracts.matrices import version_at
from contracts.models import (
    CatalogueItem,
    Contract,
    Deliverable,
    Expiry,
    Level,
    MatrixVersion,
    PaymentMilestone,
    PlannedInspection,
    Quota,
    ScopeLimit,
    StaffMember,
    System,
)
from contracts.models.part import PartOfContract
from contracts.selectors import staff_on, term_of
from contracts.services.activating import put_into_force, sign_first_year
from contracts.services.keeping import locked
from contracts.services.staffing import keep_posts
from contracts.services.starting import of
from contracts.terms import Stretch, following, is_sound
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Desk
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

KINDS: tuple[type[PartOfContract], ...] = (
    System, CatalogueItem, Level, ScopeLimit, Expiry, Quota, PlannedInspection, Deliverable, PaymentMilestone,
)  # fmt: skip
NEW_YEAR_PARTS = {"starts_on": None, "ends_on": None}  # a system's own term lay inside the old one


@dataclass(frozen=True)
class Copied:
    """What of one kind goes over."""

    model: type[PartOfContract]
    rows: list[PartOfContract]

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)


def copied(contract: Contract, *, on: date) -> list[Copied]:
    """Everything of the next contract, kind by kind, before it is made."""
    found = [Copied(model, list(model._default_manager.filter(contract=contract))) for model in KINDS]
    promises = version_now(contract, on)
    return [
        *found,
        Copied(StaffMember, [*staff_on(contract, on)]),
        Copied(MatrixVersion, [promises] if promises else []),
    ]


def version_now(contract: Contract, on: date) -> MatrixVersion | None:
    """The promises of the term's last day: an amendment that is still to come goes over as well."""
    last = max(on, contract.ends_on or on)
    return version_at(contract, timezone.make_aware(datetime.combine(last, time.max)))


def next_term(contract: Contract) -> Stretch | None:
    term = term_of(contract)
    return following(term) if term else None


@transaction.atomic
def renew_contract(
    contract: Contract, *, number: str, starts_on: date, ends_on: date, by: Person, at: datetime
) -> Contract:  # fmt: skip
    """One act: the next contract is in force with everything the preview showed."""
    contract = locked(contract)
    term = Stretch(starts_on, ends_on)
    _refuse_unfit(contract, term, number)
    on = timezone.localdate(at)
    parts, promises = copied(contract, on=on), version_now(contract, on)
    if promises is None:
        raise Refused(_("This contract promises nothing that could be renewed."))
    made = _following(contract, number, term, by, at)
    _copy_parts(parts, made)
    _copy_staff(staff_on(contract, on), made)
    put_into_force(_copy_promises(promises, made), term, by=by, at=at)
    sign_first_year(made, term)
    keep_posts(made, on=on)
    record(Act.CONTRACT_RENEWED, contract, by=by, at=at, words={"next": str(made.pk)})
    return made


def _refuse_unfit(contract: Contract, term: Stretch, number: str) -> None:
    if contract.activated_at is None:
        raise Refused(_("A draft is activated, not renewed."))
    if contract.next.exists():
        raise Refused(_("This contract is renewed already."))
    if not number.strip():
        raise Refused(_("The contract has no number."), field="number")
    parties = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id}
    if Contract.objects.filter(**parties, number=number).exists():
        raise Refused(_("There is already a contract of this number."), field="number")
    for field, day in (("starts_on", term.from_on), ("ends_on", term.to_on)):
        if not is_sound(day):
            raise Refused(_("Nobody means a year like this one. Check the dates."), field=field)
    if term.to_on < term.from_on:
        raise Refused(_("The term ends before it begins."), field="ends_on")
    if contract.ends_on and term.from_on <= contract.ends_on and contract.ended_at is None:
        words = {"on": contract.ends_on}
        raise Refused(_("The next term begins after this one, which ends on %(on)s.") % words, field="starts_on")


def _following(contract: Contract, number: str, term: Stretch, by: Person, at: datetime) -> Contract:
    parties: dict[str, Any] = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id}
    old, key = contract.desk, uuid7()
    desk = Desk.objects.create(
        **parties, label=old.label, url=reverse("contract", args=[key]), hotline=old.hotline, team_id=old.team_id,
        is_round_the_clock=old.is_round_the_clock,
    )  # fmt: skip
    return Contract.objects.create(
        id=key, **parties, desk=desk, number=number, name=contract.name, blueprint=contract.blueprint,
        starts_on=term.from_on, ends_on=term.to_on, is_signed_yearly=contract.is_signed_yearly, price=contract.price,
        residents_agreed=contract.residents_agreed, has_no_solve_time=contract.has_no_solve_time, renews=contract,
        activated_at=at, activated_by=by.membership_id,
    )  # fmt: skip


def _copy_parts(parts: list[Copied], following: Contract) -> None:
    """Systems first: modules and expiries point at them."""
    keys: dict[UUID, UUID] = {}
    for kind in parts:
        if kind.model in KINDS:
            keys |= {row.pk: uuid7() for row in kind.rows}
            rows = [_copy(row, following, keys) for row in kind.rows]
            bulk_create_with_history(rows, kind.model)


def _copy(row: PartOfContract, following: Contract, keys: dict[UUID, UUID]) -> PartOfContract:
    facts = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    facts |= {"id": keys[row.pk], "contract_id": following.pk}
    for link in ("part_of_id", "system_id"):
        if facts.get(link):
            facts[link] = keys[facts[link]]
    if isinstance(row, System):
        facts |= NEW_YEAR_PARTS
    return type(row)(**facts)


def _copy_staff(staff: list[StaffMember], following: Contract) -> None:
    if following.starts_on is None:
        return
    fields = ("role", "name", "phone", "email", "of_vendor_id", "of_hospital_id", "is_resident")
    rows = [
        StaffMember(**of(following), from_on=following.starts_on, **{name: getattr(member, name) for name in fields})
        for member in staff
    ]
    bulk_create_with_history(rows, StaffMember)


def _copy_promises(version: MatrixVersion, following: Contract) -> MatrixVersion:
    return MatrixVersion(
        **of(following), rows=version.rows, marks_itself=version.marks_itself, calendar_id=version.calendar_id
    )
