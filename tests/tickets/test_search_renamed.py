"""A system that was renamed: its tickets are found by today's name and by each it had, soon after the page answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.models import System
from contracts.services import keeping
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tests.tickets.people import Desk
from tickets.models import RenamedSystem, SearchText
from tickets.searching import found_tickets
from tickets.services import renaming
from tickets.services.working import say

pytestmark = pytest.mark.django_db
FIRST, NOW = "影像云归档平台", "全院影像平台"


def the_system(desk: Desk) -> System:
    with desk.inside():
        return desk.contract.systems.first()


def rename(desk: Desk, name: str) -> None:
    """As the contract's page does."""
    system = the_system(desk)
    system.name = name
    with desk.acting(desk.lead) as person:
        keeping.keep_parts(desk.contract, System, kept=[system], by=person, at=AT)


def found(desk: Desk, name: str) -> set[Any]:
    with desk.acting(desk.it) as person:
        return {hit.ticket.pk for hit in found_tickets(person, name).hits}


def written(desk: Desk, name: str) -> int:
    with desk.inside():
        return SearchText.objects.filter(text__contains=name).count()


def go_on(desk: Desk) -> bool:
    """What the background does next; whether something is left."""
    with desk.inside():
        (renamed,) = RenamedSystem.objects.all()
    renaming.find_by_new_name(renamed.pk, context=Context.of_hospital(desk.world.h1.id))
    with desk.inside():
        return RenamedSystem.objects.exists()


def test_every_name_it_had_finds_it(desk: Desk) -> None:
    was = the_system(desk).name
    before = desk.report(system=the_system(desk))
    rename(desk, FIRST)
    rename(desk, NOW)
    after = desk.report(system=the_system(desk))
    desk.act(say, before, by=desk.it, at=AT + timedelta(minutes=5), text="还是不行")
    assert found(desk, NOW) == {after.pk}
    assert go_on(desk) is False
    for name in (was, FIRST, NOW):
        assert found(desk, name) == {before.pk, after.pk}


def test_the_page_writes_no_ticket_anew_and_who_dies_meanwhile_is_followed_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renaming, "PORTION", 2)
    monkeypatch.setattr(renaming, "PORTIONS", 1)
    for _ in range(5):
        desk.report(system=the_system(desk))
    rename(desk, FIRST)
    assert written(desk, FIRST) == 0
    counts = []
    for _ in range(2):
        assert go_on(desk)
        counts.append(written(desk, FIRST))
    assert counts == [2, 4]
    rename(desk, NOW)  # and it begins anew
    while go_on(desk):
        pass
    assert (written(desk, FIRST), written(desk, NOW)) == (5, 5)
