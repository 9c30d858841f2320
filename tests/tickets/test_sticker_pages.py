"""Stickers and numbers: made, printed, revoked and found by the hospital's IT."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from servicedesk.ui.qr import Picture
from tests.tickets.people import Desk
from tests.tickets.test_report_pages import browser, system_of, text
from tests.tickets.test_scanning import stick
from tests.world import make_member, make_place
from tickets.models import NumberRule, Sticker
from tickets.services.stickers import find_sticker

DRAWN = '<svg class="sticker-code"'
pytestmark = pytest.mark.django_db


def test_a_batch_is_made_and_printed_in_one_breath(desk: Desk) -> None:
    it = browser(desk.it)
    lines = "\n".join(f"阅片工作站 {n:02}" for n in range(30)) + "\n阅片工作站 00\n\n"
    said = text(it.post("/stickers/new/", {"system": system_of(desk), "labels": lines}))
    assert said.count('<article class="sticker">') == 30
    assert said.count('<section class="sticker-sheet"') == 2
    assert said.count(DRAWN) == 30
    assert "400-800-1234" in said
    with desk.inside():
        assert Sticker.objects.count() == 30
    assert "style=" not in said
    said = text(it.post("/stickers/new/", {"system": system_of(desk), "labels": "长" * 60}))
    assert '<article class="sticker is-longest">' in said  # small letters, where the name would be cut
    assert f'<b class="on">{"长" * 60}</b>' in said


def test_the_printed_code_leads_to_its_own_page(desk: Desk, monkeypatch) -> None:
    from tickets.views import stickers as drawing

    seen: list[str] = []
    monkeypatch.setattr(drawing, "picture", lambda address: seen.append(address) or Picture(1, ""))
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
    assert text(it.post("/stickers/print-anew/", {"sticker": [str(two.sticker.pk)]})).count(DRAWN) == 1
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
    assert DRAWN in text(it.post("/stickers/new/", {"system": "", "place": str(place.pk), "labels": ""}))
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
    assert lead.post("/numbers/", {"digits": "4"}).status_code == 302
    number = desk.report(at=timezone.now(), severity=Severity.B).number
    assert re.fullmatch(r"SHEN-\d{8}-0001", number)
    assert number in text(lead.get("/numbers/"))
    assert browser(desk.it).get("/numbers/").status_code == 403


@pytest.mark.parametrize("digits", ["1", "7", "x", ""])
def test_odd_number_rules_are_refused(desk: Desk, digits: str) -> None:
    assert "invalid-feedback" in text(browser(desk.lead).post("/numbers/", {"digits": digits}))
    with desk.inside():
        assert not NumberRule.objects.exists()
