"""Tickets that belong together, an incident under way and one reviewed, a plan, remote access: with their addresses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.contracts.people import in_force
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor
from tickets.enums import Cause, LinkKind, Remedy
from tickets.plans import Step
from tickets.services import emergencies, incidents, linking, outages, remote, siblings, solving
from tickets.services.remote import Wish
from tickets.services.scanning import hit_of, say_me_too

MINUTE = timedelta(minutes=1)
PLAN = [
    Step("通知全院临床科室改用手工登记和胶片", Side.HOSPITAL, 10),
    Step("切换到备用归档服务器，核对最近一小时影像", Side.VENDOR, 30),
    Step("确认急诊、手术室可以调图", Side.HOSPITAL, 45),
    Step("回传期间产生的数据，双方签字确认", Side.VENDOR),
]
REVIEW = {
    "happened": "09:05 归档存储写满，新影像无法入库；09:40 切换备机；11:20 全部恢复。",
    "impact": "门诊放射停诊约两小时，37 名患者改期。",
    "cause": "存储容量预警未配置，夜间批量归档占满最后一块磁盘。",
    "lessons": "容量要有两级预警，并在巡检单上逐项核对。",
}


def linked_room(world: World) -> tuple[dict[str, str], dict[str, Membership]]:
    """Paths by name; whoever a page's name begins with looks at it."""
    now = timezone.now()
    with opened(Context()):
        desk = make_desk(world)
        icu = make_desk(world, "icu", number="HT-icu-9")
        in_force(world.h1, world.v2, "smart", number="HT-smart-9")
    people = {"lead": desk.lead, "it": desk.it, "engineer": desk.engineer, "ward": desk.ward, "icu": icu.engineer}
    for member in people.values():
        give_second_factor(member.user)
    return {**_family(desk, now), **_fault(desk, now), **_incident(desk, now), **_remote(icu, now)}, people


def _family(desk: Desk, now: Any) -> dict[str, str]:
    parent = desk.accepted(at=now - 50 * MINUTE, title="全院阅片工作站无法调图")
    children = [desk.report(at=now - 40 * MINUTE, title=title) for title in ("超声室调图失败", "急诊阅片白屏")]
    other = desk.report(at=now - 30 * MINUTE, title="胶片打印机无反应")
    twin = desk.report(at=now - 20 * MINUTE, title="三楼也调不出图")
    for child in children:
        desk.act(outages.put_under, child, by=desk.engineer, at=now, parent=parent)
    desk.act(linking.link, parent, by=desk.it, at=now, other=other, kind=LinkKind.CAUSED_BY)
    desk.act(linking.merge, twin, by=desk.it, at=now, into=parent, why="同一故障")
    facts = {
        "title": "全院调不出影像",
        "words": "急诊请先用胶片，其余等通知。",
        "expected_at": now + timedelta(hours=2),
    }
    outage = desk.act(outages.announce_outage, parent, by=desk.it, at=now, **facts)
    with desk.acting(desk.ward) as person:
        say_me_too(outage.ticket, hit_of(person), by=person, at=now)
    solved = {"words": "更换阵列硬盘并重启归档服务", "cause": Cause.HARDWARE, "remedy": Remedy.REPLACED}
    desk.act(solving.resolve, parent, by=desk.engineer, at=now, **solved)
    return {
        "it-links": f"/tickets/{parent.pk}/links/",
        "it-links-merged": f"/tickets/{twin.pk}/links/",
        "it-split": f"/tickets/{other.pk}/split/",
        "it-outage": f"/tickets/{parent.pk}/outage/",
        "engineer-outage": f"/tickets/{parent.pk}/outage/",
        "it-outage-empty": f"/tickets/{other.pk}/outage/",
        "ward-outages": "/outages/",
        "engineer-outages": "/outages/",
        "it-fault-alone": f"/tickets/{other.pk}/fault/",
    }


def _fault(desk: Desk, now: Any) -> dict[str, str]:
    from contracts.models import Contract

    ticket = desk.report(at=now - 25 * MINUTE, title="调图很慢，疑似网络")
    with desk.inside():
        contract = Contract.objects.get(number="HT-smart-9")
    facts = {"contract": contract, "category": "fault", "title": "放射科到机房链路丢包", "words": "请查汇聚交换机。"}
    sibling = desk.act(siblings.open_sibling, ticket, by=desk.it, at=now, **facts)
    turn = {"number": sibling.number, "words": "请网络方先查 3 号楼汇聚交换机，影像方待命。"}
    desk.act(siblings.say_turn, ticket, by=desk.it, at=now, **turn)
    return {
        "it-fault": f"/tickets/{ticket.pk}/fault/",
        "it-sibling": f"/tickets/{ticket.pk}/fault/open/",
        "it-sibling-chosen": f"/tickets/{ticket.pk}/fault/open/?contract={contract.pk}",
    }


def _incident(desk: Desk, now: Any) -> dict[str, str]:
    plan = {"title": "影像系统应急预案", "steps": PLAN, "was": 0}
    desk.act(emergencies.revise_plan, desk.contract, by=desk.it, at=now - timedelta(days=60), **plan)
    plan |= {"steps": [*PLAN[1:], Step("向信息科提交书面初步原因分析")], "was": 1, "why": "演练后调整"}
    desk.act(emergencies.revise_plan, desk.contract, by=desk.it, at=now - timedelta(days=30), **plan)
    ticket = desk.report(at=now - 15 * MINUTE, title="PACS 全部中断", severity=Severity.ONE, channel=Channel.PHONE)
    facts = {"title": "PACS 全部中断", "why": "门诊与急诊均无法阅片"}
    under_way = desk.act(incidents.declare_incident, ticket, by=desk.lead, at=now - 12 * MINUTE, **facts)
    over = desk.report(at=now - timedelta(days=2), title="归档存储写满")
    past = {"title": "归档存储写满", "why": "新影像无法入库"}
    ended = desk.act(incidents.declare_incident, over, by=desk.lead, at=now - timedelta(days=2), **past)
    said = "已切换到备用归档服务器，正在核对缺失影像。"
    desk.act(incidents.update_incident, under_way, by=desk.engineer, at=now - 5 * MINUTE, text=said)
    desk.act(incidents.take_part, under_way, by=desk.it, at=now - 4 * MINUTE, does="通知临床科室")
    who = {"name": "张建国", "organisation": "存储厂家", "does": "更换控制器板卡"}
    desk.act(incidents.name_participant, under_way, by=desk.engineer, at=now - 4 * MINUTE, **who)
    later = now - timedelta(days=2) + timedelta(hours=2)
    ended = desk.act(incidents.end_incident, ended, by=desk.lead, at=later, text="全部恢复，影像已补传。")
    desk.act(incidents.write_review, ended, by=desk.lead, at=later, seen=ended.version, **REVIEW)
    due = (now + timedelta(days=20)).date()
    measure = {"words": "存储容量两级预警（80%、90%）", "side": Side.VENDOR, "who": "王工", "due_on": due}
    desk.act(incidents.add_measure, ended, by=desk.lead, at=later, **measure)
    return {
        "lead-incidents": "/incidents/",
        "lead-incident": f"/incidents/{under_way.pk}/",
        "engineer-incident": f"/incidents/{under_way.pk}/",
        "lead-incident-over": f"/incidents/{ended.pk}/",
        "lead-incident-review": f"/incidents/{ended.pk}/review/",
        "lead-incident-print": f"/incidents/{ended.pk}/print/",
        "lead-declare": f"/tickets/{desk.report(at=now).pk}/incident/",
        "it-task": f"/tickets/{ticket.pk}/tasks/add/",
        "it-plans": "/emergency-plans/",
        "it-plan": f"/contracts/{desk.contract.pk}/emergency-plan/",
        "it-plan-revise": f"/contracts/{desk.contract.pk}/emergency-plan/revise/",
    }


def _remote(icu: Desk, now: Any) -> dict[str, str]:
    ticket = icu.report(at=now - 30 * MINUTE, severity=Severity.NONE, title="护理记录打印格式错")
    wish = Wish(icu.contract, "重症数据库服务器 10.2.0.8", "查看慢查询并调整索引", 120, ticket=ticket)
    asked = icu.act(remote.ask_remote, wish, by=icu.engineer, at=now - 9 * MINUTE)
    rows = [icu.act(remote.ask_remote, wish, by=icu.engineer, at=now - at * MINUTE) for at in (60, 50, 40)]
    icu.act(remote.refuse_remote, rows[0], by=icu.it, at=now - 55 * MINUTE, said="正在抢救，稍后再来")
    for row in rows[1:]:
        icu.act(remote.grant_remote, row, by=icu.it, at=now - 35 * MINUTE, minutes=60)
    inside = icu.act(remote.start_remote, rows[2], by=icu.engineer, at=now - 20 * MINUTE)
    return {
        "it-remote": f"/remote/{asked.pk}/",
        "it-remote-open": f"/remote/{inside.pk}/",
        "icu-remote-open": f"/remote/{inside.pk}/",
        "icu-remote-granted": f"/remote/{rows[1].pk}/",
        "it-remote-refused": f"/remote/{rows[0].pk}/",
        "it-remotes": "/remote/",
        "icu-remote-ask": f"/remote/ask/?ticket={ticket.pk}",
        "icu-remote-ask-free": "/remote/ask/",
    }


def looks_at(name: str, people: dict[str, Membership]) -> Membership:
    return people[name.partition("-")[0]]
