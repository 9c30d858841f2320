"""Not a test of its own (its name keeps it out of the suite): pictures of the pages on which a ticket ends."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.closing_pages import closing_room
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World


def test_pictures(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    room = closing_room(world)
    paths = {"sign-link": f"/sign/{room.secret}/", "sign-no-link": "/sign/nothing/", **room.paths}
    for width, theme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")):
        guest, member = (visitors().with_device(viewport=width, color_scheme=theme) for _ in range(2))
        guest.expects = ("status of 410",)
        member.sign_in(room.desk.it)
        for name, path in paths.items():
            if ONLY not in name:
                continue
            visitor = guest if name.startswith("sign-") else member
            visitor.page.set_viewport_size(width)
            visitor.visit(path)
            height = visitor.page.evaluate("document.documentElement.scrollHeight")
            visitor.page.set_viewport_size({**width, "height": max(height, width["height"])})
            visitor.page.screenshot(path=FOLDER / f"{name}-{width['width']}-{theme}.png")
            if name == "feedback-signed" and theme == "light" and width is DESK:
                visitor.page.emulate_media(media="print")
                visitor.page.set_viewport_size({"width": 794, "height": 1123})
                visitor.page.screenshot(path=FOLDER / f"{name}-print.png")
                visitor.page.emulate_media(media="screen")
        engineer = visitors().with_device(viewport=width, color_scheme=theme)
        page = engineer.sign_in(room.desk.engineer).visit(room.paths["feedback-unsigned"])
        page.get_by_role("button", name="扫码或链接签字").click()
        page.locator("svg.qr").wait_for()
        page.screenshot(path=FOLDER / f"link-{width['width']}-{theme}.png")
        page = engineer.visit(f"/tickets/{room.signed.pk}/sign/here/")
        page.screenshot(path=FOLDER / f"thanks-{width['width']}-{theme}.png")
