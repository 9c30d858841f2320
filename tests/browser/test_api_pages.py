"""The pages beside the interface for programs: tokens, what a program was told, a ticket's number elsewhere. ALL-8."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.program_pages import program_room
from tests.browser.visitor import Visitor
from tests.world import World

PICTURES = os.environ.get("PICTURES", "")  # a folder: what was walked is kept there to be looked at


def test_every_page_beside_the_interface(visitor: Visitor, world: World) -> None:
    paths, lead = program_room(world)
    visitor.sign_in(lead).prove(lead)
    for name, path in paths.items():
        look(visitor, path)
        _keep(visitor, name)
        assert latin_sentences(visitor.page.content()) == [], path
    page = visitor.visit("/tokens/new/")
    page.fill("[name=name]", "集成平台")
    page.check("[name=scopes][value='tickets.report']")
    page.click("form.stack button[type=submit]")
    for _ in visitor.on_each_device():
        assert page.input_value("#secret").startswith("sdt_")
        assert visitor.overflow() <= 0
        assert visitor.axe() == []
    _keep(visitor, "token-made")


def _keep(visitor: Visitor, name: str) -> None:
    if not PICTURES:
        return
    for options in visitor.on_each_device():
        size = options["viewport"]
        height = visitor.page.evaluate("document.documentElement.scrollHeight")
        visitor.page.set_viewport_size({**size, "height": max(height, size["height"])})
        visitor.page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png")
