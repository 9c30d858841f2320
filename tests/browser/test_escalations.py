"""An engineer woken at night, on a phone: what runs out, who was told, and 'I take care of it'."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.clocks.services import waivers
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Armed, Metric, Severity
from tests.browser.test_calendars import look_at
from tests.browser.test_every_page import too_small
from tests.browser.visitor import ON_A_PHONE, Visitor
from tests.clocks.desks import ON_SITE, RESPOND, Place, engineer, make_place
from tests.clocks.test_promise_pages import tell
from tests.world import World, give_second_factor

VISIT = replace(ON_SITE, armed=Armed.AT_REPORT)


@pytest.fixture
def place(world: World) -> Place:
    place = make_place(world)
    for minutes, severity in ((58, Severity.A), (70, Severity.ONE), (20, Severity.B)):
        matter = place.reported(RESPOND, VISIT, at=timezone.now() - timedelta(minutes=minutes), severity=severity)
        tell(place, place.clock(matter))
        tell(place, place.clock(matter, Metric.ON_SITE), nobody=["on_duty"], late=True)
    with place.inside():
        waivers.solved_remotely(
            place.clock(matter, Metric.ON_SITE),
            why="远程重启了影像服务，调图已恢复", by=engineer(place), at=timezone.now(),
        )  # fmt: skip
    return place


def test_woken_at_night(visitor: Visitor, place: Place) -> None:
    visitor.sign_in(place.people[Recipient.ON_DUTY]).with_device(**ON_A_PHONE)
    page = visitor.visit("/escalations/")
    look_at(visitor)
    assert too_small(visitor) == []
    with page.expect_navigation():
        page.get_by_role("button", name="我来处理").first.click()
    assert page.get_by_text("已有人处理").count() == 1
    page.locator(".escalating a[href*='/clocks/']").nth(1).click()
    page.wait_for_url("**/clocks/**")
    look_at(visitor)
    assert too_small(visitor) == []
    with page.expect_navigation():
        page.get_by_role("button", name="我来处理").click()
    assert page.get_by_text("不再通知任何人。").count() <= 1
    assert page.get_by_text("已有人处理").first.is_visible()


def test_the_hospital_contests_a_remote_solution(visitor: Visitor, place: Place) -> None:
    """PACS-17."""
    lead = place.people[Recipient.HOSPITAL_LEAD]
    give_second_factor(lead.user)
    page = visitor.sign_in(lead).with_device(**ON_A_PHONE).visit("/escalations/")
    page.get_by_text("远程重启了影像服务").click()
    page.wait_for_url("**/clocks/**")
    look_at(visitor)
    page.get_by_label("院方意见").fill("阅片工作站仍调不出图")
    with page.expect_navigation():
        page.get_by_role("button", name="未解决：恢复原时限").click()
    assert page.get_by_text("院方已拒绝").is_visible()
    look_at(visitor)
