"""Not a test of its own (its name keeps it out of the suite): pictures of what both sides agree on."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.agreement_pages import agreement_paths
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths = agreement_paths(world)
    for width, theme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        for name, (path, member) in paths.items():
            if ONLY in name:
                visitor = visitors().with_device(viewport=width, color_scheme=theme)
                page = visitor.sign_in(member).visit(path)
                page.screenshot(path=FOLDER / f"{name}-{width['width']}-{theme}.png", full_page=True)
