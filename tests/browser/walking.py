"""What the walks through a fault's life share: people at their devices, the hour, and what an act did to the clocks."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as kept
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from servicedesk.accounts.models import Tries
from servicedesk.clocks.models import Clock
from servicedesk.tenancy.wall import Context, opened
from tests.browser.report_pages import name_people
from tests.browser.visitor import Visitor
from tests.tickets.people import Desk, make_desk
from tests.world import World, give_second_factor
from tickets.models import Ticket


def walking_desk(world: World, code: str = "pacs", **more: Any) -> Desk:
    """A contract in force and its people, by the names that stand on their doors."""
    Tries.objects.all().delete()
    with opened(Context()):
        desk = make_desk(world, code, **more)
    name_people(desk)
    for member in (desk.it, desk.lead, desk.manager, desk.engineer):
        give_second_factor(member.user)
    return desk


class Hour:
    """What the pages take for the time. From the moment it is set it goes on by itself."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def is_now(self, at: datetime) -> None:
        begun = time.monotonic()
        self.patch.setattr(timezone, "now", lambda: at + timedelta(seconds=time.monotonic() - begun))


@dataclass
class Clocks:
    """What an act did to the promises of a ticket: asked after each act, it also shows that no other one moved."""

    desk: Desk
    ticket: Ticket
    before: dict[str, str] = kept(default_factory=dict)

    def moved(self) -> dict[str, str]:
        now = dict(self._standing())
        moved = {metric: how for metric, how in now.items() if self.before.get(metric) != how}
        self.before = now
        return moved

    def _standing(self) -> Iterable[tuple[str, str]]:
        for row in self.rows(is_standing=True):
            how = row.outcome or ("runs" if row.due_at else "rests")
            yield row.metric, how if row.cycle == 1 else f"{how}, cycle {row.cycle}"

    def rows(self, **wanted: Any) -> list[Clock]:
        with self.desk.inside():
            return list(Clock.objects.filter(matter_id=self.ticket.matter_id, **wanted).order_by("metric"))


@dataclass
class Walker:
    """Somebody at a device, who finds things by what is written on them."""

    visitor: Visitor

    @property
    def page(self) -> Page:
        return self.visitor.page

    def opens(self, ticket: Ticket) -> Walker:
        self.visitor.visit(ticket.get_absolute_url())
        return self

    def goes(self, path: str) -> Walker:
        self.visitor.visit(path)
        return self

    def sees(self, *words: str, within: str = "main") -> None:
        for said in words:
            expect(self.page.locator(within).first).to_contain_text(said)

    def presses(self, words: str, within: Locator | None = None) -> None:
        """A button or a link, and what comes of it is there."""
        place = within or self.page.locator("main")
        link, button = (place.get_by_role(role, name=words) for role in ("link", "button"))
        with self.page.expect_navigation():
            button.or_(link).first.click()

    def acts(self, verb: str, asked: dict[str, str] | None = None) -> None:
        """An act of the ticket's page, with what its form asks, by the labels of its fields."""
        self.page.get_by_role("tab", name="记录动作").click()
        panel = self.page.get_by_role("tabpanel", name="记录动作")
        if asked is None:
            return self.presses(verb, panel)
        panel.get_by_role("link", name=verb).click()
        form = self.page.get_by_role("dialog")
        for label, words in asked.items():
            fill(form.get_by_label(label), words)
        return self.presses(verb, form)


def fill(field: Locator, words: str) -> None:
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(label=words)
    else:
        field.fill(words)
