"""The form is sent before the chosen system's own fields have arrived: nothing is lost, and a ticket comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.browser.report_pages import Room, report_room
from tests.browser.visitor import PHONE, Visitor
from tests.world import World

CHOOSES = "step=choose"


@pytest.fixture
def room(world: World) -> Room:
    return report_room(world)


@pytest.fixture
def nurse(visitors: Callable[[], Visitor], room: Room) -> Visitor:
    return visitors().with_device(viewport=PHONE, has_touch=True, is_mobile=True).sign_in(room.desk.ward)


def held_back(nurse: Visitor) -> list[Route]:
    """A slow network: what belongs to the system comes when the test lets it."""
    held: list[Route] = []

    def slow(route: Route) -> None:
        is_choice = route.request.method == "POST" and CHOOSES in (route.request.post_data or "")
        held.append(route) if is_choice else route.continue_()

    nurse.page.route("**/report/", slow)
    return held


def let_go(nurse: Visitor, held: list[Route]) -> None:
    while not held:
        nurse.page.wait_for_timeout(20)
    held.pop().continue_()


def test_sent_too_early_it_waits_and_is_a_ticket(nurse: Visitor, room: Room) -> None:
    """PACS-7: from a system without levels to one with them, the send pressed twice meanwhile."""
    page = nurse.visit("/report/")
    held = held_back(nurse)
    page.fill("#id_title", "阅片工作站无法调图")
    page.fill("#id_words", "三号机和四号机")
    page.select_option("#id_system", label="PACS系统")
    for _ in range(2):
        page.click("button:has-text('提交报修')")
    let_go(nurse, held)
    page.wait_for_selector("#severity-B")
    page.wait_for_timeout(150)
    assert room.tickets() == []
    assert page.evaluate("document.querySelector('[name=severity]').validity.valueMissing")
    page.check("#severity-B")
    page.click("button:has-text('提交报修')")
    page.wait_for_url("**/tickets/*/")
    (ticket,) = room.tickets()
    assert (ticket.title, ticket.words, ticket.severity) == ("阅片工作站无法调图", "三号机和四号机", "B")


def test_another_system_chosen_at_the_last_moment(nurse: Visitor, room: Room) -> None:
    """Under one contract it was severity B; the other's fields are still on their way when it is sent."""
    page = nurse.visit("/report/")
    page.fill("#id_title", "打不开")
    page.select_option("#id_system", label="PACS系统")
    page.check("#severity-B")
    held = held_back(nurse)
    page.select_option("#id_system", label="固定资产管理系统")
    page.click("button:has-text('提交报修')")
    let_go(nurse, held)
    page.wait_for_url("**/tickets/*/")
    (ticket,) = room.tickets()
    assert (ticket.vendor_id, ticket.severity) == (room.desk.world.v2.id, "B")
