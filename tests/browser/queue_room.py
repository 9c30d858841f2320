"""A queue with everything in it: overdue, close, calm, paused, waiting, urged, grave, of two hospitals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.models import System
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor, make_place, person_of
from tickets.enums import WaitsOn
from tickets.services import levels, queueing, working
from tickets.services.calls import Phoned

MINUTE = timedelta(minutes=1)
TITLES = (
    "三号楼二层阅片室五号工作站无法调图，重启两次无效",
    "CT 检查列表不刷新",
    "报告书写界面打字卡顿，每输入一个字要等两三秒",
    "胶片打印机缺纸提示不消失",
    "急诊夜间影像上传很慢",
    "主任要求调整结构化报告模板的字段顺序",
)


def queue_room(world: World, now: datetime) -> tuple[Desk, dict[str, Membership]]:
    with opened(Context()):
        desk = make_desk(world)
        for member, name in ((desk.engineer, "王磊"), (desk.colleague, "李建国"), (desk.ward, "刘敏")):
            _call(member, name)
    system = _system(desk)
    place = make_place(world.h1, world.radiology[world.h1.id])
    more: dict[str, Any] = {"system": system, "place": place}
    _grave(desk, now)
    late = _web(desk, now - 75 * MINUTE, 0, **more)
    close = _web(desk, now - 52 * MINUTE, 1, **more)
    desk.act(working.urge, close, by=desk.it, at=now - MINUTE)
    _web(desk, now - 35 * MINUTE, 2, **more)
    paused = _web(desk, now - 20 * MINUTE, 3)
    desk.act(working.pause, paused, by=desk.lead, at=now - 5 * MINUTE, why="等待第三方停机窗口")
    waiting = desk.accepted(at=now - 90 * MINUTE, title=TITLES[4], **more)
    desk.act(
        working.ask_back,
        waiting,
        by=desk.engineer,
        at=now,
        why="等信息科提供日志",
        who=WaitsOn.REPORTER,
        wakes_at=now + 120 * MINUTE,
    )
    desk.act(levels.propose_severity, late, by=desk.engineer, at=now, severity=Severity.C, why="只影响一台工作站")
    for minutes in (10, 8, 5):
        _web(desk, now - minutes * MINUTE, 5, **more)
    with desk.acting(desk.engineer) as by:
        queueing.keep_view("夜班", "severity=B&unassigned=1", is_shared=True, by=by, at=now)
    for member in (desk.manager, desk.lead):
        give_second_factor(member.user)
    return desk, {"vendor": desk.engineer, "hospital": desk.it, "ward": desk.ward}


def _call(member: Membership, name: str) -> None:
    member.name = name
    with opened(person_of(member).context):
        type(member).objects.filter(pk=member.pk).update(name=name)


def _system(desk: Desk) -> System:
    with desk.inside():
        facts = {"hospital_id": desk.contract.hospital_id, "vendor_id": desk.contract.vendor_id}
        return System.objects.create(**facts, contract=desk.contract, name="影像归档系统")


def _grave(desk: Desk, now: datetime) -> None:
    call = Phoned(called_at=now - 2 * MINUTE, caller="刘敏", number="8105")
    desk.report(
        severity=Severity.A, channel=Channel.PHONE, at=now - 2 * MINUTE, call=call,
        title="放射科全部阅片工作站无法调取任何影像，急诊等片", where="3号楼2层",
    )  # fmt: skip


def _web(desk: Desk, at: datetime, title: int, **more: Any) -> Any:
    return desk.report(severity=Severity.B, at=at, title=TITLES[title], **more)
