"""A ticket's page: what it shows to whom, at what cost, and what it never shows."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.models import System
from servicedesk.clocks.models import Escalation, Step
from servicedesk.sla.promise import Metric
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Engagement
from tests.clocks.examples import AT
from tests.clocks.test_promise_pages import client_of
from tickets.lines import stream_of
from tickets.models import Entry
from tickets.services import visiting, working
from tickets.situation import situation_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_the_stream_is_one_and_paged(desk):
    """Conversation, notes and acts in the order they happened; a page costs one query, at 3 lines and at 60."""
    ticket = desk.accepted()
    desk.act(working.say, ticket, by=desk.it, at=AT + 3 * MINUTE, text="患者在等")
    desk.act(working.note, ticket, by=desk.engineer, at=AT + 4 * MINUTE, text="先查网关")
    with desk.acting(desk.engineer) as person:
        lines = stream_of(ticket, person).lines
        assert [line.kind for line in lines] == ["act", "act", "message", "note"]
        assert [line.text for line in stream_of(ticket, person, show="notes").lines] == ["先查网关"]
    with desk.acting(desk.it) as person:
        assert [line.kind for line in stream_of(ticket, person).lines] == ["act", "act", "message"]
    for number in range(60):
        desk.act(working.say, ticket, by=desk.it, at=AT + (5 + number) * MINUTE, text=f"第{number}句")
    with desk.acting(desk.engineer) as person, CaptureQueriesContext(connection) as asked:
        page = stream_of(ticket, person)
    assert len(asked) <= 1
    with desk.acting(desk.engineer) as person:
        before = stream_of(ticket, person, before=page.older)
        texts = [line.text for line in [*before.lines, *page.lines]]
    assert (len(page.lines), len(before.lines), before.older) == (40, 24, "")
    assert texts[4:] == [f"第{number}句" for number in range(60)]


def test_the_situation_is_four_queries(desk):
    ticket = desk.accepted()
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="远程看不出")
    with desk.acting(desk.it), CaptureQueriesContext(connection) as asked:
        situation = situation_of(ticket.pk, at=AT + 4 * MINUTE)
        assert situation.visit["why"] == "远程看不出"
        assert [clock.row.metric for clock in situation.clocks] == ["on_site", "respond"]
    assert len(asked) <= 4


def page_of(member, ticket, query="") -> str:
    response = client_of(member).get(f"/tickets/{ticket.pk}/{query}")
    assert response.status_code == 200
    return unescape(response.content.decode())


def queries_of(member, ticket) -> int:
    """All that the request asks, its person and the wall included."""
    client = client_of(member)
    client.get(f"/tickets/{ticket.pk}/")
    with CaptureQueriesContext(connection) as every:
        client.get(f"/tickets/{ticket.pk}/")
    return len([one for one in every.captured_queries if "SAVEPOINT" not in one["sql"]])


def test_the_page_for_each_of_them(desk):
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE)
    desk.act(working.say, ticket, by=desk.it, at=timezone.now(), text="患者在等")
    engineer, it, ward = (page_of(member, ticket) for member in (desk.engineer, desk.it, desk.ward))
    for page in (engineer, it, ward):
        assert ticket.number in page
        assert "患者在等" in page
        assert desk.engineer.name in page
    assert "Record the solution" in engineer
    assert "Why this time" in engineer
    assert "Pause the promises" in it
    assert "Record the solution" not in it
    assert "Internal note" not in ward
    assert "Why this time" not in ward
    assert "/history/" not in ward
    assert "Ask for haste" in ward


def test_the_page_costs_the_same_at_3_and_at_300_lines(desk):
    """≤ 12 queries."""
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE)
    few = queries_of(desk.engineer, ticket)
    with desk.inside():
        facts = {"hospital": desk.world.h1, "vendor": desk.world.v1, "ticket": ticket, "kind": "message"}
        Entry.objects.bulk_create(
            Entry(**facts, at=timezone.now(), by_name="刘敏", by_side="hospital", text=f"第{n}句") for n in range(300)
        )
    assert queries_of(desk.engineer, ticket) == few
    assert few <= 16  # 12 of its own and what the panels of other parts ask (docs/plan.md)


def test_the_ward_reads_who_does_what_by_when(desk):
    """SMART-7: no clocks, but sentences; once accepted it is the engineer who comes, by name."""
    ticket = desk.report(at=timezone.now() - 5 * MINUTE)
    assert f"{desk.world.v1.short_name} calls you: 54 min" in page_of(desk.ward, ticket)
    desk.act(working.accept, ticket, by=desk.engineer, at=timezone.now())
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=timezone.now(), why="远程看不出")
    page = page_of(desk.ward, ticket)
    assert "calls you" not in page
    assert f"{desk.engineer.name} is with you: before" in page


def test_an_escalation_stands_in_the_stream(desk):
    """PACS-17: that a rung was told is a line of the ticket, with whom nobody was found for; the ward is spared it."""
    ticket = desk.report(at=timezone.now() - 55 * MINUTE)
    clock = desk.clock(ticket, Metric.RESPOND)
    with desk.inside():
        step = Step.objects.filter(clock=clock).order_by("fire_at").first()
        facts = {"hospital": desk.world.h1, "vendor": desk.world.v1, "matter_id": ticket.matter_id, "clock": clock}
        Escalation.objects.create(
            **facts, step=step, rung=step.rung, due_at=clock.due_at, at=step.fire_at, fired_at=timezone.now(),
            told=[], nobody=["second_line"],
        )  # fmt: skip
    for member in (desk.engineer, desk.it):
        page = page_of(member, ticket, "?show=clocks")
        assert "Escalated: Response" in page
        assert "nobody found: second line on duty" in page
        assert f"/clocks/{clock.pk}/" in page
    assert "Escalated" not in page_of(desk.ward, ticket)


def test_who_may_only_read_is_told_so(desk):
    """An engagement that ended leaves the page readable; nothing can be pressed, and each button says why."""
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE)
    with wall.opened(wall.Context.of_platform()):
        yesterday = timezone.localdate() - timedelta(days=1)
        ours = Engagement.objects.filter(hospital=desk.world.h1, vendor=desk.world.v1)
        ours.update(to_on=yesterday, read_until=yesterday + timedelta(days=30))
    page = page_of(desk.engineer, ticket)
    assert "You may read this but no longer change it." in page
    assert 'id="reply-text"' not in page
    assert client_of(desk.engineer).post(f"/tickets/{ticket.pk}/say/", {"text": "x"}).status_code == 403


def test_the_edge_of_a_page_may_be_anything(desk):
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE)
    for edge in ("x", "~", "2026-01-01~x", "9999-99-99~", "2026-01-01T00:00:00~" + str(ticket.pk), "%00"):
        assert ticket.number in page_of(desk.engineer, ticket, f"?before={edge}&show=nonsense")


def test_earlier_tickets_of_the_same_system(desk):
    with desk.inside():
        system = System.objects.filter(contract=desk.contract).first()
    desk.report(at=timezone.now() - 9 * MINUTE, title="归档很慢", system=system)
    desk.report(at=timezone.now() - 8 * MINUTE, title="别的系统")
    ticket = desk.report(at=timezone.now() - 5 * MINUTE, system=system)
    page = page_of(desk.engineer, ticket)
    assert "归档很慢" in page
    assert "别的系统" not in page
