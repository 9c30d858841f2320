"""Not a test of its own (its name keeps it out of the suite): pictures of a ticket's pages."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.ticket_pages import paths_of, ticket_room
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World
from tickets.services import working


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths = paths_of(ticket_room(world))
    for width, theme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        for name, (path, member) in paths.items():
            if ONLY not in name:
                continue
            visitor.sign_in(member)
            page = visitor.visit(path)
            page.set_viewport_size(width)
            for tab in ("", "acts") if name in ("ticket-engineer", "ticket-it") else ("",):
                if tab:
                    page.click(f"#tab-{tab}")
                height = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({**width, "height": max(height, width["height"])})
                page.screenshot(path=FOLDER / f"{name}{tab and '-' + tab}-{width['width']}-{theme}.png")
                page.set_viewport_size(width)


def test_pictures_of_moments(world: World, visitors: Callable[[], Visitor]) -> None:
    """An act's form over the page, and an answer that was stopped."""
    room = ticket_room(world)
    for width, theme in ((DESK, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        visitor.expects = ("Failed to load resource",)
        page = visitor.sign_in(room.desk.engineer).visit(room.path())
        page.keyboard.press("s")
        page.wait_for_selector("#act[open] textarea:focus")
        page.screenshot(path=FOLDER / f"moment-act-{width['width']}-{theme}.png")
        page.keyboard.press("Escape")
        room.desk.act(working.say, room.ticket, by=room.desk.it, at=timezone.now(), text="二号诊室也打不开")
        page.fill("#reply-text", "归档服务已经重启，请再试一次")
        page.click("#panel-reply button[type=submit]")
        page.wait_for_selector(".stale")
        page.locator("#composer").scroll_into_view_if_needed()
        page.screenshot(path=FOLDER / f"moment-stale-{width['width']}-{theme}.png")
