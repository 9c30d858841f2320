"""Not a test of its own (its name keeps it out of the suite): pictures of the pages on which faults are reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from tests.browser.report_pages import Room, fill, paths_of, report_room
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World
from tickets.services.visiting import call_for_visit, dispatch

WARD = {"report", "report-chosen", "call-now", "outages", "ward-home", "ward-call"}


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    room = report_room(world)
    paths = paths_of(room, fill(room)) | {"numbers": "/numbers/", "ward-home": "/", "ward-call": "/calls/new/"}
    paths |= {"check-in": room.page}
    who = dict.fromkeys(WARD, room.desk.ward) | {"numbers": room.desk.lead, "check-in": room.desk.engineer}
    expect(room)
    for width, theme in ((DESK, "light"), (PHONE, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        visitor.expects = ("410",)
        for name, path in paths.items():
            if ONLY not in name:
                continue
            visitor.sign_in(who.get(name, room.desk.it))
            visitor.visit(path)
            if name == "make-stickers":
                visitor.page.fill("textarea", "\n".join(f"阅片工作站 {n:02}" for n in range(30)))
                visitor.page.click("form button.btn-primary")
                visitor.page.wait_for_selector(".sticker-sheet")
            if name == "scan" and width == PHONE:
                _shoot(visitor, f"{name}-first-{width['width']}-{theme}", width)
                visitor.page.click("label[for=symptom-slow]")
                visitor.page.click(".halts")
                _shoot(visitor, f"{name}-halts-{width['width']}-{theme}", width)
                visitor.page.click(".send")
                visitor.page.wait_for_selector("#live")
                _shoot(visitor, f"{name}-call-{width['width']}-{theme}", width)
                visitor.visit(room.quiet_page)
                visitor.page.click("label[for=symptom-slow]")
                visitor.page.click("summary")
                _shoot(visitor, f"{name}-more-{width['width']}-{theme}", width)
                visitor.page.click(".send")
                visitor.page.wait_for_selector("#live")
                name = "scan-after"
            _shoot(visitor, f"{name}-{width['width']}-{theme}", width)


def expect(room: Room) -> None:
    """Somebody is called for, and the engineer stands before the sticker."""
    desk, now = room.desk, timezone.now()
    ticket = desk.accepted(title="阅片工作站无法调图，远程看不出", at=now - timedelta(minutes=30))
    visit = desk.act(call_for_visit, ticket, by=desk.it, at=now, why="远程看不出")
    desk.act(dispatch, visit, by=desk.engineer, at=now, engineer=desk.engineer)


def _shoot(visitor: Visitor, name: str, width: dict) -> None:
    if visitor.page.locator(".scan-page").count():  # real phones have Chinese letters; this machine has none
        visitor.page.add_style_tag(url="/static/dist/fonts.css")
        visitor.page.wait_for_timeout(400)
    visitor.page.set_viewport_size(width)
    height = visitor.page.evaluate("document.documentElement.scrollHeight")
    visitor.page.set_viewport_size({**width, "height": max(height, width["height"])})
    visitor.page.screenshot(path=FOLDER / f"{name}.png")
    visitor.page.set_viewport_size(width)
