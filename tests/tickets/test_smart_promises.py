"""SMART: what triage finds later counts from the report; what rests on a year not published says so on each page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from contracts.models import CatalogueItem
from servicedesk.sla.promise import Metric, Severity
from tests.clocks.examples import AT
from tests.clocks.test_promise_pages import client_of
from tests.tickets.people import Desk, make_desk
from tests.world import make_world
from tickets.services import levels, working

pytestmark = pytest.mark.django_db
ADVENT = datetime(2026, 12, 10, 1, tzinfo=UTC)  # the 30th calendar day is in 2027
SAID = "This time rests on a year whose days off are not published yet"


@pytest.fixture(scope="module", autouse=True)
def made_desk(request: pytest.FixtureRequest) -> Desk:
    request.getfixturevalue("module_transaction")
    return make_desk(make_world(), "smart")


def said(member, url: str) -> bool:
    answer = client_of(member).get(url)
    assert answer.status_code == 200, url
    return SAID in unescape(answer.content.decode())


def test_a_change_that_is_due_next_year_is_provisional_on_every_page(desk):
    """SMART-4: thirty days from the 10th of December."""
    ticket = desk.report(category="change", severity=Severity.NONE, at=ADVENT)
    pages = [(desk.engineer, "/tickets/"), (desk.it, "/tickets/")]
    assert not any(said(*page) for page in pages)  # the nearest is the response, due at once
    desk.act(working.accept, ticket, by=desk.engineer, at=ADVENT + timedelta(minutes=2))
    deliver = desk.clock(ticket, Metric.DELIVER)
    assert (deliver.is_provisional, deliver.due_at.year) == (True, 2027)
    of_it = [(desk.engineer, f"/tickets/{ticket.pk}/"), (desk.it, f"/clocks/{deliver.pk}/")]
    firsts = [(desk.engineer, "/")]
    assert [page for page in [*pages, *of_it, *firsts] if not said(*page)] == []


def test_a_ward_reads_it_too(desk):
    """Who may read no clocks sees that their time may move: in the list, on its page, on the first page."""
    ticket = desk.report(category="change", severity=Severity.NONE, at=ADVENT)
    desk.act(working.accept, ticket, by=desk.engineer, at=ADVENT + timedelta(minutes=2))
    assert [url for url in ("/tickets/", "/") if not said(desk.ward, url)] == []
    page = unescape(client_of(desk.ward).get(f"/tickets/{ticket.pk}/").content.decode())
    assert "(provisional)" in page


@pytest.mark.parametrize("category", ["defect", "data_adjustment"])
def test_a_defect_found_on_the_next_morning_is_due_one_working_day_after_the_report(desk, category):
    """SMART-2: the engineer proposes it, the hospital grants it; two working days become one, from the report."""
    ticket = desk.accepted(severity=Severity.NONE)  # a fault, on Monday 2026-11-02 at nine
    assert desk.clock(ticket, Metric.RESTORE).due_at == datetime(2026, 11, 4, 10, tzinfo=UTC)
    with desk.inside():
        item = CatalogueItem.objects.get(contract=desk.contract, category=category)
    morning = AT + timedelta(hours=23)
    wish = desk.act(levels.propose_category, ticket, by=desk.engineer, at=morning, item=item, why="程序错误")
    assert desk.clock(ticket, Metric.RESTORE).due_at == datetime(2026, 11, 4, 10, tzinfo=UTC)
    desk.act(levels.decide_wish, wish, by=desk.it, at=morning + timedelta(minutes=9), is_granted=True)
    restore = desk.clock(ticket, Metric.RESTORE)
    assert (restore.counts_from, restore.due_at) == (AT, datetime(2026, 11, 3, 10, tzinfo=UTC))
    assert desk.clocks(ticket)["respond"] == "met"
