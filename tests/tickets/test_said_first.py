"""What a ticket's page says before all else, and what both ends of a merge or split read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from servicedesk.sla.promise import Metric
from tests.clocks.examples import AT
from tests.tickets.visits import signed_in
from tickets.enums import WaitsOn
from tickets.models import Entry
from tickets.services import waiving
from tickets.services.linking import merge
from tickets.services.splitting import Part, split
from tickets.services.working import ask_back

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def said_first(member, ticket) -> str:
    page = signed_in(member).get(ticket.get_absolute_url()).content.decode()
    return page.partition('id="ticket-pressing"')[2].partition('class="columns wide-and-side"')[0]


def test_a_merged_ticket_says_first_where_it_goes_on(desk):
    """PACS-8"""
    first, second = desk.accepted(), desk.accepted(at=AT + MINUTE)
    assert "merged" not in said_first(desk.it, second)
    desk.act(merge, second, by=desk.engineer, at=AT + 5 * MINUTE, into=first, why="同一台工作站")
    for member in (desk.engineer, desk.it):
        words = said_first(member, second)
        assert first.number in words
        assert reverse("ticket_links", args=[second.pk]) in words
    words = said_first(desk.ward, second)
    assert first.number in words
    assert reverse("ticket_links", args=[second.pk]) not in words


def test_what_a_ticket_waits_for_is_said_first_to_whoever_can_answer(desk):
    ticket = desk.accepted()
    wakes_at = AT + timedelta(hours=4)
    desk.act(
        ask_back,
        ticket,
        by=desk.engineer,
        at=AT + 5 * MINUTE,
        why="哪一台电脑？",
        who=WaitsOn.REPORTER,
        wakes_at=wakes_at,
    )
    for member in (desk.ward, desk.it, desk.engineer):
        assert "哪一台电脑？" in said_first(member, ticket)


def test_a_split_is_one_line_in_the_stream_of_the_whole(desk):
    ticket = desk.accepted()
    fresh = desk.act(split, ticket, by=desk.engineer, at=AT + 5 * MINUTE, part=Part("报告也打不开"))
    with desk.inside():
        naming = Entry.objects.filter(facts__number__in=[ticket.number, fresh.number])
        lines = set(naming.values_list("ticket__number", "act"))
    assert lines == {(ticket.number, "tickets.split"), (fresh.number, "tickets.linked")}


def test_a_waiver_that_waits_is_not_asked_for_again(desk):
    """PACS-17: a clock's own page leads to the ticket, where nothing is offered that would be refused."""
    ticket = desk.accepted()
    clock = desk.clock(ticket, Metric.ON_SITE)
    path = f"{reverse('ticket_ask_waiver', args=[ticket.pk])}?metric=on_site"
    assert path in signed_in(desk.engineer).get(clock.get_absolute_url()).content.decode()
    why = {"metric": Metric.ON_SITE, "solved_at": AT + 5 * MINUTE, "why": "远程"}
    desk.act(waiving.ask_waiver, ticket, by=desk.engineer, at=AT + 5 * MINUTE, **why)
    assert path not in signed_in(desk.engineer).get(clock.get_absolute_url()).content.decode()
    posted = signed_in(desk.engineer).post(reverse("ask_to_waive", args=[clock.pk]), {"why": "又一次"})
    assert posted.status_code == 409
