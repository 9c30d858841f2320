"""A ticket's page: what it shows to whom, at what cost, and what it never shows."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.models import System
from servicedesk.clocks.models import Escalation, Step
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Engagement
from tests.clocks.examples import AT
from tests.clocks.test_promise_pages import client_of
from tests.tickets.closing import SOLVED, sign_handed
from tickets.around import around
from tickets.enums import WaitsOn
from tickets.lines import stream_of
from tickets.models import Entry, Ticket
from tickets.services import calls, linking, outages, signing, solving, visiting, working
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
        situation = situation_of(Ticket.objects.get(pk=ticket.pk), at=AT + 4 * MINUTE)
        assert situation.visit["why"] == "远程看不出"
        assert [clock.row.metric for clock in situation.clocks] == ["on_site", "respond"]
    assert len(asked) <= 4


def test_behind_the_wall_there_is_nothing_around_a_ticket(desk):
    """The function runs as whoever asks: of another hospital's, not even the names."""
    ticket = desk.accepted()
    with desk.acting(desk.ward):
        assert around(Ticket.objects.get(pk=ticket.pk))["vendor"]["id"] == desk.world.v1.id
    for context in (wall.Context.of_hospital(desk.world.h2.id), wall.Context.of_vendor(desk.world.v2.id)):
        with wall.opened(context):
            assert around(Ticket(pk=ticket.pk)) == {"hangs": []}


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
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE)
    few = queries_of(desk.engineer, ticket)
    with desk.inside():
        facts = {"hospital": desk.world.h1, "vendor": desk.world.v1, "ticket": ticket, "kind": "message"}
        Entry.objects.bulk_create(
            Entry(**facts, at=timezone.now(), by_name="刘敏", by_side="hospital", text=f"第{n}句") for n in range(300)
        )
    assert queries_of(desk.engineer, ticket) == few
    assert few <= 12


def test_the_ward_reads_who_does_what_by_when(desk):
    """SMART-7: no clocks, but sentences; once accepted it is the engineer who comes, by name."""
    ticket = desk.report(at=timezone.now() - 5 * MINUTE)
    assert f"{desk.world.v1.short_name} calls you: 54 min" in page_of(desk.ward, ticket)
    desk.act(working.accept, ticket, by=desk.engineer, at=timezone.now())
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=timezone.now(), why="远程看不出")
    page = page_of(desk.ward, ticket)
    assert "calls you" not in page
    assert f"{desk.engineer.name} is with you: before" in page


def test_a_ticket_that_waits_for_its_call_says_whom_to_call(desk):
    """PACS-16: the hotline and who is on duty, big, before anything else; the vendor reads whom to ask back."""
    ticket = desk.report(at=timezone.now(), severity=Severity.A, reporter_phone="8105")
    hotline = desk.fresh(desk.contract.desk).hotline
    for member in (desk.ward, desk.it):
        page = page_of(member, ticket)
        assert page.index('id="first-call"') < page.index('id="ticket-stream"')
        assert f'class="call-line" href="tel:{hotline}"' in page
        assert f"On duty: {desk.engineer.name}" in page
    assert 'class="call-line" href="tel:8105"' in page_of(desk.engineer, ticket)
    call = calls.Phoned(called_at=timezone.now(), caller="刘敏", number="8105")
    desk.act(calls.log_call, ticket, by=desk.engineer, at=timezone.now(), call=call)
    assert 'id="first-call"' not in page_of(desk.ward, ticket)


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


def test_what_is_known_of_the_same_system(desk):
    """ICU-2: what was reported before, with what helped; what is down now. It comes when somebody scrolls there."""
    with desk.inside():
        system = System.objects.filter(contract=desk.contract).first()
    solved = desk.accepted(at=timezone.now() - 29 * MINUTE, title="归档很慢", system=system)
    desk.act(solving.resolve, solved, by=desk.engineer, at=timezone.now() - 20 * MINUTE, **SOLVED)
    down = desk.report(at=timezone.now() - 18 * MINUTE, title="网关断了", system=system)
    desk.act(outages.announce_outage, down, by=desk.it, at=timezone.now(), title="全院调图缓慢")
    desk.report(at=timezone.now() - 8 * MINUTE, title="别的系统")
    ticket = desk.report(at=timezone.now() - 5 * MINUTE, system=system)
    page = page_of(desk.engineer, ticket)
    assert f'data-later="/tickets/{ticket.pk}/around/"' in page
    assert "归档很慢" not in page
    client = client_of(desk.engineer)
    fragment = unescape(client.get(f"/tickets/{ticket.pk}/around/", headers={"HX-Request": "true"}).content.decode())
    whole = unescape(client.get(f"/tickets/{ticket.pk}/around/").content.decode())
    for found in (fragment, whole):
        assert "归档很慢" in found
        assert "Software defect → Restarted or released" in found
        assert "全院调图缓慢" in found
        assert "别的系统" not in found
    assert ("<html" in fragment, "<html" in whole) == (False, True)


def in_every_state(desk) -> dict[str, Ticket]:
    """A ticket in each of the states it can be in."""
    now = timezone.now()
    at = now - 40 * MINUTE

    def solved(name: str) -> Ticket:
        ticket = desk.accepted(at=at, title=name)
        desk.act(solving.resolve, ticket, by=desk.engineer, at=at + 5 * MINUTE, **SOLVED)
        return ticket

    found = {"new": desk.report(at=at), "in work": desk.accepted(at=at), "resolved": solved("resolved")}
    found["waits for the call"] = desk.report(at=now, severity=Severity.A)
    found["grave"] = desk.report(at=at, severity=Severity.A, channel=Channel.PHONE, by=desk.engineer)
    asked = desk.accepted(at=at)
    wakes_at = now + 60 * MINUTE
    found["asked back"] = desk.act(
        working.ask_back,
        asked,
        by=desk.engineer,
        at=at + 4 * MINUTE,
        why="影像号",
        who=WaitsOn.REPORTER,
        wakes_at=wakes_at,
    )
    there = desk.accepted(at=at)
    visit = desk.act(visiting.call_for_visit, there, by=desk.it, at=at + 3 * MINUTE, why="远程看不出")
    desk.act(visiting.arrive, visit, by=desk.engineer, at=at + 9 * MINUTE, where="3号楼")
    found["on site"] = there
    paused = desk.accepted(at=at)
    found["paused"] = desk.act(working.pause, paused, by=desk.it, at=at + 4 * MINUTE, why="停电")
    given = desk.accepted(at=at)
    found["with the hospital"] = desk.act(working.hand_over, given, by=desk.engineer, at=at + 4 * MINUTE, why="网络")
    linked = solved("link")
    desk.act(signing.make_link, linked, by=desk.engineer, at=now)
    found["to sign by a link"] = linked
    found["refused"] = desk.act(solving.refuse_solution, solved("cycle"), by=desk.it, at=now, why="又坏了")
    signed = solved("signed")
    sign_handed(desk, signed, at=now)
    found["signed"] = signed
    closed = solved("closed")
    sign_handed(desk, closed, at=now)
    found["closed"] = desk.act(solving.confirm, closed, by=desk.it, at=now)
    with desk.inside():
        gone = timezone.localdate() - timedelta(days=9)
        parties = {"hospital": desk.world.h1, "vendor": desk.world.v1, "contract": desk.contract}
        old = System.objects.create(**parties, name="旧胶片打印", starts_on=gone - timedelta(days=99), ends_on=gone)
    found["outside the contract"] = desk.report(at=at, system=old, channel=Channel.PHONE, by=desk.engineer)
    assert found["outside the contract"].is_outside_contract
    twice = desk.report(at=at)
    found["merged"] = desk.act(linking.merge, twice, by=desk.it, at=now, into=found["new"], why="同一件事")
    withdrawn = desk.report(at=at)
    found["withdrawn"] = desk.act(working.withdraw, withdrawn, by=desk.it, at=now, why="好了")
    return found


VENDOR_NEXT = {
    "waits for the call": "Write down the call", "new": "Accept", "grave": "Accept", "refused": "Accept",
    "outside the contract": "Accept",
    "in work": "Record the solution", "on site": "Record the solution", "paused": "Record the solution",
    "asked back": "Go on", "resolved": "Hand over to sign", "to sign by a link": "Hand over to sign",
}  # fmt: skip
HOSPITAL_NEXT = {
    "waits for the call": "Call the hotline", "asked back": "Go on", "resolved": "Sign", "to sign by a link": "Sign",
    "with the hospital": "It is yours: back to the vendor", "signed": "Confirm and close",
}  # fmt: skip
WARD_NEXT = {"waits for the call": "Call the hotline", "resolved": "Sign", "to sign by a link": "Sign"}
CARD = re.compile(r'<section class="card[^>]*>(.*?)</section>', re.DOTALL)
PRIMARY = re.compile(r'class="btn offer btn-primary" (?:href|type)[^>]*>(?:<svg.*?</svg>)?([^<]+)<', re.DOTALL)


def says_nothing(card: str) -> bool:
    body = re.sub(r"<h2>.*?</h2>", "", card, flags=re.DOTALL)
    return not re.sub(r"<[^>]*>", "", body).strip()


def test_in_every_state_each_finds_a_whole_page_at_a_bounded_cost(desk):
    """≤ 12 queries whatever the state; no card stands empty, there and in what comes when one scrolls."""
    tickets = in_every_state(desk)
    first = {}
    for member in (desk.engineer, desk.it, desk.ward, desk.lead):
        client = client_of(member)
        for state, ticket in tickets.items():
            with CaptureQueriesContext(connection) as every:
                page = client.get(f"/tickets/{ticket.pk}/").content.decode()
            asked = [one["sql"] for one in every.captured_queries if "SAVEPOINT" not in one["sql"]]
            assert len(asked) <= 12, (state, member.role, asked)
            cards = CARD.findall(page) + CARD.findall(client.get(f"/tickets/{ticket.pk}/around/").content.decode())
            assert [card for card in cards if says_nothing(card)] == [], (state, member.role)
            if found := PRIMARY.search(page[: page.index("</header>", page.index('id="ticket-line"'))]):
                first[state, member.role] = found.group(1)
    assert {state: word for (state, role), word in first.items() if role is Role.VENDOR_ENGINEER} == VENDOR_NEXT
    for role in (Role.IT_ENGINEER, Role.IT_LEAD):
        assert {state: word for (state, of), word in first.items() if of is role} == HOSPITAL_NEXT
    assert {state: word for (state, role), word in first.items() if role is Role.WARD_REPORTER} == WARD_NEXT
