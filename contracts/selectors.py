"""Finding contracts, and saying how each one stands on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from contracts.enums import StaffRole, Status
from contracts.models import Contract, MatrixVersion, Quota, Signing, StaffMember
from contracts.models.promises import OPEN
from contracts.permissions import DECIDE_MATRIX
from contracts.terms import Facts, Stretch, covered_until, status_of
from servicedesk.tenancy.models.base import WalledQuerySet
from servicedesk.tenancy.wall import Person


def term_of(contract: Contract) -> Stretch | None:
    if contract.starts_on is None or contract.ends_on is None:
        return None
    return Stretch(contract.starts_on, contract.ends_on)


def facts_of(contract: Contract, signings: Iterable[Signing] | None = None) -> Facts:
    """Asks for the signings unless they are given or prefetched."""
    signed = contract.signings.all() if signings is None else signings
    return Facts(
        is_activated=contract.activated_at is not None,
        term=term_of(contract),
        is_signed_yearly=contract.is_signed_yearly,
        signings=tuple(Stretch(signing.from_on, signing.to_on) for signing in signed),
        ended_on=timezone.localdate(contract.ended_at) if contract.ended_at else None,
    )


def status(contract: Contract, *, on: date) -> Status:
    return status_of(facts_of(contract), on)


@dataclass(frozen=True)
class Standing:
    """A contract with how it stands on a day."""

    contract: Contract
    status: Status
    covered_until: date | None
    on: date

    @property
    def days_left(self) -> int | None:
        return (self.covered_until - self.on).days if self.covered_until else None


def standing(contract: Contract, *, on: date) -> Standing:
    facts = facts_of(contract)
    return Standing(contract, status_of(facts, on), covered_until(facts, on), on)


def contracts(person: Person) -> WalledQuerySet[Contract]:
    return (
        Contract.objects.visible_to(person)
        .select_related("hospital", "vendor", "desk")
        .prefetch_related("signings")
        .order_by("ends_on", "id")
    )


def standings(person: Person, *, on: date, only: Status | None = None) -> list[Standing]:
    """All contracts of one's own, in two queries. Their dates decide, so the choice is made here, not in SQL."""
    found = (standing(contract, on=on) for contract in contracts(person))
    return [each for each in found if only is None or each.status == only]


def versions_asked(person: Person) -> list[MatrixVersion]:
    """New promises on which this person is to decide, the longest waiting first."""
    if DECIDE_MATRIX.reach_of(person) is None:
        return []
    asked = MatrixVersion.objects.visible_to(person).filter(OPEN, asked_at__isnull=False)
    return list(asked.select_related("contract", "vendor").order_by("asked_at", "id"))


def used_of(quota: Quota) -> int:
    return sum(use.amount for use in quota.uses.all() if use.counts)


def serving(on: date) -> Q:
    return Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gte=on))


def staff_on(contract: Contract, on: date) -> list[StaffMember]:
    """Who serves on a day, in the order of their roles."""
    order = list(StaffRole)
    found = StaffMember.objects.filter(serving(on), contract=contract)
    return sorted(found, key=lambda member: (order.index(StaffRole(member.role)), member.from_on, member.name))


def former_staff(contract: Contract, on: date) -> WalledQuerySet[StaffMember]:
    """Who has left, the latest first, each with the reason."""
    return StaffMember.objects.filter(contract=contract, until_on__lt=on).order_by("-until_on", "name")
