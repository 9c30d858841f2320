"""A promise that is not needed: asked on the ticket, seen at its clock, decided there by the hospital (PACS-17)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Waiver
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.refusals import Refused
from tests.clocks.test_promise_pages import client_of, text
from tests.tickets.test_acts import done, field_time, found, press
from tickets.services import visiting, waiving
from tickets.services.drafts import keep_draft

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket(desk):
    return desk.accepted(at=timezone.now() - 10 * MINUTE)


def ask(desk, ticket, **more):
    given = {"metric": "on_site", "solved_at": field_time(timezone.now()), "why": "院方已自行更换工作站"} | more
    return press(desk.engineer, ticket, "ask-waiver", **given)


def test_asked_by_the_vendor_seen_at_the_clock_and_granted_there(desk, ticket):
    """The first page of who decides leads there; both sides read it in the stream, and are told."""
    assert ask(desk, ticket).status_code == 302
    clock = desk.clock(ticket, Metric.ON_SITE)
    assert clock.outcome is None
    lead, engineer = client_of(desk.lead), client_of(desk.engineer)
    assert f"{ticket.get_absolute_url()}#clock-{clock.pk}" in text(lead.get("/"))
    assert f"{ticket.get_absolute_url()}#clock-{clock.pk}" in text(lead.get("/escalations/"))
    page = text(lead.get(ticket.get_absolute_url()))
    assert page.index(f'id="clock-{clock.pk}"') < page.index("院方已自行更换工作站", page.index("ticket-clocks"))
    assert "decide-waiver" in page
    theirs = text(engineer.get(ticket.get_absolute_url()))
    assert "The hospital has not decided yet." in theirs
    assert "decide-waiver" not in theirs
    assert "asks to waive it" in theirs
    done(desk, desk.lead, ticket, "decide-waiver", metric="on_site", verdict="yes")
    assert desk.clock(ticket, Metric.ON_SITE).outcome == "waived"
    assert "waives it" in text(engineer.get(ticket.get_absolute_url()))
    for member, kind in ((desk.lead, "approval_asked"), (desk.engineer, "ticket_answered")):
        with desk.acting(member) as person:
            assert InboxItem.objects.visible_to(person).filter(kind=kind).exists(), kind


def test_a_refusal_takes_words_beside_their_field_and_the_clock_runs_on(desk, ticket):
    ask(desk, ticket)
    answer = press(desk.lead, ticket, "decide-waiver", metric="on_site", verdict="no", said=" ")
    assert (answer.status_code, "Say why the promise still holds." in answer.content.decode()) == (400, True)
    done(desk, desk.lead, ticket, "decide-waiver", metric="on_site", verdict="no", said="仍需到场查网线")
    with desk.inside():
        assert Waiver.objects.get().is_granted is False
    assert desk.clock(ticket, Metric.ON_SITE).outcome is None
    assert "仍需到场查网线" in text(client_of(desk.engineer).get(ticket.get_absolute_url()))


def test_what_was_asked_does_not_stand_in_the_way_of_a_remote_solution(desk, ticket):
    """PACS-17: the visit is off at once, and one word of the hospital is waited for, on the solution."""
    done(desk, desk.it, ticket, "call-visit", why="远程看不出")
    ask(desk, ticket)
    solved = {"words": "远程重启归档服务", "cause": "software", "remedy": "restarted", "is_remote": "on"}
    done(desk, desk.engineer, ticket, "resolve", **solved)
    assert desk.clock(ticket, Metric.ON_SITE).outcome == "waived"
    with desk.inside():
        waiver = Waiver.objects.get()
    assert (waiver.is_remote_solution, waiver.why, waiver.decided_at) == (True, "远程重启归档服务", None)


def test_who_asks_and_who_decides(desk, ticket):
    """A button says beforehand what the act would say."""
    assert found(desk, desk.engineer, ticket)["ticket_ask_waiver"] == ""
    assert not {"ticket_ask_waiver", "ticket_decide_waiver"} & set(found(desk, desk.it, ticket))
    assert "ticket_decide_waiver" not in found(desk, desk.lead, ticket)
    ask(desk, ticket)
    assert found(desk, desk.lead, ticket)["ticket_decide_waiver"] == ""
    ward = client_of(desk.ward)
    assert "院方已自行更换工作站" in text(ward.get(ticket.get_absolute_url()))  # a line of the stream, and no more
    assert "A waiver was asked for" not in text(ward.get(ticket.get_absolute_url()))
    assert press(desk.it, ticket, "decide-waiver", metric="on_site", verdict="yes").status_code == 403


@pytest.mark.parametrize(
    "odd", [{"solved_at": "2001-01-01T00:00"}, {"solved_at": "2199-01-01T00:00"}, {"solved_at": "heute"},
            {"metric": "call"}, {"metric": "<b>"}, {"why": " "}, {"why": "x" * 301}, {"why": "a\x00"}],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_beside_its_field(desk, ticket, odd):
    answer = ask(desk, ticket, **odd)
    assert answer.status_code == 400
    assert 'class="invalid-feedback"' in answer.content.decode()
    with desk.inside():
        assert not Waiver.objects.exists()


@pytest.mark.parametrize("ends", ["arrived", "raised"])
def test_what_has_its_result_needs_no_word_any_more(desk, ticket, ends):
    """A button that would always refuse stood there, and merging was refused for it."""
    ask(desk, ticket)
    if ends == "arrived":
        visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=timezone.now(), why="需现场")
        desk.act(visiting.arrive, visit, by=desk.engineer, at=timezone.now(), where="机房")
    else:
        desk.raised(ticket, Severity.ONE, at=timezone.now())
    assert "ticket_decide_waiver" not in found(desk, desk.lead, ticket)
    assert "院方已自行更换工作站" not in text(client_of(desk.lead).get("/"))
    with desk.inside():
        waiver = Waiver.objects.get()
    assert (waiver.is_granted, waiver.is_settled) == (False, True)


def test_the_hospitals_own_word_is_never_waived(desk, ticket):
    """Granted, nothing would ever close the ticket or remind anybody."""
    done(desk, desk.engineer, ticket, "resolve", words="重启", cause="software", remedy="restarted")
    assert ask(desk, ticket, metric="confirm").status_code == 400
    with pytest.raises(Refused, match="own word"):
        desk.act(waiving.ask_waiver, ticket, by=desk.engineer, at=timezone.now(), metric=Metric.CONFIRM,
                 solved_at=timezone.now(), why="x")  # fmt: skip


def test_it_was_not_needless_before_it_was_promised(desk, ticket):
    desk.raised(ticket, Severity.ONE, at=timezone.now() - 3 * MINUTE)
    with pytest.raises(Refused, match="began later"):
        desk.act(waiving.ask_waiver, ticket, by=desk.engineer, at=timezone.now(), metric=Metric.ON_SITE,
                 solved_at=timezone.now() - 8 * MINUTE, why="x")  # fmt: skip


def test_what_was_begun_about_another_promise_does_not_choose(desk, ticket):
    """Sent unread, it would waive what nobody meant; that cannot be taken back."""
    ask(desk, ticket)
    ask(desk, ticket, metric="respond")
    lead = client_of(desk.lead)
    with desk.acting(desk.lead) as person:
        facts = {"metric": "respond", "verdict": "yes", "said": "可以"}
        keep_draft(ticket, "decide_waiver", facts, by=person, at=timezone.now())
    page = text(lead.get(f"/tickets/{ticket.pk}/decide-waiver/?metric=on_site&verdict=no"))
    form = page[page.index("<form", page.index("decide-waiver")) :]
    assert re.findall(r'value="(\w+)"[^>]* checked', form) == ["on_site", "no"]
    assert "可以" not in form
