"""An example of every kind of row of the contracts' room, and the small contract that its tests share."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.enums import After, DayUnit, Expiring, Per, StaffRole, Visit
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
    QuotaUse,
    ScopeLimit,
    Signing,
    StaffMember,
    System,
)
from servicedesk.tenancy import wall
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context
from tests.clocks import examples as clocks  # by its name: it may be half imported when this is
from tests.examples import Example, Owner, example_of
from tests.world import World, canary


def make_contract(hospital: Hospital, vendor: Vendor, **fields: Any) -> Contract:
    """A plain one in force: a term of two years, not signed yearly. `activated_at=None` makes it a draft."""
    desk = clocks.make_desk(hospital, vendor)
    facts: dict[str, Any] = {
        "number": f"HT-{uuid7().hex[-8:]}",
        "name": f"PACS 运维{canary(hospital)}",
        "blueprint": "pacs",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 12, 31),
        "activated_at": clocks.AT,
    } | fields
    facts["activated_by"] = uuid7() if facts["activated_at"] else None
    with wall.opened(Context.of_hospital(hospital.id)):
        return Contract.objects.create(hospital=hospital, vendor=vendor, desk=desk, **facts)


def of_contract(owner: Owner) -> dict[str, Any]:
    return {
        "hospital": owner.hospital,
        "vendor": owner.vendor,
        "contract": make_contract(owner.hospital, owner.vendor),
    }


def _made(model: Any, owner: Owner, **fields: Any) -> Any:
    parts = of_contract(owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return model.objects.create(**parts, **fields)


@example_of(Contract)
def _contract(world: World, owner: Owner) -> Example:
    return Example(make_contract(owner.hospital, owner.vendor))


@example_of(Signing)
def _signing(world: World, owner: Owner) -> Example:
    return Example(_made(Signing, owner, from_on=date(2026, 1, 1), to_on=date(2026, 12, 31)))


@example_of(System)
def _system(world: World, owner: Owner) -> Example:
    return Example(_made(System, owner, name=f"PACS{canary(owner.hospital)}"))


@example_of(CatalogueItem)
def _catalogue_item(world: World, owner: Owner) -> Example:
    return Example(_made(CatalogueItem, owner, category="fault", name=f"故障{canary(owner.hospital)}", clause="PACS-3"))


@example_of(Level)
def _level(world: World, owner: Owner) -> Example:
    words = dict.fromkeys(("means", "vendor_acts", "hospital_acts"), f"小影响{canary(owner.hospital)}")
    return Example(_made(Level, owner, severity="C", **words))


@example_of(ScopeLimit)
def _scope_limit(world: World, owner: Owner) -> Example:
    return Example(_made(ScopeLimit, owner, words=f"不改变核心架构{canary(owner.hospital)}"))


@example_of(Expiry)
def _expiry(world: World, owner: Owner) -> Example:
    facts = {"kind": Expiring.DONGLE, "name": f"加密狗{canary(owner.hospital)}", "expires_on": date(2027, 3, 1)}
    return Example(_made(Expiry, owner, **facts))


@example_of(MatrixVersion)
def _matrix_version(world: World, owner: Owner) -> Example:
    return Example(_made(MatrixVersion, owner, calendar=clocks.make_calendar(owner.hospital, owner.vendor)))


@example_of(StaffMember)
def _staff_member(world: World, owner: Owner) -> Example:
    facts = {"role": StaffRole.ENGINEER, "name": f"王工{canary(owner.hospital)}", "from_on": date(2026, 1, 1)}
    return Example(_made(StaffMember, owner, **facts))


def make_quota(owner: Owner, amount: int = 10) -> Quota:
    return _made(Quota, owner, name=f"新增报表{canary(owner.hospital)}", unit="张", amount=amount, clause="ICU-3")


@example_of(Quota)
def _quota(world: World, owner: Owner) -> Example:
    return Example(make_quota(owner))


@example_of(QuotaUse)
def _quota_use(world: World, owner: Owner) -> Example:
    quota = make_quota(owner, amount=0)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(
            QuotaUse.objects.create(
                hospital=owner.hospital,
                vendor=owner.vendor,
                contract=quota.contract,
                quota=quota,
                what=f"手术量月报{canary(owner.hospital)}",
                at=clocks.AT,
                by=uuid7(),
                is_beyond=True,
            )
        )


@example_of(PlannedInspection)
def _plan(world: World, owner: Owner) -> Example:
    facts = {"kind": Visit.ON_SITE, "times": 4, "per": Per.YEAR, "report_within": 10}
    name = f"上门巡检{canary(owner.hospital)}"
    return Example(_made(PlannedInspection, owner, name=name, report_unit=DayUnit.WORKING_DAYS, **facts))


@example_of(Deliverable)
def _deliverable(world: World, owner: Owner) -> Example:
    name = f"操作维护手册{canary(owner.hospital)}"
    return Example(_made(Deliverable, owner, name=name, due_after=After.ON_REQUEST))


@example_of(PaymentMilestone)
def _payment(world: World, owner: Owner) -> Example:
    return Example(_made(PaymentMilestone, owner, name=f"首付款{canary(owner.hospital)}", share=30))
