"""What one side proposes and the other decides, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.agreement_pages import agreement_paths
from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.visitor import Visitor
from tests.world import World


def test_what_is_proposed_and_agreed(world: World, visitors: Callable[[], Visitor]) -> None:
    """HRP-3, SMART-2: every page of it, on a phone and at a desk, in Chinese and without a word cut off."""
    for path, member in agreement_paths(world).values():
        visitor = visitors().sign_in(member)
        look(visitor, path)
        assert latin_sentences(visitor.page.content()) == [], path
