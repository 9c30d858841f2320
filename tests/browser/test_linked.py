"""What belongs together, incidents, plans and remote access, in a real browser."""

from __future__ import annotations

from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.linked_pages import linked_room, looks_at
from tests.browser.visitor import Visitor
from tests.world import World


def test_every_page_of_what_belongs_together(visitor: Visitor, world: World) -> None:
    """ALL-8: nothing cut off, nothing untranslated, nobody kept out."""
    paths, people = linked_room(world)
    for name, path in paths.items():
        visitor.sign_in(looks_at(name, people))
        look(visitor, path)
        assert latin_sentences(visitor.page.content()) == [], path
