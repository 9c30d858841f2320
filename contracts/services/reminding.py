"""What runs out is told 90, 60, 30 and 7 days before: signings, terms, and what expires by itself (ALL-12).

The watch role looks across all tenants for ids only; each contract is then done inside its hospital's wall.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from contracts.enums import StaffRole
from contracts.models import Contract, StaffMember
from contracts.selectors import facts_of, serving
from contracts.services.staffing import keep_posts
from contracts.terms import ONE_DAY, covered_until, reminder_for
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context

WATCH = "watch"
TOLD = (StaffRole.PROJECT_MANAGER, StaffRole.ACCOUNT_MANAGER, StaffRole.HOSPITAL_LEAD)


@dataclass(frozen=True)
class RunsOut:
    key: str
    label: str
    on: date


def hand_over(*, at: datetime) -> int:
    """One task per contract in force, with the vendor's managers: their memberships are behind the vendor's wall."""
    from contracts.tasks import look_after

    today = timezone.localdate(at)
    running = Contract.objects.using(WATCH).filter(activated_at__isnull=False, ended_at=None, ends_on__gte=today)
    managers = _managers(at)
    found = list(running.values_list("id", "hospital_id", "vendor_id"))
    for contract_id, hospital_id, vendor_id in found:
        look_after.inside(Context.of_hospital(hospital_id), str(contract_id), managers[vendor_id])
    return len(found)


def _managers(at: datetime) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    members = Membership.objects.using(WATCH).active(at=at).filter(role=Role.VENDOR_MANAGER, user__is_active=True)
    for vendor_id, member_id in members.values_list("vendor_id", "id"):
        if vendor_id:
            found[vendor_id].append(str(member_id))
    return found


def look_after(contract_id: UUID, *, managers: list[str], at: datetime) -> None:
    """Daily: reminders, and the posts of people who come or go with this day."""
    contract = Contract.objects.select_related("desk").filter(pk=contract_id).first()
    if contract is None:
        return
    today = timezone.localdate(at)
    keep_posts(contract, on=today)
    for what in running_out(contract, today):
        days = reminder_for(what.on, today)
        if days is not None:
            _tell(contract, what, days, managers, at)


def running_out(contract: Contract, on: date) -> Iterator[RunsOut]:
    facts, label = facts_of(contract), f"{contract.name} {contract.number}".strip()
    until = covered_until(facts, on)
    if until == contract.ends_on and contract.ends_on and not contract.next.exists():
        yield RunsOut("term", label, contract.ends_on)
    elif until and until != contract.ends_on:
        yield RunsOut("signing", label, until)
    if contract.starts_on is None or on < contract.starts_on:
        return  # until then the contract that it renews reminds of what both hold
    for system in contract.systems.filter(ends_on__gte=on, ends_on__lt=contract.ends_on):
        if system.ends_on:
            yield RunsOut(f"system:{system.pk}", f"{system.name} · {contract.name}", system.ends_on)
    for expiry in contract.expiries.filter(expires_on__gte=on - ONE_DAY):
        yield RunsOut(f"expiry:{expiry.pk}", f"{expiry.name} · {contract.name}", expiry.expires_on)


def _tell(contract: Contract, what: RunsOut, days: int, managers: list[str], at: datetime) -> None:
    notify(
        f"contract:{contract.pk}:{what.key}:{what.on}:{days}",
        to=[*_people(contract, timezone.localdate(at)), *map(UUID, managers)],
        kind=NoticeKind.EXPIRY_NEAR,
        subject=contract,
        words={"matter": what.label, "on": what.on},
        url=reverse("contract", args=[contract.pk]),
        at=at,
    )


def _people(contract: Contract, on: date) -> list[UUID]:
    staff = list(StaffMember.objects.filter(serving(on), contract=contract, role__in=TOLD))
    named = [key for key in (member.of_vendor_id or member.of_hospital_id for member in staff) if key]
    return named if any(member.of_hospital_id for member in staff) else [*named, *_leads(contract)]


def _leads(contract: Contract) -> list[UUID]:
    """Where the contract names none of the hospital's with an account: whoever leads its IT department."""
    leads = Membership.objects.filter(hospital_id=contract.hospital_id, role=Role.IT_LEAD, until_at=None)
    return list(leads.values_list("id", flat=True))
