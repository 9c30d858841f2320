"""Walks in which the hour decides: what only the telephone may report, a pause across a holiday, two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from servicedesk.sla.promise import Metric
from tests.browser.visitor import Visitor
from tests.browser.walking import Clocks, Hour, Walker, fill, walking_desk
from tests.world import World
from tickets.models import Call, Entry, Ticket

MINUTE = timedelta(minutes=1)
CHINA = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> Hour:
    return Hour(monkeypatch)


def test_severity_one_begins_with_the_call(world: World, visitors: Callable[[], Visitor], hour: Hour) -> None:
    """PACS-6, PACS-16, HRP-4, HRP-12: refused in the browser and kept; the call's own time starts what it starts."""
    desk = walking_desk(world, "hrp")
    ward, engineer, it = (Walker(visitors().sign_in(one)) for one in (desk.ward, desk.engineer, desk.it))
    hour.is_now(moment("2026-11-03T09:00:00"))
    _try_by_browser(ward)
    with desk.inside():
        ticket = Ticket.objects.get()
    clocks = Clocks(desk, ticket)
    assert (ticket.state, ticket.reported_at) == ("call_awaited", None)
    assert clocks.moved() == {"call": "runs"}
    ward.sees("1 级只能电话报修。", "400-800-1234", "当前值班 王工", "药房、收费同时停", ticket.number)

    hour.is_now(moment("2026-11-03T09:06:00"))
    engineer.goes("/calls/").sees(ticket.number, "刘敏")
    engineer.presses("就是这通来电")
    _write_down(engineer, "2026-11-03T09:02:00")
    assert clocks.moved() == {"call": "missed", "respond": "runs", "emergency": "runs", "on_site": "runs"}
    begun = {Metric(row.metric): (row.counts_from, row.due_at - row.counts_from) for row in clocks.rows(cycle=1)}
    called = moment("2026-11-03T09:02:00")
    assert begun[Metric.RESPOND] == (called, 5 * MINUTE)
    assert begun[Metric.EMERGENCY] == (called, 60 * MINUTE)
    assert begun[Metric.ON_SITE] == (called, 240 * MINUTE)

    it.goes("/calls/").sees("等您确认", "刘敏")
    it.presses("时间无误")
    assert clocks.moved() == {}
    with desk.inside():
        assert Call.objects.get().agreed_by == desk.it.pk
    ward.page.wait_for_url("**" + ticket.get_absolute_url(), timeout=10_000)  # by itself
    ward.sees("东软 将联系您", "东软 启动应急服务", "东软 到场")

    engineer.opens(ticket).acts("接单")
    assert clocks.moved() == {"respond": "met"}
    ward.opens(ticket).sees("处理中")
    engineer.acts("启动应急服务")
    assert clocks.moved() == {"emergency": "met"}
    it.opens(ticket).acts("要求到场", {"为什么需要到场": "服务器不能开机"})
    assert clocks.moved() == {}
    engineer.opens(ticket).acts("到场签到", {"您在哪里": "信息中心机房"})
    assert clocks.moved() == {"on_site": "met"}
    engineer.acts("登记解决方案", {"解决方案": "更换电源", "原因": "硬件或设备", "解决方式": "更换设备或部件"})
    assert clocks.moved() == {"confirm": "runs"}
    ward.opens(ticket).sees("已解决", "更换电源")


def _try_by_browser(ward: Walker) -> None:
    page = ward.goes("/report/").page
    page.get_by_label("哪个系统").select_option(label="物流管理系统")
    page.locator("#severity-1").check()
    ward.sees("400-800-1234", "当前值班 王工")
    page.get_by_label("故障现象").fill("服务器宕机，全院停摆")
    page.get_by_label("补充说明（可不填）").fill("药房、收费同时停")
    ward.presses("提交报修")


def _write_down(engineer: Walker, called_at: str) -> None:
    for fold in engineer.page.locator("main details.fold > summary").all():
        fold.click()
    fill(engineer.page.get_by_label("来电时间"), called_at)
    fill(engineer.page.get_by_label("来电人").first, "刘敏")
    engineer.presses("登记来电")


def test_a_pause_across_the_national_day(world: World, visitors: Callable[[], Visitor], hour: Hour) -> None:
    """SMART-6, SMART-7: paused by the hospital; seven days off and the paused one are not counted, and the page says
    so. Two working days after the last of September were the ninth of October; now it is the worked Saturday."""
    desk = walking_desk(world, "smart", at=moment("2026-09-01T09:00"))
    hour.is_now(moment("2026-09-30T09:00"))
    it = Walker(visitors().sign_in(desk.it))
    page = it.goes("/report/").page
    page.get_by_label("哪个系统").select_option(index=1)
    page.get_by_label("服务类别").select_option(label="系统故障")
    page.get_by_label("故障现象").fill("大屏门诊量不刷新")
    it.presses("提交报修")
    with desk.inside():
        ticket = Ticket.objects.get()
    clocks = Clocks(desk, ticket)
    assert clocks.moved() == {"respond": "runs", "on_site": "runs", "restore": "runs"}
    assert desk.clock(ticket, Metric.RESTORE).due_at == moment("2026-10-09T18:00")

    hour.is_now(moment("2026-09-30T09:10"))
    engineer = Walker(visitors().sign_in(desk.engineer))
    engineer.opens(ticket).acts("接单")
    assert clocks.moved() == {"respond": "met"}

    hour.is_now(moment("2026-09-30T09:30"))
    it.opens(ticket).acts("暂停计时", {"暂停原因": "国庆封网，机房不得进入"})
    assert clocks.moved() == {"on_site": "rests", "restore": "rests"}
    engineer.opens(ticket).sees("自 2026-09-30 09:30 起暂停：国庆封网，机房不得进入。")

    hour.is_now(moment("2026-10-09T10:00"))
    it.visitor.sign_in(desk.it)  # nine days later
    it.opens(ticket).acts("恢复计时")
    assert clocks.moved() == {"on_site": "runs", "restore": "runs"}
    assert desk.clock(ticket, Metric.RESTORE).due_at == moment("2026-10-10T18:00")
    _why(it)

    engineer.visitor.sign_in(desk.engineer)
    engineer.opens(ticket)
    _why(engineer)
    solved = {"解决方案": "重启接口服务", "原因": "接口", "解决方式": "重启或释放"}
    engineer.acts("登记解决方案", solved)
    assert clocks.moved() == {"restore": "met", "confirm": "runs"}


def _why(walker: Walker) -> None:
    """Both sides read the same."""
    clock = walker.page.locator(".ticket-clock").filter(has_text="修复")
    clock.get_by_text("为什么是这个时间").click()
    for said in (
        "2026-09-30 09:30 至 2026-10-09 10:00 暂停：国庆封网，机房不得进入。",
        "放假：10-01 至 10-07。",
        "周末调休上班：10-10。",
        "截止时间：2026-10-10 18:00。",
    ):
        expect(clock.get_by_text(said)).to_be_visible()


def test_two_engineers_collide(world: World, visitors: Callable[[], Visitor]) -> None:
    """Both press 'accept': one has it, the other is told who. A stale answer is stopped, kept, and sent with a look."""
    desk = walking_desk(world)
    ticket = desk.report(at=datetime.now(CHINA), title="胶片打印机不出片")
    clocks = Clocks(desk, ticket)
    clocks.moved()
    one, two = (Walker(visitors().sign_in(member)) for member in (desk.engineer, desk.colleague))
    two.visitor.expects = ("status of 409",)
    two.page.route("**/pulse/**", lambda route: route.fulfill(status=204))  # the news has not reached this page yet
    for walker in (one, two):
        walker.opens(ticket)
    one.acts("接单")
    two.acts("接单")
    two.sees("王工 已于", "接单。")
    assert clocks.moved() == {"respond": "met"}
    assert desk.fresh(ticket).assignee_id == desk.engineer.pk

    fill(two.page.get_by_role("textbox", name="发给对方的消息"), "我已远程重启打印服务")
    one.acts("要求到场", {"为什么需要到场": "打印机卡纸"})
    two.presses("发送")
    two.sees("打印机卡纸")
    expect(two.page.get_by_role("textbox", name="发给对方的消息")).to_have_value("我已远程重启打印服务")
    with desk.inside():
        assert not Entry.objects.filter(ticket=ticket, kind="message").exists()
    two.presses("仍然发送")
    two.sees("我已远程重启打印服务")
    one.opens(ticket).sees("我已远程重启打印服务")
    with desk.inside():
        assert Entry.objects.filter(ticket=ticket, kind="message").count() == 1
