"""A fault's whole life, walked by the people whose it is: each at their own device, finding things by what is written
on them. Nothing is done behind the pages' back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from servicedesk.sla.promise import Metric
from tests.browser.test_closing import TOUCH, sign_with_finger
from tests.browser.visitor import Visitor
from tests.browser.walking import Clocks, Walker, walking_desk
from tests.tickets.closing import resolved
from tests.tickets.people import Desk
from tests.tickets.test_scan_pages import PIXEL
from tests.tickets.test_scanning import stick
from tests.world import World
from tickets.enums import Ending, Way
from tickets.models import FeedbackForm, MaintenanceRecord, Solution, Ticket

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> Desk:
    return walking_desk(world)


@pytest.fixture
def people(visitors: Callable[[], Visitor], desk: Desk) -> tuple[Walker, Walker]:
    """The engineer and the hospital's IT, at their desks."""
    return Walker(visitors().sign_in(desk.engineer)), Walker(visitors().sign_in(desk.it))


@pytest.fixture
def phone(visitors: Callable[[], Visitor]) -> Walker:
    """Nobody is signed in on it."""
    return Walker(visitors().with_device(**TOUCH))


def test_from_the_nurses_phone_to_both_signatures(
    desk: Desk, people: tuple[Walker, Walker], phone: Walker, visitors: Callable[[], Visitor]
) -> None:
    """PACS-3, PACS-7, PACS-8, PACS-14, PACS-16, SMART-10, HRP-6: each act stops its own clock and no other."""
    engineer, it = people
    ticket = _reported(phone, desk)
    clocks = Clocks(desk, ticket)
    assert clocks.moved() == {"respond": "runs", "on_site": "rests"}
    phone.sees(ticket.number, "王工 将在", "前联系您", within="body")
    followed = phone.page.url

    engineer.goes("/tickets/").sees("很慢／卡死", "待接单")
    engineer.presses(ticket.title)
    engineer.acts("接单")
    assert clocks.moved() == {"respond": "met"}
    engineer.sees("处理中", "王工", "放射科报修（网页）", "photo.jpg")
    phone.page.reload()
    phone.sees("王工 正在处理", within="body")

    it.goes("/tickets/").presses(ticket.title)
    it.acts("要求到场", {"为什么需要到场": "重启后仍然卡死，请到现场"})
    assert clocks.moved() == {"on_site": "runs"}
    (visit_clock,) = clocks.rows(metric=Metric.ON_SITE)
    assert visit_clock.due_at - visit_clock.counts_from == 4 * HOUR
    it.sees("已要求到场，尚未派人")
    engineer.opens(ticket).sees("重启后仍然卡死，请到现场")

    engineer.acts("派人到场", {"谁到场": "王工 · 维保工程师"})
    assert clocks.moved() == {}
    it.opens(ticket).sees("王工 在路上")

    device = Walker(visitors().with_device(**TOUCH).sign_in(desk.engineer))
    device.opens(ticket).acts("到场签到", {"您在哪里": "3号楼2层 阅片工作站 05"})
    assert clocks.moved() == {"on_site": "met"}
    it.goes("/").sees("今日到场", "已到场")
    device.acts("离场登记", {"做了什么": "更换内存，逐台验证调图"})
    assert clocks.moved() == {}

    solution = {"解决方案": "内存故障，已更换", "原因": "硬件或设备", "解决方式": "更换设备或部件"}
    device.acts("登记解决方案", solution)
    assert clocks.moved() == {"confirm": "runs"}
    it.goes("/").sees("已给出解决方案，待签字")
    phone.page.reload()
    phone.sees("已解决。如仍有问题，请拨打电话。", within="body")

    phone.goes(_link_from(engineer, ticket)).sees("内存故障，已更换", within="body")
    assert phone.page.locator("nav, .rail, .bottombar").count() == 0
    _sign(phone)
    assert clocks.moved() == {}
    with desk.inside():
        form = FeedbackForm.objects.get(ticket=ticket)
    assert (form.way, form.name, form.strokes.count("M")) == (Way.LINK, "刘敏", 3)
    engineer.opens(ticket).sees("等待信息科确认。")

    it.goes("/").sees("已签字，待确认")
    it.presses(ticket.title)
    it.presses("服务反馈单")
    assert it.page.locator(".signed-drawing path").get_attribute("d") == form.strokes
    it.sees("签字后未被改动", "更换内存，逐台验证调图", "满意")
    it.presses("确认并关闭")
    assert clocks.moved() == {"confirm": "met"}
    assert {row.metric: row.outcome for row in clocks.rows()} == {"confirm": "met", "on_site": "met", "respond": "met"}

    _in_the_list(it, ticket, desk)
    engineer.opens(ticket).sees("已关闭", "维护记录")
    phone.goes(followed).sees("已关闭", within="body")


def test_refused_with_a_reason_it_is_solved_once_more(desk: Desk, people: tuple[Walker, Walker], phone: Walker) -> None:
    """PACS-8, PACS-17, ICU-2: not signed; no promise moves by an unproven name, the hospital's word begins cycle 2."""
    engineer, it = people
    ticket = resolved(desk, at=timezone.now() - 5 * HOUR)
    clocks = Clocks(desk, ticket)
    assert clocks.moved() == {"respond": "met", "on_site": "rests", "confirm": "runs"}

    phone.goes(_link_from(engineer, ticket))
    phone.page.get_by_label("您的姓名", exact=True).fill("刘敏")
    phone.page.get_by_text("问题没有解决").tap()
    phone.page.get_by_label("哪里还没有解决？").fill("换了病人又黑屏")
    phone.page.get_by_role("button", name="没有解决，不签字").tap()
    phone.page.get_by_role("heading", name="已记录").wait_for()
    assert clocks.moved() == {}

    it.goes("/").presses(ticket.title)
    it.sees("刘敏", "换了病人又黑屏")
    it.presses("属实，没有解决")
    assert clocks.moved() == {"respond": "runs, cycle 2", "on_site": "rests, cycle 2", "confirm": "met"}
    first = _results(clocks)
    assert first["respond"][0] == first["confirm"][0] == "met"
    it.sees("待接单", "第 2 轮", "此前的结果")

    engineer.opens(ticket).sees("换了病人又黑屏")
    engineer.acts("接单")
    assert clocks.moved() == {"respond": "met, cycle 2"}
    engineer.acts("登记解决方案", {"解决方案": "更换显卡", "原因": "硬件或设备", "解决方式": "更换设备或部件"})
    assert clocks.moved() == {"confirm": "runs, cycle 2"}

    phone.goes(_link_from(engineer, ticket))
    _sign(phone)
    it.opens(ticket).sees("等待信息科确认。", "更换显卡")
    it.page.get_by_role("button", name="确认并关闭").first.click()
    it.presses("确认并关闭", it.page.get_by_role("dialog"))
    assert clocks.moved() == {"confirm": "met, cycle 2", "on_site": "superseded, cycle 2"}
    assert {**_results(clocks), **first} == _results(clocks)  # what cycle 1 came to stays
    with desk.inside():
        assert [one.refused_why for one in Solution.objects.filter(ticket=ticket).order_by("cycle")] == [
            "换了病人又黑屏", "",
        ]  # fmt: skip
        assert MaintenanceRecord.objects.get(ticket=ticket).cycles == 2


def _results(clocks: Clocks) -> dict[str, tuple[object, ...]]:
    """Of the first cycle."""
    ended = clocks.rows(cycle=1, outcome__isnull=False)
    return {row.metric: (row.outcome, row.stopped_at, row.due_at) for row in ended}


def _reported(phone: Walker, desk: Desk) -> Ticket:
    (sticker,) = stick(desk)
    phone.goes(f"/r/{sticker.token}/")
    phone.page.get_by_text("很慢／卡死").tap()
    phone.page.locator("[name=photo]").set_input_files({"name": "IMG_1.png", "mimeType": "image/png", "buffer": PIXEL})
    phone.page.get_by_role("button", name=re.compile("提.交")).tap()
    phone.page.wait_for_selector("#live .next")
    with desk.inside():
        return Ticket.objects.get()


def _sign(walker: Walker) -> None:
    walker.page.get_by_label("您的姓名", exact=True).fill("刘敏")
    walker.page.get_by_text("满意", exact=True).tap()
    sign_with_finger(walker.page)
    assert walker.page.locator(".sign-pad.is-signed").count() == 1
    walker.page.get_by_role("button", name="已解决，提交签字").tap()
    expect(walker.page.locator("body")).to_contain_text("您可以关闭此页面。", timeout=20_000)  # or what it says instead


def _link_from(engineer: Walker, ticket: Ticket) -> str:
    engineer.opens(ticket).presses("扫码或链接签字")
    return engineer.page.get_by_label("链接").input_value()


def _in_the_list(it: Walker, ticket: Ticket, desk: Desk) -> None:
    """Found by the way people go, and whole."""
    it.goes("/records/").sees(ticket.number, "内存故障，已更换", "满意")
    it.presses(ticket.number)
    it.sees("刘敏", "3号楼2层 阅片工作站 05", "归档后未被改动")
    with desk.inside():
        record = MaintenanceRecord.objects.get(ticket=ticket)
    assert (record.ending, record.signer_name, record.missed) == (Ending.BOTH, "刘敏", 0)
