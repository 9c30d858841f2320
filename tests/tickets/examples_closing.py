"""An example of every kind of row by which a ticket ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from servicedesk.tenancy import wall
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.wall import Context
from tests.clocks import examples as clocks
from tests.examples import Example, Owner, example_of
from tests.tickets import examples as tickets
from tests.world import World, canary
from tickets.enums import Ending, Satisfaction, Way
from tickets.models import FeedbackForm, MaintenanceRecord, Objection, SigningLink

DRAWN = "M20 150L60 40L100 150L140 40L180 150L220 40L260 150L300 40L340 150"


def _made(model: Any, owner: Owner, **fields: Any) -> Example:
    ticket = tickets.make_ticket(owner.hospital, owner.vendor, department=owner.department)
    if model is MaintenanceRecord:
        fields |= {"contract": ticket.contract, "number": ticket.number, "title": ticket.title}
    parts = {"hospital": owner.hospital, "vendor": owner.vendor, "ticket": ticket}
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        row = model.objects.create(**parts, **fields)
    return Example(row, department_id=owner.department.id if owner.department else None)


@example_of(SigningLink)
def _link(world: World, owner: Owner) -> Example:
    facts = {"made_by": uuid7(), "made_name": f"王工{canary(owner.hospital)}", "made_side": "vendor"}
    until = clocks.AT + timedelta(days=7)
    return _made(SigningLink, owner, cycle=1, secret_hash=uuid7().hex * 2, made_at=clocks.AT, until_at=until, **facts)


def _said(owner: Owner) -> dict[str, Any]:
    handed = {"handed_by": uuid7(), "handed_name": "王工"}
    return {"cycle": 1, "at": clocks.AT, "way": Way.HANDED, "name": f"刘敏{canary(owner.hospital)}", **handed}


@example_of(FeedbackForm)
def _form(world: World, owner: Owner) -> Example:
    hashes = {"form_sha256": "0" * 64, "sha256": "0" * 64}
    signed = {"strokes": DRAWN, "satisfaction": Satisfaction.SATISFIED, "words": f"很快{canary(owner.hospital)}"}
    return _made(FeedbackForm, owner, facts={"form": 1}, **_said(owner), **hashes, **signed)


@example_of(Objection)
def _objection(world: World, owner: Owner) -> Example:
    return _made(Objection, owner, **_said(owner), why=f"还是黑屏{canary(owner.hospital)}")


@example_of(MaintenanceRecord)
def _record(world: World, owner: Owner) -> Example:
    return _made(
        MaintenanceRecord, owner, ending=Ending.HOSPITAL, category="fault", category_name="故障",
        solution=f"重启服务{canary(owner.hospital)}", closed_at=clocks.AT, closed_why="报修人已离岗", facts={"form": 1},
        sha256="0" * 64,
    )  # fmt: skip
