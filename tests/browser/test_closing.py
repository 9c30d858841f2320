"""A ticket's end in a real browser: signed with a finger on a phone, refused, confirmed, kept as a record."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.closing_pages import Room, closing_room
from tests.browser.language import latin_sentences
from tests.browser.test_calendars import look_at
from tests.browser.test_every_page import too_small
from tests.browser.visitor import PHONE, Visitor
from tests.world import PASSWORD, World
from tickets.enums import Ending, State, Way
from tickets.models import FeedbackForm, MaintenanceRecord

NAME = (((0.1, 0.8), (0.2, 0.2), (0.3, 0.8)), ((0.35, 0.3), (0.5, 0.7)), ((0.55, 0.2), (0.7, 0.8), (0.9, 0.3)))
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture
def room(world: World) -> Room:
    return closing_room(world)


@pytest.fixture
def phone(visitors: Callable[[], Visitor]) -> Visitor:
    return visitors().with_device(**TOUCH)


def sign_with_finger(page: Page) -> None:
    """A name in three strokes, by touch events as the screen of a phone makes them."""
    paper = page.locator(".sign-pad-paper")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    screen = page.context.new_cdp_session(page)
    for line in (
        ((0.1, 0.8), (0.2, 0.2), (0.3, 0.8)),
        ((0.35, 0.3), (0.5, 0.7)),
        ((0.55, 0.2), (0.7, 0.8), (0.9, 0.3)),
    ):
        points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in _between(line)]
        screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for point in points[1:]:
            screen.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(600)  # as a hand does: sooner, the next tap would be the second of a double one


def _between(corners: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    found = [corners[0]]
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        found += [(ax + (bx - ax) * step / 6, ay + (by - ay) * step / 6) for step in range(1, 7)]
    return found


def test_every_page_of_closing(visitors: Callable[[], Visitor], room: Room) -> None:
    """ALL-8: nothing cut off, nothing untranslated, nobody kept out, nothing too small for a thumb."""
    guest, member = visitors(), visitors().sign_in(room.desk.it)
    guest.expects = ("status of 410",)
    for visitor, path in [
        (guest, f"/sign/{room.secret}/"),
        (guest, "/sign/nothing/"),
        *((member, path) for path in room.paths.values()),
    ]:
        page = visitor.visit(path)
        for fold in page.locator("details.fold > summary").all():
            fold.click()
        assert page.locator("h1").count() == 1, path
        for _ in visitor.on_each_device():
            assert visitor.overflow() == 0, (path, visitor.wide())
            assert visitor.axe() == [], path
        assert latin_sentences(page.content()) == [], path
        assert too_small(visitor) == [], path


def test_signed_with_a_finger_on_the_engineers_phone_then_confirmed(
    phone: Visitor, visitors: Callable[[], Visitor], room: Room
) -> None:
    """PACS-8, SMART-10, HRP-6: handed over, signed by touch, confirmed by the hospital's IT, kept as a record."""
    phone.sign_in(room.desk.engineer)
    phone.expects = ("status of 403",)
    page = phone.visit(f"/tickets/{room.resolved.pk}/sign/here/")
    assert page.locator("nav, .rail, .bottombar").count() == 0
    look_at(phone)
    page.get_by_label("您的姓名", exact=True).fill("刘敏")
    page.get_by_text("满意", exact=True).tap()
    sign_with_finger(page)
    assert page.locator(".sign-pad.is-signed").count() == 1
    page.get_by_role("button", name="已解决，提交签字").tap()
    page.get_by_text("请把设备交还工程师。").wait_for()
    _stays_locked_until_the_engineer_has_it(page, room)
    form = _form(room)
    assert (form.way, form.name, form.handed_name) == (Way.HANDED, "刘敏", room.desk.engineer.name)
    assert form.strokes.count("M") == 3

    it = visitors().sign_in(room.desk.it)
    page = it.visit(f"/feedback/{form.pk}/")
    assert page.locator(".signed-drawing path").get_attribute("d") == form.strokes
    assert page.get_by_text("签字后未被改动").count() == 1
    page.get_by_role("button", name="确认并关闭").click()
    page.get_by_role("link", name="维护记录").last.click()
    page.get_by_role("heading", name="维护记录").wait_for()
    with room.desk.inside():
        record = MaintenanceRecord.objects.get(ticket=room.resolved)
    assert (record.ending, record.signer_name) == (Ending.BOTH, "刘敏")
    assert room.desk.fresh(room.resolved).state == State.CLOSED
    assert set(room.desk.clocks(room.resolved).values()) == {"met"}


def _stays_locked_until_the_engineer_has_it(page: Page, room: Room) -> None:
    page.goto("/")
    page.get_by_role("heading", name="请把设备交还工程师").wait_for()
    page.get_by_role("link", name="我是工程师").tap()
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").tap()
    page.wait_for_url(f"**/tickets/{room.resolved.pk}/")


def test_a_dot_is_refused_and_what_was_written_stays(phone: Visitor, room: Room) -> None:
    phone.expects = ("status of 409",)
    page = phone.visit(f"/sign/{room.secret}/")
    page.get_by_label("您的姓名", exact=True).fill("刘敏")
    page.get_by_text("一般", exact=True).tap()
    page.locator("[name=words]").fill("来得有点晚")
    page.locator(".sign-pad-paper").tap()
    page.get_by_role("button", name="已解决，提交签字").tap()
    page.get_by_text("这不足以作为签名").wait_for()
    assert page.locator("[name=words]").input_value() == "来得有点晚"
    assert page.locator("[name=satisfaction][value=so_so]").is_checked()
    page.get_by_role("button", name="清除重签").tap()
    sign_with_finger(page)
    page.get_by_role("button", name="已解决，提交签字").tap()
    page.get_by_text("您可以关闭此页面。").wait_for()
    assert (_form(room).way, _form(room).words) == (Way.LINK, "来得有点晚")


def test_the_mouse_and_the_keyboard_alone_serve_as_well(visitors: Callable[[], Visitor], room: Room) -> None:
    guest = visitors()
    page = guest.visit(f"/sign/{room.secret}/")
    paper = page.locator(".sign-pad-paper")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for place in range(1, 12):
        page.mouse.move(box["x"] + 20 + 25 * place, box["y"] + (90 if place % 2 else 20))
    page.mouse.up()
    assert page.locator("[name=strokes]").input_value().startswith("M")
    page.get_by_role("button", name="清除重签").click()
    assert page.locator("[name=strokes]").input_value() == ""
    page.locator("[name=name]").focus()
    page.keyboard.type("刘敏")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("改为输入姓名").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("刘敏")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("您可以关闭此页面。").wait_for()
    assert (_form(room).typed, _form(room).strokes) == ("刘敏", "")


def test_two_tabs_sign_at_once_and_one_is_told(visitors: Callable[[], Visitor], room: Room) -> None:
    first, second = visitors().sign_in(room.desk.engineer), visitors().sign_in(room.desk.engineer)
    second.expects = ("status of 409",)
    pages = [each.visit(f"/tickets/{room.resolved.pk}/sign/here/") for each in (first, second)]
    for page, name in zip(pages, ("刘敏", "陈静"), strict=True):
        page.locator("[name=name]").fill(name)
        page.locator("[name=satisfaction]").first.check()
        page.get_by_text("改为输入姓名").click()
        page.locator("[name=typed]").fill(name)
        page.locator("[name=is_mine]").check()
    pages[0].get_by_role("button", name="已解决，提交签字").click()
    pages[0].get_by_text("请把设备交还工程师。").wait_for()
    pages[1].get_by_role("button", name="已解决，提交签字").click()
    pages[1].get_by_text("已签字，等待院方确认。").wait_for()
    assert pages[1].locator("[name=name]").input_value() == "陈静"
    assert _form(room).name == "刘敏"


def test_the_reporter_proves_who_they_are_and_signs(visitors: Callable[[], Visitor], room: Room) -> None:
    visitor = visitors().sign_in(room.desk.ward)
    page = visitor.visit(f"/tickets/{room.resolved.pk}/sign/")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.get_by_text(f"签字人：{room.desk.ward.name}").wait_for()
    look_at(visitor)
    page.locator("[name=satisfaction]").first.check()
    page.get_by_text("改为输入姓名").click()
    page.locator("[name=typed]").fill(room.desk.ward.name)
    page.locator("[name=is_mine]").check()
    page.get_by_role("button", name="已解决，提交签字").click()
    page.get_by_text("签字后未被改动").wait_for()
    assert (_form(room).way, _form(room).person) == (Way.ACCOUNT, room.desk.ward.pk)


def _form(room: Room) -> FeedbackForm:
    with room.desk.inside():
        return FeedbackForm.objects.get(ticket=room.resolved)
