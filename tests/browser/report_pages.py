"""A desk at which faults are reported, with stickers on its devices, and the addresses of the pages for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from contracts.models import Contract
from servicedesk.accounts.models import Tries
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.models import Department
from servicedesk.tenancy.wall import Context, opened
from tests.contracts.people import in_force
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor, make_place
from tickets.models import Ticket
from tickets.services.calls import Phoned
from tickets.services.levels import change_severity
from tickets.services.outages import announce_outage
from tickets.services.scanning import Tapped, report_by_sticker
from tickets.services.stickers import About, Printable, make_stickers
from tickets.symptoms import Symptom


@dataclass
class Room:
    desk: Desk
    sticker: Printable
    quiet: Printable  # of a system at which nothing is known to be down
    door: Printable  # of a place where several systems stand

    @property
    def page(self) -> str:
        return f"/r/{self.sticker.token}/"

    @property
    def quiet_page(self) -> str:
        return f"/r/{self.quiet.token}/"

    @property
    def door_page(self) -> str:
        return f"/r/{self.door.token}/"

    def tickets(self) -> list[Ticket]:
        with self.desk.inside():
            return list(Ticket.objects.order_by("id"))


def report_room(world: World) -> Room:
    """Names as they stand on doors, without the marks of the matrix."""
    Tries.objects.all().delete()
    with opened(Context()):
        desk = make_desk(world)
    name_people(desk)
    with opened(Context()):
        hrp, *_ = in_force(world.h1, world.v2, "hrp")
    sticker, quiet = stick(desk, desk.contract), stick(desk, hrp, "财务科 03 号机")
    for member in (desk.it, desk.lead, desk.manager, desk.engineer):
        give_second_factor(member.user)
    return Room(desk, sticker, quiet, stick(desk, None, ""))


def fill(room: Room) -> Ticket:
    """An announced outage, a hint, a call that waits for the other side's word, a ticket that waits for its call."""
    now, desk = timezone.now(), room.desk
    with desk.inside():
        for _ in range(2):
            report_by_sticker(room.sticker.sticker, Tapped(Symptom.NO_IMAGES, uuid4()), at=now)
        down = report_by_sticker(room.quiet.sticker, Tapped(Symptom.NO_SIGN_IN, uuid4()), at=now)
    facts = {"title": "全院登录缓慢", "words": "请稍候重试，急诊先用备用账号", "expected_at": now + timedelta(hours=2)}
    desk.act(announce_outage, down, by=desk.it, at=now, **facts)
    late = Phoned(called_at=now - timedelta(minutes=25), caller="刘敏", callee="王工", number="8105")
    desk.report(by=desk.engineer, channel=Channel.PHONE, severity=Severity.A, call=late, at=now, title="全院无法调图")
    system = desk.contract.systems
    with desk.inside():
        first = system.first()
    return desk.report(severity=Severity.ONE, at=now, title="服务器宕机，全院停诊", words="全院阅片中断", system=first)


def paths_of(room: Room, awaited: Ticket) -> dict[str, str]:
    return {
        "report": "/report/",
        "report-chosen": f"/report/?system={awaited.system_id}&severity=A&title=无法调图",
        "call-now": f"/tickets/{awaited.pk}/call-now/",
        "call-now-raised": f"/tickets/{raised_by_a_click(room).pk}/call-now/",
        "call-about": f"/tickets/{awaited.pk}/calls/new/",
        "calls": "/calls/",
        "new-call": f"/calls/new/?system={awaited.system_id}",
        "stickers": "/stickers/",
        "make-stickers": "/stickers/new/",
        "scan": room.page,
        "scan-quiet": room.quiet_page,
        "scan-door": room.door_page,
        "outages": "/outages/",
        "scan-gone": "/r/no-such-code/",
    }


def raised_by_a_click(room: Room) -> Ticket:
    """To what only the phone may report, so it waits for its call."""
    desk, now = room.desk, timezone.now()
    ticket = desk.accepted(title="工作站调图越来越慢", at=now - timedelta(hours=1))
    facts = {"severity": Severity.ONE, "why": "刚才起全院都调不出图，门诊停诊"}
    return desk.act(change_severity, ticket, by=desk.it, at=now, **facts)


def name_people(desk: Desk) -> None:
    radiology = desk.world.radiology[desk.world.h1.id]
    with opened(Context.of_hospital(desk.world.h1.id)):
        Department.objects.filter(pk=radiology.pk).update(name="放射科", phone="8105")
        for member, name in ((desk.it, "周明"), (desk.lead, "李主任"), (desk.ward, "刘敏")):
            type(member).objects.filter(pk=member.pk).update(name=name)
    with opened(Context.of_vendor(desk.world.v1.id)):
        type(desk.engineer).objects.filter(pk=desk.engineer.pk).update(name="王工", phone="13900001234")
        type(desk.colleague).objects.filter(pk=desk.colleague.pk).update(name="赵工", phone="13900005678")


def stick(desk: Desk, contract: Contract | None, label: str = "阅片工作站 05") -> Printable:
    place = make_place(desk.world.h1, desk.world.radiology[desk.world.h1.id])
    with desk.acting(desk.it) as person:
        about = About(contract, contract and contract.systems.first(), place=place, phone="8000")
        return make_stickers(about, [label], by=person, at=timezone.now())[0]
