"""SMART: what triage finds later counts from the report; what rests on a year not published says so on each page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from contracts.matrices import _agreed, version_at
from contracts.models import CatalogueItem, MatrixVersion
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.clocks.test_promise_pages import client_of
from tests.tickets.people import Desk, make_desk
from tests.world import make_world
from tickets.calls import raise_awaited
from tickets.services import calls, levels, working
from tickets.services.calls import Phoned

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


# ── where a contract says nothing of some hours, and a kind of service comes by the phone only ───────────────────────
NIGHT = AT + timedelta(hours=13)
PHONED = {"channels": ["phone"]}


@pytest.fixture
def promised(desk):
    """Of these kinds of service, a line each and no other."""
    yield lambda **lines: _write(desk, lines)
    _agreed.cache_clear()


def _write(desk, lines):
    with desk.inside():
        version = version_at(desk.contract, AT)
        usual = next(row for row in version.rows if "fault" in row["categories"])
        others = [row | {"categories": [one for one in row["categories"] if one not in lines]} for row in version.rows]
        rows = [usual | {"categories": [category]} | line for category, line in lines.items()]
        MatrixVersion.objects.filter(pk=version.pk).update(rows=[*others, *rows])
    _agreed.cache_clear()


def become(desk, ticket, category, *, at):
    with desk.inside():
        item = CatalogueItem.objects.get(contract=desk.contract, category=category)
    desk.act(levels.change_category, ticket, by=desk.it, at=at, item=item, why="全院停机")
    with desk.inside():
        return raise_awaited(ticket)


@pytest.mark.parametrize(("was", "then"), [({"window": "working"}, {"window": "24x7"}), ({}, {"window": "working"})])
def test_what_begins_with_a_call_is_decided_and_called_about_at_any_hour(desk, promised, was, then):
    """PACS-6: nothing is promised at night, of what it was or of what it becomes; it counts as reported by day."""
    promised(training=was, disaster=then | PHONED)
    ticket = desk.accepted(category="training", severity=Severity.NONE)
    assert become(desk, ticket, "disaster", at=NIGHT).category == "disaster"
    call = Phoned(called_at=NIGHT, caller="刘敏")
    desk.act(calls.log_call, ticket, by=desk.engineer, at=NIGHT + timedelta(minutes=1), call=call)
    assert desk.fresh(ticket).category == "disaster"


def test_no_raise_waits_for_a_call_that_cannot_carry_it_out(desk, promised):
    """Promised at night only, and this was reported by day: said at once, and not to whoever writes the call down."""
    promised(disaster={"window": "off"} | PHONED)
    ticket = desk.accepted(category="training", severity=Severity.NONE)
    with pytest.raises(Refused, match="promises nothing for 'disaster'"):
        become(desk, ticket, "disaster", at=NIGHT)
    assert desk.clocks(ticket).get("call") is None
