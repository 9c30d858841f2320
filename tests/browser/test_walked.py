"""What a stranger stumbled over who walked the joined product, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.report_pages import report_room
from tests.browser.ticket_pages import ticket_room
from tests.browser.visitor import PHONE, Visitor
from tests.world import World

TOP_OF_PANE = """() => {
    const line = document.querySelector("#pane .ticket-line").getBoundingClientRect();
    const title = document.querySelector("#pane .ticket-title").getBoundingClientRect();
    return [line.top - document.getElementById("pane").getBoundingClientRect().top, title.top - line.bottom];
}"""


def test_a_refused_post_shows_where(visitors: Callable[[], Visitor], world: World) -> None:
    """On a phone the field that was refused lay two screens below, and the page looked as before."""
    room = report_room(world)
    visitor = visitors().with_device(viewport=PHONE).sign_in(room.desk.it)
    page = visitor.visit("/report/")
    page.evaluate("document.querySelector('.report-form').noValidate = true")
    page.select_option("#id_system", index=1)
    page.wait_for_selector("[name=severity]")
    page.locator("[name=severity][value=C]").check()
    page.click(".report-form button.btn-lg")
    page.wait_for_selector("#id_title.is-invalid:focus")
    assert 60 < page.locator("#id_title").bounding_box()["y"] < PHONE["height"] - 100


def test_the_pane_beside_the_queue_begins_with_its_ticket(visitor: Visitor, world: World) -> None:
    """The ticket's line hung a bar's height below the pane's edge and covered its title."""
    room = ticket_room(world)
    page = visitor.sign_in(room.desk.engineer).visit("/tickets/")
    page.keyboard.press("s")
    page.wait_for_selector("#pane .ticket-title")
    below_edge, title_below = page.evaluate(TOP_OF_PANE)
    assert below_edge <= 2
    assert title_below >= 0


def test_a_megabyte_is_called_too_long_and_no_dead_server(visitor: Visitor, world: World) -> None:
    """Bad input: what the server does not even read is said to be too long, and stays in the field."""
    room = ticket_room(world)
    visitor.expects = ("400",)
    page = visitor.sign_in(room.desk.engineer).visit(room.path())
    field = page.locator("#panel-reply textarea")
    field.evaluate("field => { field.value = '好'.repeat(1000000); }")
    page.click("#panel-reply button[type=submit]")
    page.wait_for_selector(".toast-note:has-text('内容太长')")
    assert field.evaluate("field => field.value.length") == 1_000_000
