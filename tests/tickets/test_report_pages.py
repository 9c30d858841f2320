"""Reporting in the browser, as the hospital's people do it."""

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
from servicedesk.sla.promise import Channel
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from tests.accounts.people import browser_of
from tests.contracts.people import in_force
from tests.tickets.people import Desk
from tests.tickets.test_scan_pages import BAD, ODD, PIXEL
from tests.world import make_member, make_place
from tickets.enums import State
from tickets.models import MeToo, Ticket
from tickets.services.outages import announce_outage

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


def test_a_refused_file_leaves_nothing_behind_and_keeps_what_was_typed(desk: Desk, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    files = [SimpleUploadedFile("b.png", PIXEL), SimpleUploadedFile("a.png", b"MZ\x90 no picture")]
    said = text(browser(desk.ward).post("/report/", given(desk, file=files)))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
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
    """PACS-16, HRP-12: refused as such, all that was typed waits for the call, and the log beside it."""
    ward = browser(desk.ward)
    answer = ward.post("/report/", given(desk, severity=severity, file=SimpleUploadedFile("问题.log", b"2026 error")))
    (ticket,) = tickets(desk)
    assert answer.url == f"/tickets/{ticket.pk}/call-now/"
    assert (ticket.state, ticket.reported_at, ticket.words) == (State.CALL_AWAITED, None, "全科都调不出")
    with desk.inside():
        assert [kept.name for kept in StoredFile.objects.filter(matter_id=ticket.matter_id)] == ["问题.log"]
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
