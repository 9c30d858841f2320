"""Calendars with something in them, the look before a change, and the same without a script."""

from __future__ import annotations

from datetime import date

import pytest

from servicedesk.clocks.models import ExtraDay
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.browser.language import latin_sentences
from tests.browser.test_every_page import too_small
from tests.browser.visitor import ON_A_PHONE, Visitor
from tests.clocks.running import NOTICE_2027, office, publish, started
from tests.world import World, give_second_factor, make_member


@pytest.fixture
def lead(world: World) -> Membership:
    member = make_member(Role.IT_LEAD, world.h1, name="王小明")
    give_second_factor(member.user)
    calendar = office(world.h1, world.v1, "PACS 工作时间")
    office(world.h1, world.v2, "HRP 7×24", (((0, 1440),),) * 7)
    for number, label in enumerate(("阅片工作站无法调图", "固定资产月结报表数据不一致", "护理记录打印格式错位")):
        started(calendar, Promise(Metric.RESTORE, 5 + number, Unit.WORKING_DAYS), label=label)
    with opened(Context.of_hospital(world.h1.id)):
        ExtraDay.objects.create(hospital=world.h1, on=date(2026, 11, 11), why="院庆")
        ExtraDay.objects.create(hospital=world.h1, on=date(2026, 12, 19), is_worked=True, why="搬入新门诊楼")
    return member


def look_at(visitor: Visitor) -> None:
    assert visitor.page.locator("h1").count() == 1
    for _ in visitor.on_each_device():
        assert visitor.overflow() == 0
        assert visitor.axe() == []
    assert latin_sentences(visitor.page.content()) == []


def test_a_day_from_the_calendar_to_its_confirmation(visitor: Visitor, lead: Membership) -> None:
    visitor.sign_in(lead).with_device(**ON_A_PHONE)
    publish()
    page = visitor.visit("/calendars/?year=2026")
    look_at(visitor)
    page.get_by_role("link", name="添加本院自定日期").first.click()
    page.get_by_label("日期").fill("2026-12-30")
    page.get_by_label("休息", exact=True).check()
    page.get_by_label("原因").fill("院庆")
    with page.expect_navigation():
        page.get_by_role("button", name="查看将变动的时限").click()
    assert page.locator("tbody tr").count() == 3
    page.locator("details.provisional summary").first.click()
    assert page.locator("details.provisional .sentence").first.is_visible()
    look_at(visitor)
    assert too_small(visitor) == []
    page.get_by_role("button", name="确认并保存").click()
    page.wait_for_url("**/calendars/")
    assert "3 项时限已变动" in page.content()


def test_hours_without_a_script(visitor: Visitor, lead: Membership) -> None:
    page = visitor.sign_in(lead).with_device(java_script_enabled=False).visit("/calendars/")
    page.get_by_role("link", name="修改工作时间").last.click()
    page.get_by_label("星期六").fill("8：00－12：00")
    page.get_by_role("button", name="查看将变动的时限").click()
    page.get_by_role("button", name="返回修改").click()
    assert page.get_by_label("星期六").input_value() == "8：00－12：00"


def test_a_year_from_the_notice_to_its_publication(visitor: Visitor, world: World) -> None:
    operator = make_member(Role.SYSTEM_ADMINISTRATOR, name="王小明")
    give_second_factor(operator.user)
    page = visitor.sign_in(operator).with_device(**ON_A_PHONE).visit("/years/enter/?year=2027")
    page.get_by_label("来源").fill("国办发明电〔2026〕8号")
    page.get_by_label("通知正文").fill(NOTICE_2027)
    page.get_by_role("button", name="查看变化").click()
    page.get_by_role("button", name="公布该年").wait_for()
    look_at(visitor)
    page.get_by_role("button", name="公布该年").click()
    page.wait_for_url("**/years/?year=2027")
    look_at(visitor)
