"""Not a test of its own (its name keeps it out of the suite): pictures of what belongs together."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.linked_pages import linked_room, looks_at
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths, people = linked_room(world)
    for width, theme in ((DESK, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        for name, path in paths.items():
            if ONLY not in name:
                continue
            visitor.page.set_viewport_size(width)
            visitor.sign_in(looks_at(name, people))
            visitor.visit(path)
            height = visitor.page.evaluate("document.documentElement.scrollHeight")
            visitor.page.set_viewport_size({**width, "height": max(height, width["height"])})
            visitor.page.screenshot(path=FOLDER / f"linked-{name}-{width['width']}-{theme}.png")
