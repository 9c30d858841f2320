"""The same fault again within 30 days: recognised, said with one click, counted, shown on both (ICU-2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.tickets.closing import HOUR, SOLVED, closed, sign_handed
from tests.world import make_member
from tickets.models import MaintenanceRecord, Ticket
from tickets.panels import AROUND
from tickets.services import recurring, solving, working

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CLOSED_AT = AT + 3 * HOUR


@pytest.fixture
def system(desk):
    with desk.inside():
        return desk.contract.systems.order_by("id").first() or desk.contract.systems.create(
            hospital=desk.contract.hospital, vendor=desk.contract.vendor, name="PACS"
        )


@pytest.fixture
def earlier(desk, system):
    return closed(desk, system=system)


def _alike(desk, ticket):
    with desk.inside():
        return recurring.earlier_alike(Ticket.objects.get(pk=ticket.pk))


@pytest.mark.parametrize(("days", "is_seen"), [(1, True), (30, True), (31, False)])
def test_recognised_within_thirty_days(desk, system, earlier, days, is_seen):
    again = desk.report(system=system, at=CLOSED_AT + timedelta(days=days))
    assert _alike(desk, again) == ([earlier] if is_seen else [])


def test_another_system_or_kind_is_another_fault(desk, system, earlier):
    assert _alike(desk, desk.report(at=CLOSED_AT + DAY)) == []
    with desk.inside():
        other = desk.contract.catalogue.exclude(category="fault").first()
    assert _alike(desk, desk.report(system=system, category=other.category, at=CLOSED_AT + DAY)) == []


def test_one_click_links_and_both_show_it(desk, system, earlier):
    again = desk.report(system=system, at=CLOSED_AT + DAY)
    desk.act(recurring.say_same, again, by=desk.engineer, at=CLOSED_AT + DAY, earlier=earlier)
    assert desk.fresh(again).recurs_id == earlier.pk
    assert _alike(desk, again) == []
    with desk.acting(desk.it) as person:
        panel = next(each for each in AROUND if each.template == "tickets/_recurring.html")
        here = panel.context(Ticket.objects.get(pk=again.pk), person, CLOSED_AT + DAY)
        there = panel.context(Ticket.objects.get(pk=earlier.pk), person, CLOSED_AT + DAY)
    assert (here["earlier"], there["later"]) == (earlier, [again])


def test_a_ward_is_not_shown_another_wards_ticket(desk, world, system):
    """ALL-1: the suggestion shows no more than the list of tickets does."""
    pharmacy = world.pharmacy[world.h1.id]
    other = make_member(Role.WARD_REPORTER, world.h1, department=pharmacy)
    theirs = closed(desk, system=system, department=pharmacy, reporter=other)
    again = desk.report(system=system, at=CLOSED_AT + DAY)
    panel = next(each for each in AROUND if each.template == "tickets/_recurring.html")
    for member, is_shown in ((desk.it, True), (desk.ward, False)):
        with desk.acting(member) as person:
            shown = panel.context(Ticket.objects.get(pk=again.pk), person, CLOSED_AT + DAY)
        assert (shown is not None and shown["alike"] == [theirs]) is is_shown


def test_the_record_counts_it(desk, system, earlier):
    later = CLOSED_AT + DAY
    again = desk.accepted(system=system, at=later)
    desk.act(recurring.say_same, again, by=desk.it, at=later + HOUR, earlier=earlier)
    desk.act(solving.resolve, again, by=desk.engineer, at=later + HOUR, **SOLVED)
    form = sign_handed(desk, again, at=later + 2 * HOUR)
    desk.act(solving.confirm, again, by=desk.it, at=later + 3 * HOUR)
    with desk.inside():
        record = MaintenanceRecord.objects.get(ticket=again)
    assert record.is_recurring
    assert form.facts["recurs"] == earlier.number
    with pytest.raises(Refused, match="over"):
        desk.act(recurring.say_different, again, by=desk.it, at=later + 4 * HOUR, earlier=earlier)


def test_only_the_hospital_denies_it(desk, system, earlier):
    again = desk.report(system=system, at=CLOSED_AT + DAY)
    with pytest.raises(Forbidden):
        desk.act(recurring.say_different, again, by=desk.engineer, at=CLOSED_AT + DAY, earlier=earlier)
    desk.act(recurring.say_same, again, by=desk.it, at=CLOSED_AT + DAY, earlier=earlier)
    desk.act(recurring.say_different, again, by=desk.it, at=CLOSED_AT + DAY, earlier=earlier)
    assert desk.fresh(again).recurs_id is None
    assert _alike(desk, again) == [], "what was denied is not suggested again"


def test_nothing_is_linked_that_does_not_fit(desk, system, earlier):
    again = desk.report(system=system, at=CLOSED_AT + DAY)
    strange = desk.report(at=CLOSED_AT + DAY)
    for other in (strange, again):
        with pytest.raises(Refused, match="30 days"):
            desk.act(recurring.say_same, again, by=desk.it, at=CLOSED_AT + DAY, earlier=other)
    desk.act(working.withdraw, again, by=desk.it, at=CLOSED_AT + DAY, why="误报")
    with pytest.raises(Refused, match="over"):
        desk.act(recurring.say_same, again, by=desk.it, at=CLOSED_AT + DAY, earlier=earlier)
