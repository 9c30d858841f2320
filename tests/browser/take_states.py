"""Not in the suite, by its name: a ticket's page in every state, for each kind of person."""

from __future__ import annotations

from collections.abc import Callable

from servicedesk.tenancy.wall import Context, opened
from tests.browser.take_screenshots import FOLDER, ONLY
from tests.browser.ticket_pages import name_them
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.tickets.people import make_desk
from tests.tickets.test_page import in_every_state
from tests.world import World


def test_pictures_of_states(world: World, visitors: Callable[[], Visitor]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with opened(Context()):
        desk = make_desk(world)
    name_them(desk)
    people = {"engineer": desk.engineer, "it": desk.it, "ward": desk.ward}
    tickets = {state: ticket for state, ticket in in_every_state(desk).items() if ONLY in state.replace(" ", "-")}
    for width, theme in ((DESK, "light"), (PHONE, "dark")):
        visitor = visitors().with_device(viewport=width, color_scheme=theme)
        for who, member in people.items():
            visitor.sign_in(member)
            for state, ticket in tickets.items():
                page = visitor.visit(f"/tickets/{ticket.pk}/")
                page.locator("#around").scroll_into_view_if_needed()
                page.wait_for_selector("#around:not(:has(> a))", state="attached")
                height = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({**width, "height": max(height, width["height"])})
                page.screenshot(path=FOLDER / f"state-{state.replace(' ', '-')}-{who}-{width['width']}.png")
                page.set_viewport_size(width)
