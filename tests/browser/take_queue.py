"""Not a test of its own (its name keeps it out of the suite): pictures of the queue."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from tests.browser.queue_room import queue_room
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World

WIDE = {"width": 1680, "height": 900}
PAGES = {
    "queue": ("vendor", "/tickets/"),
    "queue-filtered": ("vendor", "/tickets/?severity=B&unassigned=1"),
    "queue-filter": ("vendor", "/tickets/filter/?severity=B"),
    "queue-hospital": ("hospital", "/tickets/"),
    "queue-ward": ("ward", "/tickets/"),
    "queue-keep": ("vendor", "/tickets/views/keep/?severity=B"),
    "queue-closed": ("hospital", "/tickets/?view=closed"),
}


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    _desk, people = queue_room(world, timezone.now())
    for width, theme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        for name, (who, path) in PAGES.items():
            if ONLY in name:
                visitor.sign_in(people[who])
                visitor.visit(path)
                visitor.page.screenshot(path=FOLDER / f"{name}-{width['width']}-{theme}.png", full_page=True)
    visitor = visitors().with_device(viewport=WIDE, color_scheme="light")
    visitor.sign_in(people["vendor"]).visit("/tickets/")
    visitor.page.keyboard.press("s")
    visitor.page.keyboard.press("j")
    visitor.page.wait_for_selector("#pane h1")
    visitor.page.screenshot(path=FOLDER / "queue-split-1680.png")
