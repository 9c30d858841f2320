"""Reporting in the browser, the telephone log, stickers and numbers, as the people of both sides use their pages."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.models import CatalogueItem, Signing
from servicedesk.files.models import StoredFile
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from tests.accounts.people import browser_of
from tests.contracts.people import in_force
from tests.tickets.people import Desk
from tests.tickets.test_scan_pages import BAD, ODD, PIXEL
from tests.tickets.test_scanning import stick
from tests.world import make_member, make_place
from tickets.enums import State
from tickets.models import Call, MeToo, NumberRule, Sticker, Ticket
from tickets.services.outages import announce_outage
from tickets.services.reporting import Phoned, log_call
from tickets.services.stickers import find_sticker

pytestmark = pytest.mark.django_db


def browser(member: Membership) -> Client:
    member.user.language = "en"
    member.user.save()
    return browser_of(member)


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def system_of(desk: Desk) -> str:
    with desk.inside():
        return str(desk.contract.systems.first().pk)


def given(desk: Desk, **more) -> dict:
    typed = {"system": system_of(desk), "category": "fault", "severity": "B", "title": "阅片工作站无法调图"}
    return typed | {"words": "全科都调不出", "phone": "8105", "submission": str(uuid4())} | more


def tickets(desk: Desk) -> list[Ticket]:
    with desk.inside():
        return list(Ticket.objects.order_by("id"))


# ── in the browser ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_form_shows_the_contracts_own_words_and_whom_to_call(desk: Desk) -> None:
    """PACS-2, PACS-6, PACS-16"""
    said = text(browser(desk.ward).get("/report/"))
    with desk.inside():
        words = [level.means for level in desk.contract.levels.all()]
        names = [item.name for item in desk.contract.catalogue.all()]
    for one in (*words, *names, "400-800-1234", "by phone only"):
        assert one in said


def test_a_ward_reports_what_its_people_may(desk: Desk) -> None:
    with desk.inside():
        item = CatalogueItem.objects.get(contract=desk.contract, category="data_migration")
        item.roles = [Role.IT_LEAD.value]
        item.save()
    ward = browser(desk.ward)
    assert item.name not in text(ward.get("/report/"))
    assert "Select a valid choice" in text(ward.post("/report/", given(desk, category="data_migration")))
    assert tickets(desk) == []
    assert browser(desk.lead).post("/report/", given(desk, category="data_migration")).status_code == 302


def test_a_report_with_files_is_a_ticket_with_its_clocks(desk: Desk) -> None:
    """PACS-7, PACS-14"""
    place = make_place(desk.world.h1, desk.world.radiology[desk.world.h1.id])
    files = [SimpleUploadedFile("a.png", PIXEL), SimpleUploadedFile("问题.log", "出错了".encode())]
    typed = given(desk, place=str(place.pk), where="05 号机", file=files)
    answer = browser(desk.ward).post("/report/", typed)
    (ticket,) = tickets(desk)
    assert answer.url == f"/tickets/{ticket.pk}/"
    assert (ticket.reporter_id, ticket.department_id) == (desk.ward.pk, desk.ward.department_id)
    assert (ticket.where, ticket.reporter_phone, ticket.channel) == (f"{place} 05 号机", "8105", Channel.WEB)
    assert desk.clocks(ticket)["respond"] is None
    with desk.inside():
        assert StoredFile.objects.filter(matter_id=ticket.matter_id).count() == 2


def test_sent_twice_it_is_one(desk: Desk) -> None:
    ward, typed = browser(desk.ward), given(desk)
    assert len({ward.post("/report/", typed).url for _ in range(3)}) == 1
    assert len(tickets(desk)) == 1


def test_a_refused_file_leaves_nothing_behind_and_keeps_what_was_typed(desk: Desk) -> None:
    said = text(
        browser(desk.ward).post("/report/", given(desk, file=SimpleUploadedFile("a.png", b"MZ\x90 no picture")))
    )
    assert "全科都调不出" in said
    assert 'value="阅片工作站无法调图"' in said
    assert tickets(desk) == []


def test_another_system_keeps_what_was_typed(desk: Desk) -> None:
    in_force(desk.world.h1, desk.world.v2, "hrp")
    with desk.inside():
        hrp = str(desk.world.h1.contract_set.get(blueprint="hrp").systems.first().pk)
    said = text(browser(desk.it).post("/report/", given(desk, system=hrp, step="choose")))
    assert 'value="阅片工作站无法调图"' in said
    assert "全科都调不出" in said
    assert f'<option value="{hrp}" selected>' in said
    assert "程序故障（卡死、闪退、无法启动）" not in said
    assert tickets(desk) == []


@pytest.mark.parametrize("severity", ["1", "A"])
def test_what_only_the_phone_may_report_shows_the_number_and_is_kept(desk: Desk, severity: str) -> None:
    """PACS-16, HRP-12: refused as such, all that was typed waits for the call."""
    ward = browser(desk.ward)
    answer = ward.post("/report/", given(desk, severity=severity))
    (ticket,) = tickets(desk)
    assert answer.url == f"/tickets/{ticket.pk}/call-now/"
    assert (ticket.state, ticket.reported_at, ticket.words) == (State.CALL_AWAITED, None, "全科都调不出")
    said = text(ward.get(answer.url))
    assert 'href="tel:400-800-1234"' in said
    assert "全科都调不出" in said
    assert desk.clocks(ticket) == {"call": None}
    asks = {"HTTP_HX_REQUEST": "true", "HTTP_X_BY_ITSELF": "1"}
    assert "HX-Redirect" not in ward.get(answer.url, **asks).headers
    engineer = browser(desk.engineer)
    assert ticket.number in text(engineer.get("/calls/"))
    moment = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M:%S")
    logged = engineer.post(f"/tickets/{ticket.pk}/calls/new/", {"called_at": moment, "caller": "刘敏"})
    assert logged.url == f"/tickets/{ticket.pk}/"
    assert desk.fresh(ticket).state == State.REPORTED
    assert desk.clocks(ticket)["call"] == "met"
    assert ward.get(f"/tickets/{ticket.pk}/call-now/").status_code == 302
    assert ward.get(answer.url, **asks).headers["HX-Redirect"] == f"/tickets/{ticket.pk}/"


def test_a_lapsed_contract_says_whom_to_call_instead(desk: Desk) -> None:
    """PACS-1"""
    with desk.inside():
        Signing.objects.update(to_on=timezone.localdate() - timedelta(days=5))
    said = text(browser(desk.ward).post("/report/", given(desk)))
    assert "The yearly signing ran out" in said
    assert "全科都调不出" in said
    assert tickets(desk) == []


def test_a_phoned_emergency_is_written_down_outside_the_contract(desk: Desk) -> None:
    """PACS-1"""
    with desk.inside():
        Signing.objects.update(to_on=timezone.localdate() - timedelta(days=5))
    browser(desk.it).post("/calls/new/", called(desk))
    (ticket,) = tickets(desk)
    assert ticket.is_outside_contract
    assert desk.clocks(ticket) == {}


def test_similar_open_ones_are_shown_of_what_the_person_may_see(desk: Desk) -> None:
    with desk.inside():
        system = desk.contract.systems.first()
    desk.report(title="全院阅片工作站无法调图", system=system)
    desk.report(title="打印机卡纸", system=system)
    asked = {"system": str(system.pk), "title": "阅片工作站调图失败"}
    said = text(browser(desk.it).get("/report/similar/", asked))
    assert "全院阅片工作站无法调图" in said
    assert "打印机卡纸" not in said
    pharmacist = make_member(
        Role.WARD_REPORTER, desk.world.h1, department=desk.world.pharmacy[desk.world.h1.id]
    )  # sees nothing of radiology
    assert "全院" not in text(browser(pharmacist).get("/report/similar/", asked))
    other = make_member(Role.IT_ENGINEER, desk.world.h2)
    assert "全院" not in text(browser(other).get("/report/similar/", asked))


def test_the_form_shows_what_is_announced_and_joins_it(desk: Desk) -> None:
    """ALL-6: the same outages as on the phone and on the first page, from the same words."""
    ticket, ward = desk.report(), browser(desk.ward)
    assert "Known outages" not in main_of(ward.get("/report/"))
    outage = desk.act(announce_outage, ticket, by=desk.it, at=timezone.now(), title="全院调不出图", words="先用胶片")
    said = main_of(ward.get("/report/"))
    assert "全院调不出图" in said
    assert "先用胶片" in said
    assert ward.post(re.search(r'action="(/outages/[^"]+/me-too/)"', said)[1]).status_code == 302
    with desk.inside():
        assert MeToo.objects.get().ticket_id == outage.ticket_id


def main_of(response) -> str:
    page = text(response)
    return page[page.index("<main") : page.index("</main")]


def test_me_too_instead_of_one_more(desk: Desk) -> None:
    ticket, ward = desk.report(), browser(desk.ward)
    for _ in range(2):
        assert ward.post(f"/tickets/{ticket.pk}/me-too/").status_code == 302
    with desk.inside():
        (hit,) = MeToo.objects.all()
        assert (hit.by, hit.name) == (desk.ward.pk, desk.ward.name)


@pytest.mark.parametrize("field", ["title", "words", "where", "phone"])
def test_odd_texts_are_refused_beside_their_field_or_kept_as_they_are(desk: Desk, field: str) -> None:
    ward = browser(desk.ward)
    for bad, sentence in ODD.items():
        before, typed = len(tickets(desk)), given(desk, **{field: BAD[bad]})
        answer = ward.post("/report/", typed)
        if sentence:
            said = text(answer)
            assert sentence in said, bad
            assert "invalid-feedback" in said, bad
            assert all(kept in said for name, kept in typed.items() if name in {"title", "words"} - {field}), bad
            assert len(tickets(desk)) == before, bad
        else:
            assert answer.status_code == 302, bad
            kept = tickets(desk)[-1]
            assert BAD[bad] in (kept.title, kept.words, kept.where, kept.reporter_phone), bad
            assert "<script>alert" not in ward.get(answer.url).content.decode(), bad


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"system": ""}, {"system": "x"}, {"category": "nonsense"}, {"severity": "Z"}, {"severity": ""},
        {"submission": "x"}, {"place": "x"}, {"department": "0"},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_choices_are_refused_beside_their_field(desk: Desk, wrong: dict) -> None:
    said = text(browser(desk.ward).post("/report/", given(desk, **wrong)))
    assert "invalid-feedback" in said
    assert "全科都调不出" in said
    assert tickets(desk) == []


def test_what_belongs_to_others_cannot_be_chosen(desk: Desk) -> None:
    """ALL-1"""
    theirs, *_ = in_force(desk.world.h2, desk.world.v1, "pacs", number="HT-2")
    from servicedesk.tenancy import wall
    from servicedesk.tenancy.wall import Context

    with wall.opened(Context.of_hospital(desk.world.h2.id)):
        system = str(theirs.systems.first().pk)
    place = make_place(desk.world.h2)
    it = browser(desk.it)
    for wrong in ({"system": system}, {"place": str(place.pk)}):
        assert "invalid-feedback" in text(it.post("/report/", given(desk, **wrong)))
    assert tickets(desk) == []


def test_a_patient_is_warned_of_before_anything_is_sent(desk: Desk) -> None:
    """ALL-15"""
    ward, typed = browser(desk.ward), given(desk, title="住院号 ZY0012345 片子调不出")
    said = text(ward.post("/report/", typed))
    assert "a patient's record number" in said
    assert 'value="mask"' in said
    assert tickets(desk) == []
    ward.post("/report/", typed | {"patient_data": "mask"})
    assert tickets(desk)[0].title == "住院号 *******45 片子调不出"


def test_the_form_costs_the_same_with_one_contract_and_with_three(desk: Desk) -> None:
    it = browser(desk.it)
    it.get("/report/")
    with CaptureQueriesContext(connection) as one:
        it.get(f"/report/?system={system_of(desk)}")
    for code in ("hrp", "smart"):
        in_force(desk.world.h1, desk.world.v1, code)
    with CaptureQueriesContext(connection) as three:
        it.get(f"/report/?system={system_of(desk)}")
    assert len(three) <= len(one)


# ── the telephone log ────────────────────────────────────────────────────────────────────────────────────────────────
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
    assert it.post(f"/calls/{call.pk}/dispute/", {"why": "不是那时"}).status_code == 409
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
        ({"number": "8\x1b105"}, "cannot be seen"),
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
        ({"caller": "\u202e王", "when": "now"}, "cannot be seen"),
        ({"number": "8\x00105", "when": "now"}, "cannot be seen"),
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
        assert f'href="/tickets/{ticket.pk}/call-now/"' in said
        assert f'href="/tickets/{ticket.pk}/calls/new/"' in said
    over = text(browser(desk.engineer).get(f"/tickets/{ticket.pk}/calls/new/", HTTP_HX_REQUEST="true"))
    assert "<html" not in over
    assert f'value="{desk.engineer.name}"' in over


# ── stickers and numbers ─────────────────────────────────────────────────────────────────────────────────────────────
def test_a_batch_is_made_and_printed_in_one_breath(desk: Desk) -> None:
    it = browser(desk.it)
    lines = "\n".join(f"阅片工作站 {n:02}" for n in range(30)) + "\n阅片工作站 00\n\n"
    said = text(it.post("/stickers/new/", {"system": system_of(desk), "labels": lines}))
    assert said.count('<article class="sticker">') == 30
    assert said.count('<section class="sticker-sheet"') == 2
    assert said.count("<svg xmlns") == 30
    assert "400-800-1234" in said
    with desk.inside():
        assert Sticker.objects.count() == 30
    assert "style=" not in said


def test_the_printed_code_leads_to_its_own_page(desk: Desk, monkeypatch) -> None:
    from tickets import stickers as drawing

    seen: list[str] = []
    monkeypatch.setattr(drawing, "drawn", lambda address: seen.append(address) or "")
    browser(desk.it).post("/stickers/new/", {"system": system_of(desk), "labels": "A\nB"})
    tokens = [address.split("/")[-2] for address in seen]
    with desk.inside():
        assert [find_sticker(token).sticker_id for token in tokens] == list(
            Sticker.objects.order_by("id").values_list("id", flat=True)
        )
        assert not Sticker.objects.filter(token_hash__in=tokens).exists()


def test_revoked_and_printed_anew(desk: Desk) -> None:
    one, two = stick(desk, "01", "02")
    it = browser(desk.it)
    assert it.post(f"/stickers/{one.sticker.pk}/revoke/").status_code == 302
    said = text(it.get("/stickers/"))
    assert "02" in said
    assert str(one.sticker.pk) not in said
    assert text(it.post("/stickers/print-anew/", {"sticker": [str(two.sticker.pk)]})).count("<svg xmlns") == 1
    assert find_sticker(two.token) is None
    for odd in ([], ["x"], [str(one.sticker.pk)], [str(uuid4())]):
        assert it.post("/stickers/print-anew/", {"sticker": odd}).status_code == 409


def test_a_sticker_is_found_by_what_it_is_on(desk: Desk) -> None:
    stick(desk, "CT 工作站", "胶片打印机")
    it = browser(desk.it)
    said = text(it.get("/stickers/?q=打印"))
    assert "胶片打印机" in said
    assert "CT 工作站" not in said
    assert text(it.get("/stickers/?q=3号楼")).count('type="checkbox"') == 2
    assert "No sticker of this name" in text(it.get("/stickers/?q=%25_\\"))


def test_nobody_elses_sticker_is_touched(desk: Desk) -> None:
    """ALL-1"""
    (one,) = stick(desk)
    other = browser(make_member(Role.IT_LEAD, desk.world.h2))
    assert other.post(f"/stickers/{one.sticker.pk}/revoke/").status_code == 404
    assert other.post("/stickers/print-anew/", {"sticker": [str(one.sticker.pk)]}).status_code == 409
    assert find_sticker(one.token) is not None
    assert browser(desk.engineer).get("/stickers/").status_code == 403


def test_a_sticker_for_a_door_names_no_system(desk: Desk) -> None:
    place, it = make_place(desk.world.h1), browser(desk.it)
    assert "Say what the sticker is for" in text(it.post("/stickers/new/", {"system": "", "labels": ""}))
    assert "<svg xmlns" in text(it.post("/stickers/new/", {"system": "", "place": str(place.pk), "labels": ""}))
    assert "All that stand there" in text(it.get("/stickers/"))
    with desk.inside():
        (sticker,) = Sticker.objects.all()
    assert (sticker.contract_id, sticker.vendor_id, sticker.place_id) == (None, None, place.pk)


@pytest.mark.parametrize(
    "wrong",
    [{"labels": "x" * 61}, {"labels": "\n".join(map(str, range(241)))}, {"labels": "a\x07b"}, {"system": "x"}],
    ids=["long", "many", "bell", "system"],
)
def test_odd_batches_are_refused(desk: Desk, wrong: dict) -> None:
    said = text(browser(desk.it).post("/stickers/new/", {"system": system_of(desk), "labels": "A"} | wrong))
    assert "invalid-feedback" in said
    with desk.inside():
        assert not Sticker.objects.exists()


def test_the_lead_chooses_how_tickets_are_numbered(desk: Desk) -> None:
    lead = browser(desk.lead)
    assert lead.post("/numbers/", {"prefix": "sy", "digits": "4"}).status_code == 302
    assert re.fullmatch(r"SY-\d{8}-0001", desk.report(at=timezone.now(), severity=Severity.B).number)
    assert browser(desk.it).get("/numbers/").status_code == 403


@pytest.mark.parametrize(
    ("prefix", "digits"),
    [("SIY", "3"), ("S0", "3"), ("", "3"), ("省医", "3"), ("A" * 13, "3"), ("SY", "1"), ("SY", "x")],
)
def test_odd_number_rules_are_refused(desk: Desk, prefix: str, digits: str) -> None:
    assert "invalid-feedback" in text(browser(desk.lead).post("/numbers/", {"prefix": prefix, "digits": digits}))
    with desk.inside():
        assert not NumberRule.objects.exists()
