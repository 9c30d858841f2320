"""The telephone log: written down by either side and by the ward, late or by one press, and the other side's word."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contracts.models import Signing
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Role
from tests.tickets.people import Desk
from tests.tickets.test_report_pages import browser, given, text, tickets
from tests.world import make_member
from tickets.enums import State
from tickets.models import Call
from tickets.services.calls import Phoned, log_call

pytestmark = pytest.mark.django_db


def called(desk: Desk, **more) -> dict:
    moment = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M:%S")
    return (
        given(desk)
        | {"channel": "phone", "severity": "1", "called_at": moment, "caller": "刘敏", "number": "8105"}
        | more
    )


def opened_form(client: Client) -> dict:
    page = text(client.get("/calls/new/"))
    opened = re.search(r'name="opened" value="([^"]+)"', page)[1]
    moment = re.search(r'name="called_at" value="([^"]+)"', page)[1]
    return {"opened": opened, "called_at": moment}


@pytest.mark.parametrize("side", ["it", "engineer"])
def test_either_side_writes_a_call_down_while_it_lasts(desk: Desk, side: str) -> None:
    """PACS-6, PACS-16: by phone severity 1 runs at once, from the call."""
    member = getattr(desk, side)
    client = browser(member)
    answer = client.post("/calls/new/", called(desk, **opened_form(client)))
    (ticket,) = tickets(desk)
    assert answer.url == f"/tickets/{ticket.pk}/"
    with desk.inside():
        (call,) = Call.objects.all()
    assert (call.is_first, call.needs_word, call.logged_side) == (True, False, member.role and Role(member.role).side)
    assert (ticket.state, ticket.reported_at) == (State.REPORTED, call.called_at)
    assert desk.clock(ticket, Metric.RESPOND).due_at == call.called_at + timedelta(minutes=5)


def test_a_call_written_down_late_asks_the_other_side(desk: Desk) -> None:
    """PACS-16"""
    late = timezone.localtime(timezone.now() - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M")
    browser(desk.engineer).post("/calls/new/", called(desk, called_at=late))
    (ticket,) = tickets(desk)
    it, engineer = browser(desk.it), browser(desk.engineer)
    assert "Yes, it was then" in text(it.get("/calls/"))
    assert "Yes, it was then" not in text(engineer.get("/calls/"))
    with desk.inside():
        told = InboxItem.objects.filter(kind=NoticeKind.APPROVAL_ASKED)
        assert set(told.values_list("membership_id", flat=True)) == {desk.lead.pk}
    with desk.inside():
        call = Call.objects.get()
    assert engineer.post(f"/calls/{call.pk}/agree/").status_code == 409
    assert "required" in text(it.post(f"/calls/{call.pk}/dispute/", {"why": ""}))
    assert it.post(f"/calls/{call.pk}/agree/").status_code == 302
    assert desk.fresh(call).agreed_by == desk.it.pk
    refused = it.post(f"/calls/{call.pk}/dispute/", {"why": "不是那时"})
    assert (refused.status_code, "不是那时" in refused.content.decode()) == (409, True)
    assert desk.fresh(ticket).reported_at == call.called_at


def test_a_dispute_stands_beside_the_call(desk: Desk) -> None:
    late = timezone.localtime(timezone.now() - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M")
    browser(desk.it).post("/calls/new/", called(desk, called_at=late))
    with desk.inside():
        call = Call.objects.get()
    engineer = browser(desk.engineer)
    assert engineer.post(f"/calls/{call.pk}/dispute/", {"why": "当时没有来电"}).status_code == 302
    assert desk.fresh(call).disputed_why == "当时没有来电"
    assert "disputed" in text(engineer.get("/calls/"))


def test_a_mail_is_written_down_with_its_arrival(desk: Desk) -> None:
    """PACS-7"""
    arrived = timezone.localtime(timezone.now() - timedelta(hours=3)).replace(microsecond=0)
    typed = called(desk, channel="mail", severity="C", called_at=arrived.strftime("%Y-%m-%dT%H:%M:%S"))
    browser(desk.it).post("/calls/new/", typed)
    (ticket,) = tickets(desk)
    assert (ticket.channel, ticket.reported_at) == (Channel.MAIL, arrived)


def test_a_grave_mail_still_waits_for_the_call(desk: Desk) -> None:
    """And its own moment starts nothing, so that nobody is asked about it."""
    answer = browser(desk.it).post("/calls/new/", called(desk, channel="mail"))
    (ticket,) = tickets(desk)
    assert (ticket.state, answer.url) == (State.CALL_AWAITED, f"/tickets/{ticket.pk}/call-now/")
    now = timezone.now()
    phoned = desk.act(log_call, ticket, by=desk.it, at=now, call=Phoned(now, "刘敏"))
    with desk.inside():
        mail = Call.objects.get(channel="mail")
    assert (phoned.is_first, mail.is_first, mail.needs_word) == (True, False, False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"called_at": "2099-01-01T10:00"}, "has not come yet"),
        ({"called_at": "1066-10-14T09:00"}, "more than a month ago"),
        ({"called_at": "yesterday"}, "Enter a valid date/time"),
        ({"called_at": ""}, "required"),
        ({"caller": ""}, "required"),
        ({"caller": "王" * 61}, "at most 60"),
        ({"number": "8\x1b105"}, "cannot be shown"),
        ({"channel": "pigeon"}, "Select a valid choice"),
        ({"severity": "Z"}, "Select a valid choice"),
    ],
    ids=str,
)
def test_odd_calls_are_refused_beside_their_field(desk: Desk, wrong: dict, sentence: str) -> None:
    said = text(browser(desk.it).post("/calls/new/", called(desk, **wrong)))
    assert sentence in said
    assert "全科都调不出" in said
    assert tickets(desk) == []


def test_a_forged_or_old_form_proves_no_moment(desk: Desk) -> None:
    late = timezone.localtime(timezone.now() - timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%S")
    browser(desk.it).post("/calls/new/", called(desk, called_at=late, opened="forged:1:abc"))
    with desk.inside():
        assert Call.objects.get().needs_word


def test_a_ward_writes_down_its_own_call_by_one_press(desk: Desk) -> None:
    """PACS-16: whoever calls logs it; the moment of the press starts the clocks, and nobody is asked."""
    ward = browser(desk.ward)
    there = ward.post("/report/", given(desk, severity="1")).url
    (ticket,) = tickets(desk)
    said = text(ward.get(there))
    assert "Somebody answered just now" in said
    assert f'value="{desk.ward.name}"' in said
    fields = dict(re.findall(r'name="(caller|number|callee|called_at|opened)"[^>]* value="([^"]*)"', said))
    fields |= dict(re.findall(r'value="([^"]*)" name="(opened)"', said))
    before = timezone.now().replace(microsecond=0)
    answer = ward.post(f"/tickets/{ticket.pk}/calls/new/", {**fields, "when": "now"})
    assert answer.url == f"/tickets/{ticket.pk}/"
    with desk.inside():
        call = Call.objects.get()
    assert (call.is_first, call.needs_word, call.caller, call.logged_side) == (True, False, desk.ward.name, "hospital")
    assert call.called_at >= before
    assert desk.clock(ticket, Metric.RESPOND).due_at == call.called_at + timedelta(minutes=5)
    assert desk.clocks(ticket)["call"] == "met"


def test_a_ward_that_phoned_first_writes_it_down_afterwards_and_sees_no_log(desk: Desk) -> None:
    """PACS-16: late, so the vendor is asked; the ticket is the ward's own, and the log is not its to judge."""
    ward = browser(desk.ward)
    assert re.search(r'type="hidden" name="channel" value="phone"', text(ward.get("/calls/new/")))
    late = timezone.localtime(timezone.now() - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M")
    answer = ward.post("/calls/new/", called(desk, called_at=late, channel="mail"))
    (ticket,) = tickets(desk)
    assert ticket.channel == Channel.PHONE
    assert answer.url == f"/tickets/{ticket.pk}/"
    assert (ticket.reporter_id, ticket.department_id) == (desk.ward.pk, desk.ward.department_id)
    with desk.inside():
        call = Call.objects.get()
    assert call.needs_word
    assert [ward.get("/calls/").status_code, ward.post(f"/calls/{call.pk}/agree/").status_code] == [403, 403]
    assert browser(desk.engineer).post(f"/calls/{call.pk}/agree/").status_code == 302


def test_five_presses_are_one_call(desk: Desk) -> None:
    ticket, ward = desk.report(severity=Severity.A, at=timezone.now()), browser(desk.ward)
    for _ in range(5):
        pressed = ward.post(f"/tickets/{ticket.pk}/calls/new/", {"when": "now", "caller": "刘敏"})
        assert pressed.url == f"/tickets/{ticket.pk}/"
    with desk.inside():
        assert Call.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"called_at": "2099-01-01T10:00"}, "has not come yet"),
        ({"called_at": "1066-10-14T09:00"}, "more than a month ago"),
        ({"called_at": "", "when": "x"}, "required"),
        ({"called_at": "0000-00-00T99:99"}, "Enter a valid date/time"),
        ({"caller": "王" * 61, "when": "now"}, "at most 60"),
        ({"caller": "\u202e王", "when": "now"}, "cannot be shown"),
        ({"number": "8\x00105", "when": "now"}, "cannot be shown"),
        ({"said": "片" * 350_000, "when": "now"}, "at most 500"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_an_odd_call_about_a_ticket_is_refused_beside_its_field(desk: Desk, wrong: dict, sentence: str) -> None:
    ticket = desk.report(severity=Severity.A, at=timezone.now())
    typed = {"caller": "刘敏", "said": "全科都调不出", "called_at": field_of(timezone.now())} | wrong
    said = text(browser(desk.ward).post(f"/tickets/{ticket.pk}/calls/new/", typed))
    assert sentence in said
    assert '<details class="fold" open>' in said
    assert "said" in wrong or "全科都调不出" in said
    assert desk.fresh(ticket).state == State.CALL_AWAITED


def field_of(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def test_nobody_elses_ward_writes_down_a_call(desk: Desk) -> None:
    """ALL-1"""
    ticket = desk.report(severity=Severity.A)
    world = desk.world
    for hospital, department in ((world.h1, world.pharmacy), (world.h2, world.pharmacy)):
        stranger = browser(make_member(Role.WARD_REPORTER, hospital, department=department[hospital.id]))
        assert stranger.post(f"/tickets/{ticket.pk}/calls/new/", {"when": "now", "caller": "x"}).status_code == 404


def test_a_ticket_that_waits_for_its_call_leads_to_it(desk: Desk) -> None:
    ticket = desk.report(severity=Severity.A, at=timezone.now())
    for member in (desk.ward, desk.it, desk.engineer):
        said = text(browser(member).get(f"/tickets/{ticket.pk}/"))
        assert (f'href="/tickets/{ticket.pk}/call-now/"' in said) == (member is not desk.engineer)
        assert f'href="/tickets/{ticket.pk}/calls/new/"' in said
    over = text(browser(desk.engineer).get(f"/tickets/{ticket.pk}/calls/new/", HTTP_HX_REQUEST="true"))
    assert "<html" not in over
    assert f'value="{desk.engineer.name}"' in over


def test_a_phoned_emergency_is_written_down_outside_the_contract(desk: Desk) -> None:
    """PACS-1"""
    with desk.inside():
        Signing.objects.update(to_on=timezone.localdate() - timedelta(days=5))
    browser(desk.it).post("/calls/new/", called(desk))
    (ticket,) = tickets(desk)
    assert ticket.is_outside_contract
    assert desk.clocks(ticket) == {}


def test_any_moment_of_before_is_one_sides_word(desk: Desk) -> None:
    """PACS-7, PACS-16: whoever writes it down alone, the other side confirms or disputes it, as with a call."""
    before = timezone.localtime(timezone.now() - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    typed = called(desk, channel="mail", severity="C", called_at=before)
    browser(desk.it).post("/calls/new/", typed)
    with desk.inside():
        call = Call.objects.get()
    assert (call.channel, call.is_first, call.needs_word) == ("mail", True, True)
    engineer = browser(desk.engineer)
    page = text(engineer.get("/calls/"))
    assert "Yes, it was then" in page
    assert "(mail); written down at" in page
    assert engineer.post(f"/calls/{call.pk}/dispute/", {"why": "三天前没有收到"}).status_code == 302
    assert desk.fresh(call).disputed_by == desk.engineer.pk


def test_what_comes_just_now_asks_nobody(desk: Desk) -> None:
    client = browser(desk.it)
    client.post("/calls/new/", called(desk, channel="mail", severity="C", **opened_form(client)))
    with desk.inside():
        assert not Call.objects.get().needs_word
