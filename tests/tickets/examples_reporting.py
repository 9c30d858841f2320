"""An example of every kind of row that reporting brings."""

from __future__ import annotations

from servicedesk.tenancy import wall
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.wall import Context
from tests.clocks import examples as clocks
from tests.contracts import examples as contracts
from tests.examples import Example, Owner, example_of
from tests.tickets import examples as tickets
from tests.world import World, canary
from tickets.models import MeToo, Scan, Sticker
from tickets.symptoms import Symptom


def _sticker_row(owner: Owner) -> Sticker:
    contract = contracts.make_contract(owner.hospital, owner.vendor)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Sticker.objects.create(
            hospital=owner.hospital, vendor=owner.vendor, contract=contract, department=owner.department,
            label=f"阅片工作站 05{canary(owner.hospital)}", token_hash=uuid7().hex, made_at=clocks.AT, made_by=uuid7(),
        )  # fmt: skip


@example_of(Sticker)
def _sticker(world: World, owner: Owner) -> Example:
    return Example(_sticker_row(owner), department_id=owner.department.id if owner.department else None)


@example_of(Scan)
def _scan(world: World, owner: Owner) -> Example:
    sticker = _sticker_row(owner)
    ticket = tickets.make_ticket(owner.hospital, owner.vendor, department=owner.department)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        row = Scan.objects.create(
            hospital=owner.hospital, vendor=owner.vendor, ticket=ticket, sticker=sticker, symptom=Symptom.SLOW,
            at=clocks.AT,
        )  # fmt: skip
    return Example(row, department_id=owner.department.id if owner.department else None)


@example_of(MeToo)
def _me_too(world: World, owner: Owner) -> Example:
    ticket = tickets.make_ticket(owner.hospital, owner.vendor, department=owner.department)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        row = MeToo.objects.create(
            hospital=owner.hospital, vendor=owner.vendor, ticket=ticket, submission=uuid7(),
            where=f"药剂科{canary(owner.hospital)}", at=clocks.AT,
        )  # fmt: skip
    return Example(row, department_id=owner.department.id if owner.department else None)
