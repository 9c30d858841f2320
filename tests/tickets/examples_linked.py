"""Examples of links, outages, incidents, emergency plans and remote authorisations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from servicedesk.tenancy import wall
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context
from tests.clocks import examples as clocks  # by their names: they may be half imported when this is
from tests.contracts import examples as contracts
from tests.examples import Example, Owner, example_of
from tests.tickets import examples as tickets
from tests.world import World, canary, make_matter
from tickets.enums import LineKind, LinkKind
from tickets.models import (
    EmergencyPlan,
    FaultPart,
    HospitalTask,
    IncidentLine,
    MajorIncident,
    Outage,
    Participant,
    PlanTick,
    RemoteAuthorisation,
    ReviewAction,
    TicketLink,
)


def _parts(owner: Owner) -> dict[str, Any]:
    ticket = tickets.make_ticket(owner.hospital, owner.vendor, department=owner.department)
    return {"hospital": owner.hospital, "vendor": owner.vendor, "ticket": ticket}


def _seen(row: Any, owner: Owner) -> Example:
    return Example(row, department_id=owner.department.id if owner.department else None)


def _made(model: Any, owner: Owner, **fields: Any) -> Example:
    parts = _parts(owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return _seen(model.objects.create(**parts, **fields), owner)


@example_of(TicketLink)
def _link(world: World, owner: Owner) -> Example:
    parts = _parts(owner)
    other = tickets.make_ticket(owner.hospital, owner.vendor, contract=parts["ticket"].contract)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        facts = {"by": uuid7(), "by_name": f"王工{canary(owner.hospital)}", "by_side": "hospital"}
        link = TicketLink.objects.create(**parts, other=other, kind=LinkKind.RELATED, at=clocks.AT, **facts)
    return _seen(link, owner)


@example_of(FaultPart)
def _part(world: World, owner: Owner) -> Example:
    words = f"请网络方先查交换机{canary(owner.hospital)}"
    facts = {"siblings": ["T-2"], "turn_number": "T-2", "turn_words": words, "turn_at": clocks.AT}
    return _made(FaultPart, owner, fault=uuid7(), joined_at=clocks.AT, joined_by=uuid7(), **facts)


def outage_facts(hospital: Hospital) -> dict[str, Any]:
    return {
        "title": f"全院无法调图{canary(hospital)}",
        "announced_at": clocks.AT,
        "announced_by": uuid7(),
        "announced_name": "信息科",
    }


@example_of(Outage)
def _outage(world: World, owner: Owner) -> Example:
    return _made(Outage, owner, **outage_facts(owner.hospital))


def make_incident(hospital: Hospital, vendor: Vendor, ticket: Any = None, **fields: Any) -> MajorIncident:
    """As a row: no clock runs."""
    ticket = ticket or tickets.make_ticket(hospital, vendor)
    who = {
        "declared_name": "信息科主任",
        "declared_side": "hospital",
        "leader_name": "项目经理",
        "leader_side": "vendor",
    }
    facts = {
        "matter": make_matter(hospital, vendor),
        "title": f"全院影像中断{canary(hospital)}",
        "why": "门诊停摆",
        "declared_at": clocks.AT,
        "declared_by": uuid7(),
        "leader": uuid7(),
    }
    with wall.opened(Context.of_hospital(hospital.id)):
        owners = {"hospital": hospital, "vendor": vendor, "ticket": ticket}
        return MajorIncident.objects.create(**owners, **(facts | who | fields))


@example_of(MajorIncident)
def _incident(world: World, owner: Owner) -> Example:
    parts = _parts(owner)
    return _seen(make_incident(owner.hospital, owner.vendor, parts["ticket"]), owner)


def _of_incident(model: Any, owner: Owner, **fields: Any) -> Example:
    parts = _parts(owner)
    incident = make_incident(owner.hospital, owner.vendor, parts["ticket"])
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return _seen(model.objects.create(**parts, incident=incident, **fields), owner)


@example_of(Participant)
def _participant(world: World, owner: Owner) -> Example:
    name = f"陈工{canary(owner.hospital)}"
    return _of_incident(Participant, owner, side="vendor", name=name, joined_at=clocks.AT)


@example_of(IncidentLine)
def _line(world: World, owner: Owner) -> Example:
    text = f"归档服务已切换到备机{canary(owner.hospital)}"
    return _of_incident(IncidentLine, owner, kind=LineKind.UPDATE, at=clocks.AT, by_name="王工", text=text)


@example_of(ReviewAction)
def _measure(world: World, owner: Owner) -> Example:
    due = (clocks.AT + timedelta(days=30)).date()
    words = f"增加归档磁盘预警{canary(owner.hospital)}"
    return _of_incident(ReviewAction, owner, words=words, side="vendor", who="王工", due_on=due)


def make_plan(hospital: Hospital, vendor: Vendor, contract: Any = None, **fields: Any) -> EmergencyPlan:
    facts = {
        "version": 1,
        "title": f"影像系统应急预案{canary(hospital)}",
        "steps": [{"words": "启用胶片打印", "side": "hospital", "minutes": 10}],
        "at": clocks.AT,
        "by": uuid7(),
        "by_name": "信息科",
    } | fields
    contract = contract or contracts.make_contract(hospital, vendor)
    with wall.opened(Context.of_hospital(hospital.id)):
        return EmergencyPlan.objects.create(hospital=hospital, vendor=vendor, contract=contract, **facts)


@example_of(EmergencyPlan)
def _plan(world: World, owner: Owner) -> Example:
    return Example(make_plan(owner.hospital, owner.vendor))


@example_of(PlanTick)
def _tick(world: World, owner: Owner) -> Example:
    parts = _parts(owner)
    plan = make_plan(owner.hospital, owner.vendor, parts["ticket"].contract)
    words = f"启用胶片打印{canary(owner.hospital)}"
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        tick = PlanTick.objects.create(**parts, plan=plan, place=0, words=words, side="hospital")
    return _seen(tick, owner)


@example_of(HospitalTask)
def _task(world: World, owner: Owner) -> Example:
    words = f"7×24小时资源投入{canary(owner.hospital)}"
    return _made(HospitalTask, owner, place=0, words=words, severity="A", made_at=clocks.AT)


@example_of(RemoteAuthorisation)
def _remote(world: World, owner: Owner) -> Example:
    parts = _parts(owner)
    facts = {"what": f"归档服务器{canary(owner.hospital)}", "why": "查看日志", "minutes": 60}
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        row = RemoteAuthorisation.objects.create(
            **parts, contract=parts["ticket"].contract, asked_at=clocks.AT, asked_by=uuid7(), asked_name="王工", **facts
        )
    return _seen(row, owner)
