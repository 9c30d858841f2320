"""Severity 1 by telephone, end to end: the nurse, the engineer who takes the call, and the hospital's own IT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Clock, Step
from servicedesk.clocks.watch.firing import fire_due
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.wall import Context, opened
from tests.browser.report_pages import Room, report_room
from tests.browser.visitor import PHONE, Visitor
from tests.world import World
from tickets.enums import State
from tickets.models import Call

DIALS_NOTHING = "addEventListener('click', (event) => event.target.closest('a[href^=tel]') && event.preventDefault())"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(world: World) -> Room:
    return report_room(world)


@pytest.fixture
def nurse(visitors: Callable[[], Visitor], room: Room) -> Visitor:
    return visitors().with_device(viewport=PHONE, has_touch=True, is_mobile=True).sign_in(room.desk.ward)


def first_call(room: Room) -> Call:
    with room.desk.inside():
        return Call.objects.get(is_first=True)


def test_three_people_and_a_call_written_down_late(nurse: Visitor, visitors: Callable[[], Visitor], room: Room) -> None:
    """PACS-16, PACS-6, HRP-12: refused in the browser and kept; the vendor writes the call down as it was minutes ago;
    its time starts the clocks at once, and the hospital confirms it."""
    desk = room.desk
    _reported_as_grave(nurse)
    (ticket,) = room.tickets()
    assert (ticket.state, ticket.severity) == (State.CALL_AWAITED, "1")
    engineer = visitors().sign_in(desk.engineer)
    page = engineer.visit(f"/tickets/{ticket.pk}/")
    assert "尚未来电" in page.inner_text("#first-call")
    page.click(".ticket-next a.btn-primary:has-text('登记')")
    page.wait_for_selector("#act-form form[data-call]")
    assert engineer.axe() == []
    assert "刘敏" in page.inner_text("#act-form")
    page.click("#act-form summary")
    called = timezone.localtime(timezone.now() - 5 * MINUTE).replace(microsecond=0)
    page.fill("#act-form [name=called_at]", called.strftime("%Y-%m-%dT%H:%M:%S"))
    page.click("#act-form details button[type=submit]")
    page.wait_for_url(f"**/tickets/{ticket.pk}/")
    call = first_call(room)
    assert (call.called_at, call.caller, call.callee, call.needs_word) == (called, "刘敏", "王工", True)
    assert desk.clock(ticket, Metric.RESPOND).due_at == called + 5 * MINUTE
    assert desk.clocks(ticket)["call"] == "met"
    nurse.page.wait_for_url(f"**/tickets/{ticket.pk}/", timeout=15_000)  # by itself
    lead = visitors().sign_in(desk.it)
    page = lead.visit("/")
    page.click(f"#asked-of-us a[href*='{ticket.pk}']")
    page.wait_for_selector("#ticket")
    page.click("button:has-text('来电时间无误')")
    page.wait_for_selector("#ticket")
    assert first_call(room).agreed_by == desk.it.pk
    assert desk.fresh(ticket).reported_at == called


def _reported_as_grave(nurse: Visitor) -> None:
    page = nurse.visit("/report/")
    page.select_option("#id_system", label="PACS系统")
    page.wait_for_selector("#severity-1")
    page.fill("#id_title", "全院阅片工作站无法调图")
    page.fill("#id_words", "门诊和住院都调不出")
    page.check("#severity-1")
    assert page.is_visible(".level-call a[href='tel:400-800-1234'] >> nth=0")
    page.click("button:has-text('提交报修')")
    page.wait_for_url("**/call-now/")
    assert nurse.axe() == []
    assert nurse.overflow() == 0, nurse.wide()
    said = page.inner_text("main")
    assert all(words in said for words in ("400-800-1234", "王工", "门诊和住院都调不出", "对方刚刚接听"))


def test_nobody_calls_for_a_minute_and_then_the_nurse_does(nurse: Visitor, room: Room) -> None:
    """PACS-16: both sides are alarmed; one press while somebody answers starts the clocks, and nobody is asked."""
    desk = room.desk
    ticket = desk.report(severity=Severity.ONE, at=timezone.now() - 2 * MINUTE, by=desk.ward)
    assert fire_due() >= 1
    assert {desk.lead.pk, desk.engineer.pk, desk.manager.pk} <= _alarmed(room)
    page = nurse.visit(f"/tickets/{ticket.pk}/")
    page.tap(".ticket-next a.btn-primary:has-text('热线')")
    page.wait_for_url("**/call-now/")
    before = timezone.now().replace(microsecond=0)
    page.tap("button[name=when]")
    page.wait_for_url(f"**/tickets/{ticket.pk}/")
    call = first_call(room)
    assert (call.caller, call.needs_word, call.called_at >= before) == ("刘敏", False, True)
    assert desk.clock(ticket, Metric.RESPOND).due_at == call.called_at + 5 * MINUTE
    assert desk.clocks(ticket)["call"] == "missed"


def test_a_raise_by_a_click_is_kept_and_begins_with_the_call(visitors: Callable[[], Visitor], room: Room) -> None:
    """PACS-6: the hospital's IT raises B to 1 in the browser: refused there, the number to call shown big, both sides
    alarmed after a minute, and from the call that the engineer writes down it is severity 1."""
    desk = room.desk
    ticket = desk.accepted(at=timezone.now() - 30 * MINUTE)
    lead = visitors().with_device(viewport=PHONE, has_touch=True, is_mobile=True).sign_in(desk.it)
    page = lead.visit(f"/tickets/{ticket.pk}/change-severity/")
    page.check("[name=severity][value='1']")
    assert "仅限电话" in page.inner_text("form.act-form")
    page.fill("[name=why]", "门诊全部停诊")
    page.tap("form.act-form button[type=submit]")
    page.wait_for_url("**/call-now/")
    said = page.inner_text("main")
    assert all(words in said for words in ("400-800-1234", "门诊全部停诊", "升级为 1 级", "维持原级"))
    assert lead.axe() == []
    assert lead.overflow() == 0, lead.wide()
    assert desk.fresh(ticket).severity == "B"
    with desk.inside():
        Clock.objects.filter(matter=ticket.matter_id, metric=Metric.CALL).update(due_at=timezone.now() - MINUTE)
        Step.objects.filter(clock__matter=ticket.matter_id, clock__metric=Metric.CALL).update(fire_at=timezone.now())
    assert fire_due() >= 1
    assert {desk.lead.pk, desk.engineer.pk, desk.manager.pk} <= _alarmed(room)
    engineer = visitors().sign_in(desk.engineer)
    other = engineer.visit(f"/tickets/{ticket.pk}/")
    other.click(".ticket-next a.btn-primary:has-text('登记')")
    other.click("#act-form button[name=when]")
    page.wait_for_url(f"**/tickets/{ticket.pk}/", timeout=15_000)  # by itself
    assert desk.fresh(ticket).severity == "1"
    assert first_call(room).logged_by == desk.engineer.pk


def _alarmed(room: Room) -> set[object]:
    world, told = room.desk.world, set()
    for context in (Context.of_hospital(world.h1.id), Context.of_vendor(world.v1.id, world.h1.id)):
        with opened(context):
            alarms = InboxItem.objects.filter(kind=NoticeKind.DEADLINE_PASSED)
            told |= set(alarms.values_list("membership_id", flat=True))
    return told


def test_whoever_dials_from_the_page_has_the_moment_in_the_form(nurse: Visitor, room: Room) -> None:
    """The tap on the number is the call; written down later it is still that moment, and needs nobody's word."""
    ticket = room.desk.report(severity=Severity.A, at=timezone.now(), by=room.desk.ward)
    page = nurse.visit(f"/tickets/{ticket.pk}/call-now/")
    page.evaluate(DIALS_NOTHING)
    page.tap(".call-line >> nth=0")
    assert "我已拨打" in page.inner_text("button[name=when]")
    dialled = page.input_value("[name=called_at]")
    page.tap("button[name=when]")
    page.wait_for_url(f"**/tickets/{ticket.pk}/")
    call = first_call(room)
    assert timezone.localtime(call.called_at).strftime("%Y-%m-%dT%H:%M:%S") == dialled
    assert not call.needs_word
