"""An example of every kind of row of the tickets' room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from servicedesk.sla.promise import Channel
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context
from tests.clocks import examples as clocks  # by their names: they may be half imported when this is
from tests.contracts import examples as contracts
from tests.examples import Example, Owner, example_of
from tests.world import World, canary, make_matter
from tickets.enums import Cause, Kind, Remedy
from tickets.models import Call, DayCount, Entry, Note, NumberRule, Solution, TermsWish, Ticket, Visit


def make_ticket(hospital: Hospital, vendor: Vendor, **fields: Any) -> Ticket:
    """A plain one, as a row: no clocks run."""
    contract = fields.pop("contract", None) or contracts.make_contract(hospital, vendor)
    facts: dict[str, Any] = {
        "number": f"T-{uuid7().hex[-10:]}",
        "title": f"阅片工作站无法调图{canary(hospital)}",
        "category": "fault",
        "category_name": "故障",
        "channel": Channel.WEB,
        "reported_at": clocks.AT,
        "recorded_at": clocks.AT,
        "changed_at": clocks.AT,
    } | fields
    matter = make_matter(hospital, vendor)
    with wall.opened(Context.of_hospital(hospital.id)):
        return Ticket.objects.create(hospital=hospital, vendor=vendor, contract=contract, matter=matter, **facts)


def _of(owner: Owner, **fields: Any) -> dict[str, Any]:
    ticket = make_ticket(owner.hospital, owner.vendor, department=owner.department, **fields)
    return {"hospital": owner.hospital, "vendor": owner.vendor, "ticket": ticket}


def _writing(side: Side, owner: Owner) -> Context:
    here = (owner.hospital.id,)
    return Context(side, here, here, owner.vendor.id if side == Side.VENDOR else None)


def _seen(row: Any, owner: Owner) -> Example:
    return Example(row, department_id=owner.department.id if owner.department else None)


@example_of(Ticket)
def _ticket(world: World, owner: Owner) -> Example:
    return _seen(_of(owner)["ticket"], owner)


def _made(model: Any, owner: Owner, **fields: Any) -> Example:
    parts = _of(owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return _seen(model.objects.create(**parts, **fields), owner)


@example_of(Entry)
def _entry(world: World, owner: Owner) -> Example:
    return _made(
        Entry, owner, kind=Kind.MESSAGE, at=clocks.AT, by_name="刘敏", text=f"片子调不出{canary(owner.hospital)}"
    )


@example_of(Note)
def _note(world: World, owner: Owner) -> Example:
    parts = _of(owner)
    side = owner.side if owner.side == Side.VENDOR else Side.HOSPITAL
    with wall.opened(_writing(side, owner)):
        text = f"先查网关{canary(owner.hospital)}"
        note = Note.objects.create(**parts, side=side, at=clocks.AT, by=uuid7(), by_name="王工", text=text)
    return _seen(note, owner)


@example_of(Call)
def _call(world: World, owner: Owner) -> Example:
    facts = {
        "caller": f"刘敏{canary(owner.hospital)}",
        "called_at": clocks.AT,
        "logged_at": clocks.AT,
        "logged_by": uuid7(),
    }
    return _made(Call, owner, logged_side="hospital", **facts)


@example_of(Visit)
def _visit(world: World, owner: Owner) -> Example:
    return _made(Visit, owner, why=f"远程看不出{canary(owner.hospital)}", called_at=clocks.AT, called_by=uuid7())


@example_of(Solution)
def _solution(world: World, owner: Owner) -> Example:
    facts = {"cause": Cause.SOFTWARE, "remedy": Remedy.PATCHED, "words": f"已打补丁{canary(owner.hospital)}"}
    return _made(Solution, owner, cycle=1, at=clocks.AT, by=uuid7(), by_name="王工", **facts)


@example_of(TermsWish)
def _wish(world: World, owner: Owner) -> Example:
    facts = {"severity": "A", "why": f"影响全院{canary(owner.hospital)}", "asked_by": uuid7(), "asked_name": "王工"}
    return _made(TermsWish, owner, asked_at=clocks.AT, **facts)


@example_of(NumberRule)
def _rule(world: World, owner: Owner) -> Example:
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        rule, _ = NumberRule.objects.get_or_create(hospital=owner.hospital, defaults={"digits": 4})
    return Example(rule)


@example_of(DayCount)
def _count(world: World, owner: Owner) -> Example:
    on = date(2026, 1, 1) + timedelta(days=DayCount.objects.count())
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        while DayCount.objects.filter(hospital=owner.hospital, on=on).exists():
            on += timedelta(days=1)
        return Example(DayCount.objects.create(hospital=owner.hospital, on=on, last=7))


from tests.tickets import examples_api as _api  # noqa: E402, F401
from tests.tickets import examples_closing as _closing  # noqa: E402, F401
from tests.tickets import examples_home as _home  # noqa: E402, F401
from tests.tickets import examples_linked as _linked  # noqa: E402, F401
from tests.tickets import examples_page as _page  # noqa: E402, F401
from tests.tickets import examples_queue as _queue  # noqa: E402, F401
from tests.tickets import examples_reporting as _reporting  # noqa: E402, F401
