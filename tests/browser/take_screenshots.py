"""Not a test of its own (its name keeps it out of the suite): pictures for the eye. See screenshots.py."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Route

from tests.browser.pages import PAGES
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.browser.walks import Walk, member_for, path_of
from tests.world import World

FOLDER = Path(settings.BASE_DIR) / "var" / "screenshots"
ONLY = os.environ.get("SCREENSHOTS_OF", "")
OLD = bool(os.environ.get("SCREENSHOTS_OLD"))


def as_an_old_browser(route: Route) -> None:
    """What Chromium 86 makes of the sheet: it drops the colours it does not know and takes the plain ones."""
    sheet = route.fetch().text()
    for function in ("oklch", "color-mix", "light-dark"):
        sheet = sheet.replace(f"{function}(", f"unknown-{function}(")
    sheet = sheet.replace("@supports not (color:unknown-light-dark(red,red))", "@media all")
    route.fulfill(body=sheet, content_type="text/css")


@pytest.mark.parametrize("walk", [walk for walk in PAGES if ONLY in walk.name], ids=str)
def test_picture(walk: Walk, world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    member = member_for(walk, world)
    for width, theme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        visitor.expects = ("404",)
        if OLD:
            visitor.context.route("**/main*.css", as_an_old_browser)
        if member:
            visitor.sign_in(member)
        visitor.visit(path_of(walk, world))
        name = f"{walk.name}-{width['width']}-{theme}{'-old' if OLD else ''}.png"
        height = visitor.page.evaluate("document.documentElement.scrollHeight")
        visitor.page.set_viewport_size({**width, "height": max(height, width["height"])})
        visitor.page.screenshot(path=FOLDER / name)
