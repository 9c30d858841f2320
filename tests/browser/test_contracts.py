"""The pages of contracts with something in them, in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.contract_pages import full_room, look
from tests.browser.language import latin_sentences
from tests.browser.visitor import PHONE, Visitor
from tests.world import World

CODED = ("-", "PACS-")


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": PHONE}], ids=str)
def test_every_page_of_contracts(visitor: Visitor, world: World, options: dict) -> None:
    """ALL-8: nothing cut off, nothing untranslated, nobody kept out."""
    paths, manager, _ = full_room(world)
    visitor.sign_in(manager)
    visitor.with_device(**options)
    for path in paths.values():
        look(visitor, path)
        assert latin_sentences(visitor.page.content()) == [], path
