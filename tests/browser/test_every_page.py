"""Every page, whoever sees it: nothing foreign, nothing broken, nobody kept out, nothing untranslated, nothing cut off.

Foreign hosts, console errors and violations of the CSP fail each of these by themselves (conftest.py).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.language import latin_sentences
from tests.browser.pages import PAGES, Walk, member_for
from tests.browser.visitor import DEVICES, Visitor
from tests.world import World


@pytest.fixture
def guest(visitors: Callable[[], Visitor], world: World, walk: Walk) -> Visitor:
    visitor = visitors()
    if walk.status != 200:
        visitor.expects = (f"status of {walk.status}",)
    member = member_for(walk, world)
    return visitor.sign_in(member) if member else visitor


def too_small(guest: Visitor) -> list[str]:
    """What a thumb misses: under 44 px. Links inside a sentence or a row are exempt, as WCAG 2.5.8 has it."""
    return guest.page.eval_on_selector_all(
        ".btn, .bottom-link, .top-button, .menu-item, .tab, summary, select, input:not([type=hidden]):not([type=radio])"
        ":not([type=checkbox])",
        """elements => elements.filter(e => e.getClientRects().length && !e.closest('figure'))
                               .filter(e => e.getBoundingClientRect().height < 43.5)
                               .map(e => e.outerHTML.slice(0, 80))""",
    )


@pytest.mark.parametrize("walk", PAGES, ids=str)
def test_page(guest: Visitor, walk: Walk) -> None:
    """ALL-7: nothing from outside. ALL-8: Chinese is complete. At 360 px nothing is wider than the screen."""
    for options in DEVICES:
        page = guest.with_device(**options).visit(walk.path)
        assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == walk.status
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.dataset.bsTheme") == options["color_scheme"]
        assert guest.overflow() == 0
        assert guest.axe() == []
    assert latin_sentences(page.content()) == []
    assert too_small(guest) == []
