"""Every page, whoever sees it: nothing foreign, nothing broken, nobody kept out, nothing untranslated, nothing cut off.

Foreign hosts, console errors and violations of the CSP fail each of these by themselves (conftest.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from servicedesk.tenancy.models import Membership
from tests.browser.conftest import wait_for_the_server
from tests.browser.language import latin_sentences
from tests.browser.pages import PAGES
from tests.browser.visitor import ON_A_PHONE, Contexts, Visitor
from tests.browser.walks import Walk, member_for, path_of
from tests.conftest import flush
from tests.world import World, make_world

# Every page is looked at by day on a desk and by night on a phone; a desk by night and a phone by day hold the same
# components, which stand here.
BOTH_LIGHTS = {
    "gallery",
    "sign-in",
    "home-hospital",
    "home-vendor",
    "board",
    "tickets",
    "calendars",
    "contracts",
    "trail",
}


@pytest.fixture(scope="module")
def town(contexts: Contexts, django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Walking changes nothing, so one world and one server are enough for all pages, and one person for each role."""
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        with server._live_server_modified_settings:
            town = Town(Visitor(contexts, server.url), make_world())
            yield town
            town.visitor.close()
        server.stop()
        wait_for_the_server()
        flush()


class Town:
    """One window for all walks: a new one each time would cost as much as the page that is looked at."""

    def __init__(self, visitor: Visitor, world: World) -> None:
        self.visitor, self.world = visitor, world
        self.members: dict[Any, Membership | None] = {}

    def guest(self, walk: Walk) -> Visitor:
        if walk.role not in self.members:
            self.members[walk.role] = member_for(walk, self.world)
        self.visitor.context.clear_cookies()
        member = self.members[walk.role]
        return self.visitor.sign_in(member).prove(member) if member else self.visitor


@pytest.fixture
def guest(town: Town, walk: Walk) -> Iterator[Visitor]:
    visitor = town.guest(walk)
    visitor.expects = (f"status of {walk.status}",) if walk.status != 200 else ()
    yield visitor
    visitor.visit("about:blank")
    try:
        visitor.assert_nothing_wrong()
    finally:
        visitor.trouble.clear(), visitor.foreign.clear()


def too_small(guest: Visitor) -> list[str]:
    """What a thumb misses: under 44 px. Links inside a sentence or a row are exempt, as WCAG 2.5.8 has it."""
    guest.turn_to(ON_A_PHONE)
    return guest.page.eval_on_selector_all(
        ".btn, .bottom-link, .top-button, .menu-item, .tab, summary, select, input:not([type=hidden]):not([type=radio])"
        ":not([type=checkbox])",
        """elements => elements.filter(e => e.getClientRects().length && !e.closest('figure'))
                               .filter(e => e.getBoundingClientRect().height < 43.5)
                               .map(e => e.outerHTML.slice(0, 80))""",
    )


@pytest.mark.parametrize("walk", PAGES, ids=str)
def test_page(town: Town, guest: Visitor, walk: Walk) -> None:
    """ALL-7: nothing from outside. ALL-8: Chinese is complete. At 360 px nothing is wider than the screen."""
    path = path_of(walk, town.world)
    page = guest.visit(path)
    assert urlsplit(page.url).path == urlsplit(path).path, "sent elsewhere, so nobody has looked at it"
    assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == walk.status
    assert page.locator("h1").count() == 1
    for options in guest.on_each_device():
        assert page.evaluate("document.documentElement.dataset.bsTheme") == options["color_scheme"]
        assert guest.overflow() == 0
        assert guest.axe() == []
        if walk.name in BOTH_LIGHTS:
            assert guest.in_the_other_light() == []
    assert latin_sentences(page.content()) == []
    assert too_small(guest) == []
