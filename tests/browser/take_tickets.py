"""Not a test of its own (its name keeps it out of the suite): pictures of a ticket's pages."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.ticket_pages import paths_of, ticket_room
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World


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
