"""What a stranger stumbled over who walked the joined product from its first page to its last."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Escalation, Step
from servicedesk.sla.promise import Channel, Metric, Severity
from tests.clocks.test_promise_pages import client_of
from tickets.acts import next_of, offers
from tickets.models import Ticket
from tickets.services.calls import Phoned
from tickets.situation import situation_of

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def next_acts(desk, member, ticket) -> list[str]:
    with desk.acting(member) as person:
        situation = situation_of(Ticket.objects.get(pk=ticket.pk), at=timezone.now())
        return [offer.button.url_name for offer in next_of(offers(situation, person), situation)]


def test_the_reporter_is_answered_before_a_calls_time_is_judged(desk):
    """PACS-16: the response runs; the word on a call that the hospital wrote down late can wait a minute."""
    call = Phoned(called_at=timezone.now() - 20 * MINUTE, caller="刘敏")
    severe = {"severity": Severity.A, "channel": Channel.PHONE, "at": timezone.now() - 5 * MINUTE}
    ticket = desk.report(call=call, by=desk.it, **severe)
    assert next_acts(desk, desk.engineer, ticket)[:2] == ["ticket_accept", "ticket_agree_call"]
    other = desk.report(call=call, by=desk.engineer, **severe)
    assert next_acts(desk, desk.it, other)[0] == "ticket_agree_call"


def escalate(desk, ticket, metric, *, at, nobody=((),)) -> None:
    """A rung told each minute, with whom nobody was found for."""
    clock = desk.clock(ticket, metric)
    with desk.inside():
        steps = Step.objects.filter(clock=clock).order_by("fire_at")[: len(nobody)]
        facts = {"hospital": desk.world.h1, "vendor": desk.world.v1, "matter_id": ticket.matter_id, "clock": clock}
        for place, (step, roles) in enumerate(zip(steps, nobody, strict=True)):
            Escalation.objects.create(
                **facts, step=step, rung=step.rung, due_at=clock.due_at, at=step.fire_at,
                fired_at=at + place * MINUTE, told=[], nobody=list(roles),
            )  # fmt: skip


def read(member, path) -> str:
    return unescape(client_of(member).get(path).content.decode())


def test_a_promise_that_escalates_again_and_again_is_one_line(desk):
    """PACS-17: each rung stands on the clock's page; between two acts the ticket says it once, and how often."""
    ticket = desk.report(at=timezone.now() - 55 * MINUTE)
    told = timezone.now()
    escalate(desk, ticket, Metric.RESPOND, at=told, nobody=((), (), ("second_line",)))
    page = read(desk.engineer, f"/tickets/{ticket.pk}/?show=clocks")
    assert (page.count("Escalated: Response"), page.count("2 times")) == (2, 1)  # where nobody was found: apart
    assert f"since {timezone.localtime(told):%m-%d %H:%M}" in page


def test_a_ticket_that_escalates_stands_once_in_the_list_and_is_one_press_away(desk):
    """PACS-17: two late promises of a ticket are two lines under its name; a promise's page leads to it."""
    at = timezone.now() - 3 * HOUR
    call = Phoned(called_at=at, caller="刘敏")
    ticket = desk.report(call=call, by=desk.it, severity=Severity.A, channel=Channel.PHONE, at=at)
    for metric in (Metric.RESPOND, Metric.ON_SITE):
        escalate(desk, ticket, metric, at=timezone.now())
    page = read(desk.engineer, "/escalations/")
    assert page.count(f'href="/tickets/{ticket.pk}/"') == 1
    for metric in (Metric.RESPOND, Metric.ON_SITE):
        clock = f"/clocks/{desk.clock(ticket, metric).pk}/"
        assert clock in page
        assert f'href="/tickets/{ticket.pk}/"' in read(desk.engineer, clock)
