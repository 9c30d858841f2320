"""A ticket in the middle of its life, with the people of both sides, and the addresses of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from contracts.models import System
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor
from tickets.models import Macro, Ticket
from tickets.services import solving, visiting, waiving, working
from tickets.services.macros import keep_macro

MINUTE = timedelta(minutes=1)
NAMES = {"engineer": "王建国", "colleague": "李晓明", "it": "张丽", "ward": "刘敏"}


@dataclass
class Room:
    desk: Desk
    ticket: Ticket  # in work, with a conversation
    fresh: Ticket  # to be accepted

    def path(self, name: str = "", ticket: Ticket | None = None) -> str:
        return f"/tickets/{(ticket or self.ticket).pk}/{name}"


def ticket_room(world: World) -> Room:
    with opened(Context()):
        desk = make_desk(world)
    name_them(desk)
    now = timezone.now()
    with desk.inside():
        system = System.objects.filter(contract=desk.contract).first()
    more = {"system": system, "words": "阅片工作站 05 点开历史影像一直转圈，患者在等结果。", "reporter_phone": "8105"}
    desk.report(at=now - timedelta(days=9), by=desk.it, title="影像归档很慢", system=system)
    ticket = desk.report(at=now - 50 * MINUTE, by=desk.it, title="阅片工作站无法调图，历史影像打不开", **more)
    fresh = desk.report(at=now - 5 * MINUTE, by=desk.it, title="胶片打印机不出片", system=system)
    desk.act(working.accept, ticket, by=desk.engineer, at=now - 45 * MINUTE)
    desk.act(
        working.say,
        ticket,
        by=desk.engineer,
        at=now - 44 * MINUTE,
        text="您好，先远程看一下，五分钟内回电话。",
    )
    desk.act(working.say, ticket, by=desk.ward, at=now - 40 * MINUTE, text="好的，八号诊室也打不开了，请尽快。")
    desk.act(
        working.note,
        ticket,
        by=desk.engineer,
        at=now - 38 * MINUTE,
        text="网关日志里有超时，确认后再告诉院方。",
    )
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now - 30 * MINUTE, why="远程看不出原因，请到现场")
    desk.act(solving.work_around, ticket, by=desk.engineer, at=now - 10 * MINUTE, words="先用三号工作站的缓存阅片")
    with desk.acting(desk.engineer) as by:
        facts = {"leads_to": "resolve", "words": "{reporter}您好，已重启归档服务，图像恢复。", "cause": "software"}
        keep_macro(Macro(name="重启归档服务", remedy="restarted", **facts), by=by, at=now)
        keep_macro(Macro(name="请稍候", leads_to="reply", words="已收到，正在查看，请稍候。"), by=by, at=now)
    return Room(desk, ticket, fresh)


def name_them(desk: Desk) -> None:
    for field, name in NAMES.items():
        member: Membership = getattr(desk, field)
        owner = Context.of_vendor(member.vendor_id) if member.vendor_id else Context.of_hospital(member.hospital_id)
        with opened(owner):
            Membership.objects.filter(pk=member.pk).update(name=name)
        member.name = name
        type(member.user).objects.filter(pk=member.user_id).update(language="zh-hans")


def paths_of(room: Room) -> dict[str, tuple[str, Membership]]:
    """Pages with who looks at them."""
    engineer, it, ward, lead = room.desk.engineer, room.desk.it, room.desk.ward, room.desk.lead
    give_second_factor(lead.user)
    now = timezone.now()
    asked = {"metric": Metric.ON_SITE, "solved_at": now - 5 * MINUTE, "why": "缓存阅片已够用，明早随巡检到场"}
    room.desk.act(waiving.ask_waiver, room.ticket, by=engineer, at=now, **asked)
    return {
        "ticket-engineer": (room.path(), engineer),
        "ticket-it": (room.path(), it),
        "ticket-ward": (room.path(), ward),
        "ticket-fresh": (room.path(ticket=room.fresh), engineer),
        "ticket-notes": (room.path("?show=notes"), engineer),
        "ticket-around": (room.path("around/"), engineer),
        "ticket-around-nothing": (room.path("checklists/"), engineer),
        "ticket-resolve": (room.path("resolve/"), engineer),
        "ticket-dispatch": (room.path("dispatch/"), engineer),
        "ticket-severity": (room.path("change-severity/"), it),
        "ticket-files": (room.path("files/"), it),
        "ticket-ask-waiver": (room.path("ask-waiver/", room.fresh), engineer),
        "ticket-decide-waiver": (room.path("decide-waiver/"), lead),
        "ticket-answers": (room.path("answers/"), engineer),
        "ticket-history": (room.path("history/"), it),
        "macros": ("/macros/", engineer),
        "macros-empty": ("/macros/", it),
        "macro-new": ("/macros/new/", engineer),
    }
