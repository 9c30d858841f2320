"""Not a test of its own (its name keeps it out of the suite): pictures of the pages on which promises change."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.promise_pages import promises_room
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths, manager, lead = promises_room(world)
    for width, theme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        for name, path in paths.items():
            if ONLY not in name:
                continue
            visitor.sign_in(lead if name in ("matrix-asked", "contract-asked") else manager)
            visitor.visit(path)
            visitor.page.set_viewport_size(width)
            if name == "matrix":  # with a cell open in its place
                visitor.page.click("#line-0 .matrix-cell >> nth=0")
                visitor.page.wait_for_selector("#editor-0 form")
            height = visitor.page.evaluate("document.documentElement.scrollHeight")
            visitor.page.set_viewport_size({**width, "height": max(height, width["height"])})
            visitor.page.screenshot(path=FOLDER / f"{name}-{width['width']}-{theme}.png")
