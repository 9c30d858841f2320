"""Ctrl-K with the keyboard alone, under the strict policy, and with an input method."""

from __future__ import annotations

from servicedesk.tenancy.enums import Role
from tests.browser.visitor import Visitor
from tests.tickets.examples import make_ticket
from tests.world import World, make_member


def test_from_anywhere_to_a_ticket_and_to_a_page(world: World, visitor: Visitor):
    ticket = make_ticket(world.h1, world.v1, title="胶片打印机卡纸")
    page = visitor.sign_in(make_member(Role.IT_ENGINEER, world.h1)).visit("/inbox/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    page.keyboard.type("卡纸")
    page.wait_for_selector("#palette mark")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.pk}/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    first = page.get_attribute("#palette input", "aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#palette input", "aria-activedescendant") != first
    page.keyboard.press("Escape")
    assert page.query_selector("#palette[open]") is None
    page.keyboard.press("?")
    assert "Ctrl" in page.inner_text("#keys")


def test_what_an_input_method_composes_is_not_searched_for(world: World, visitor: Visitor):
    page = visitor.sign_in(make_member(Role.IT_ENGINEER, world.h1)).visit("/inbox/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "palette" in request.url else None)
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    before = len(asked)
    page.evaluate(
        """() => {
            const field = document.querySelector("#palette input");
            const fire = (kind, more) => field.dispatchEvent(new (more.key ? KeyboardEvent : InputEvent)(kind,
                { bubbles: true, cancelable: true, isComposing: true, ...more }));
            field.value = "da yin"; fire("input", { data: "da yin" }); fire("keydown", { key: "Enter" });
        }"""
    )
    page.wait_for_timeout(400)
    assert len(asked) == before
    assert page.url.endswith("/inbox/")
    page.evaluate(
        """() => { const field = document.querySelector("#palette input"); field.value = "打印";
                   field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "打印" })); }"""
    )
    page.locator("#palette-list", has_text="打印").wait_for()
    assert len(asked) == before + 1
