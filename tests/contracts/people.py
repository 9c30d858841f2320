"""A contract started from a blueprint, made complete, and put into force, as the parties' own people do it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from contracts.enums import OF_HOSPITAL, StaffRole
from contracts.models import Contract, StaffMember
from contracts.services.activating import activate_contract
from contracts.services.keeping import change_contract
from contracts.services.promising import agree_solve_time
from contracts.services.staffing import keep_staff
from contracts.services.starting import start_contract
from servicedesk.sla.promise import Unit
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Person
from tests.clocks.examples import AT
from tests.world import enter, make_member

START = date(2026, 3, 1)


def manager_of(vendor: Vendor, **more: Any) -> Membership:
    return make_member(Role.VENDOR_MANAGER, vendor, **more)


def started(hospital: Hospital, vendor: Vendor, code: str = "pacs", *, by: Person, **more: Any) -> Contract:
    facts = {"number": f"HT-{code}-1", "starts_on": START} | more
    return start_contract(hospital, vendor, code=code, by=by, at=AT, **facts)


def fill_posts(contract: Contract, manager: Membership, lead: Membership, *, by: Person, at: datetime = AT) -> None:
    """One person of each party in every role."""
    for role in StaffRole:
        of_hospital = role in OF_HOSPITAL
        keep_staff(
            StaffMember(
                hospital_id=contract.hospital_id,
                vendor_id=contract.vendor_id,
                contract=contract,
                role=role,
                name=f"{'院方' if of_hospital else '厂商'}{role.value}",
                phone="13800000000",
                of_hospital=lead if of_hospital else None,
                of_vendor=None if of_hospital else manager,
                is_resident=role == StaffRole.RESIDENT_ENGINEER,
                from_on=contract.starts_on or START,
            ),
            by=by,
            at=at,
        )


def make_complete(contract: Contract, manager: Membership, lead: Membership, *, by: Person, at: datetime = AT) -> None:
    change_contract(contract, hotline="400-800-1234", by=by, at=at)
    agree_solve_time(contract, target=None, unit=Unit.ELAPSED_MINUTES, by=by, at=at)
    fill_posts(contract, manager, lead, by=by, at=at)


def in_force(
    hospital: Hospital, vendor: Vendor, code: str = "pacs", *, at: datetime = AT, **more: Any
) -> tuple[Contract, Membership, Membership]:
    """A contract in force, the vendor's manager and the hospital's lead. The wall is left open for the manager."""
    manager, lead = manager_of(vendor), make_member(Role.IT_LEAD, hospital)
    by = enter(manager)
    contract = started(hospital, vendor, code, by=by, **more)
    make_complete(contract, manager, lead, by=by, at=at)
    return activate_contract(contract, by=by, at=at), manager, lead
