"""The page behind a sticker, as a phone without an account sees it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import Tries
from servicedesk.files.models import StoredFile
from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.contracts.people import in_force
from tests.tickets.people import Desk
from tests.tickets.test_scanning import stick
from tests.world import make_place
from tickets.enums import State
from tickets.models import MeToo, Ticket
from tickets.services.outages import announce_outage, put_under
from tickets.services.stickers import About, make_stickers, revoke_sticker
from tickets.views.scanning import MISSES, RECEIPT

pytestmark = pytest.mark.django_db
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)
BAD = {
    "one megabyte": "片" * 350_000,
    "control characters": "卡死\x00\x1b[31m",
    "turned writing": "卡死\u202egpj.exe",
    "markup": "<script>alert(1)</script>",
    "emoji": "😱" * 3,
    "arabic": "مرحبا",
}


@pytest.fixture
def page(desk: Desk) -> str:
    (one,) = stick(desk)
    desk.sticker = one.sticker
    return f"/r/{one.token}/"


@pytest.fixture
def phone() -> Client:
    return in_english()


def in_english() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def send(phone: Client, page: str, /, **more):
    given = {"symptom": "slow", "submission": str(uuid4())} | more
    return phone.post(page, given)


def tickets(desk: Desk) -> list[Ticket]:
    with desk.inside():
        return list(Ticket.objects.order_by("id"))


def words_of(response) -> str:
    return unescape(response.content.decode())


def test_it_knows_where_it_hangs_and_asks_one_thing(desk: Desk, phone: Client, page: str) -> None:
    said = words_of(phone.get(page))
    for words in (
        desk.world.h1.short_name,
        "放射科",
        "3号楼",
        "阅片工作站 05",
        "400-800-1234",
        "Does not open",
        "Affects patients under way",
    ):
        assert words in said
    assert said.count('type="radio"') == 6


def test_the_page_is_small(desk: Desk, phone: Client, page: str) -> None:
    """Sheet, scripts and all: at most 60 KB, before any compression."""
    stick(desk, *(f"工作站 {n}" for n in range(30)))
    for _ in range(3):
        send(phone, page, symptom="no_images")
    html = phone.get(page).content
    parts = [settings.BASE_DIR / "static" / name for name in ("dist/scan.css", "dist/scan.js", "dist/theme.js")]
    total = len(html) + sum(part.stat().st_size for part in [*parts, settings.BASE_DIR / "static/favicon.svg"])
    assert total <= 60_000, total


def test_three_taps_are_a_ticket_with_number_name_and_time(desk: Desk, phone: Client, page: str) -> None:
    """PACS-6, PACS-7: the number, who calls and by when, at once."""
    answer = send(phone, page)
    (ticket,) = tickets(desk)
    assert answer.status_code == 302
    assert answer.url == f"{page}t/{ticket.number}/"
    said = words_of(phone.get(answer.url))
    due = timezone.localtime(ticket.recorded_at + timedelta(hours=1))
    assert ticket.number in said
    assert f"will call you by {due:%H:%M}" in said
    assert "Ask for haste" in said


def test_five_presses_are_one_ticket(desk: Desk, phone: Client, page: str) -> None:
    key = str(uuid4())
    answers = [send(phone, page, submission=key).url for _ in range(5)]
    assert len(set(answers)) == 1
    assert len(tickets(desk)) == 1


def test_only_this_browser_may_look(desk: Desk, phone: Client, page: str) -> None:
    """A photo of the address, or another phone at the same sticker, reads nothing."""
    there = send(phone, page).url
    stranger = in_english()
    for path in (there, f"{there}?live"):
        answer = stranger.get(path)
        assert answer.status_code == 410
        assert "will call you" not in words_of(answer)
    assert stranger.post(f"{there}urge/").status_code == 410
    phone.cookies[RECEIPT].set(RECEIPT, phone.cookies[RECEIPT].value + "x", phone.cookies[RECEIPT].value + "x")
    assert phone.get(there).status_code == 410
    assert tickets(desk)[0].title not in words_of(stranger.get(page))


def test_a_receipt_of_one_hospital_opens_nothing_at_another(desk: Desk, phone: Client, page: str, world) -> None:
    from tests.tickets.people import make_desk

    number = send(phone, page).url.split("/")[-2]
    other = make_desk(type(world)(world.h2, world.h1, world.h3, world.v1, world.v2, world.radiology, world.pharmacy))
    (theirs,) = stick(other)
    assert phone.get(f"/r/{theirs.token}/t/{number}/").status_code == 410


def test_haste_is_asked_for_once_in_a_while(desk: Desk, phone: Client, page: str) -> None:
    there = send(phone, page).url
    first = phone.post(f"{there}urge/")
    assert first.status_code == 302
    urged = tickets(desk)[0].urged_at
    assert urged is not None
    phone.post(f"{there}urge/")
    assert tickets(desk)[0].urged_at == urged
    assert "They were asked for haste" in words_of(phone.get(there))


def test_patients_under_way_lead_to_the_telephone(desk: Desk, phone: Client, page: str) -> None:
    """PACS-16: kept as 'call now', the number as big as it gets, and no promise runs yet."""
    answer = send(phone, page, halts_care="on")
    (ticket,) = tickets(desk)
    assert (ticket.state, ticket.severity) == (State.CALL_AWAITED, "A")
    said = words_of(phone.get(answer.url))
    assert "Call now" in said
    assert 'href="tel:400-800-1234"' in said
    assert "will call you by" not in said


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_known_outage_takes_a_me_too_instead(desk: Desk, phone: Client, page: str, is_announced: bool) -> None:
    """ALL-6: what the hospital announced is called known, in its words; what others tapped is a hint and no more."""
    for _ in range(2):
        send(Client(), page, symptom="no_images")
    first, second = tickets(desk)
    if is_announced:
        desk.act(put_under, second, by=desk.it, at=timezone.now(), parent=first)
        facts = {"title": "全院调不出图", "words": "先用胶片", "expected_at": timezone.now() + timedelta(hours=1)}
        desk.act(announce_outage, first, by=desk.it, at=timezone.now(), **facts)
    said = words_of(phone.get(page))
    assert ("Known outages" in said, "Similar open tickets" in said) == (is_announced, not is_announced)
    assert all((words in said) == is_announced for words in ("全院调不出图", "先用胶片", "Expected to work again"))
    assert said.count("me-too/") == 1
    for _ in range(3):  # looked at anew each time: it is still the same browser
        answer = phone.post(f"{page}t/{first.number}/me-too/", {"key": str(uuid4())})
    assert "Noted: you are hit as well" in words_of(phone.get(answer.url))
    with desk.inside():
        assert MeToo.objects.filter(ticket=first).count() == 1
    assert len(tickets(desk)) == 2


def test_me_too_reaches_only_what_the_page_shows(desk: Desk, phone: Client, page: str) -> None:
    plain = desk.report(title="张三的片子")
    assert plain.title not in words_of(phone.get(page))
    assert phone.post(f"{page}t/{plain.number}/me-too/", {"key": str(uuid4())}).status_code == 410
    with desk.inside():
        assert not MeToo.objects.exists()


def test_a_photo_comes_along_once(desk: Desk, phone: Client, page: str) -> None:
    key = str(uuid4())
    for _ in range(2):
        send(phone, page, submission=key, photo=SimpleUploadedFile("a.png", PIXEL, "image/png"))
    with desk.inside():
        (kept,) = StoredFile.objects.all()
        assert (kept.added_by, kept.matter_id) == (desk.sticker.pk, tickets(desk)[0].matter_id)


def test_a_file_that_is_none_is_refused_and_nothing_else_lost(desk: Desk, phone: Client, page: str) -> None:
    evil = SimpleUploadedFile("a.png", b"MZ\x90\x00not a picture", "image/png")
    answer = send(phone, page, words="卡死了", name="刘敏", photo=evil)
    assert answer.status_code == 200
    said = words_of(answer)
    assert 'value="卡死了"' in said
    assert 'value="刘敏"' in said
    assert tickets(desk) == []


# What each answer says beside its field; "" means it is taken as it is.
ODD = {
    "one megabyte": "at most",
    "control characters": "cannot be shown",
    "turned writing": "cannot be shown",
    "markup": "",
    "emoji": "",
    "arabic": "",
}


@pytest.mark.parametrize("field", ["words", "name", "phone"])
def test_odd_texts_are_refused_beside_their_field_or_kept_as_they_are(
    desk: Desk, phone: Client, page: str, field: str
) -> None:
    for bad, sentence in ODD.items():
        before = len(tickets(desk))
        answer = send(phone, page, **{field: BAD[bad]}, halts_care="on")
        if sentence:
            said = words_of(answer)
            line = said[said.index(f'data-errors="{field}"') :].split("</p>")[0]
            assert (answer.status_code, sentence in line, "hidden" in line) == (200, True, False), bad
            assert 'value="slow" checked' in said, bad
            assert 'id="halts_care" checked' in said, bad
            assert len(tickets(desk)) == before, bad
        else:
            assert answer.status_code == 302, bad
            assert "<script>alert" not in phone.get(answer.url).content.decode(), bad
            kept = tickets(desk)[-1]
            assert BAD[bad] in (kept.words, kept.reporter_name, kept.reporter_phone, *kept.words.splitlines()), bad


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"symptom": "explosion"}, "symptom"), ({"symptom": ""}, "symptom"), ({"submission": "no-uuid"}, "submission"),
        ({"submission": ""}, "submission"), ({"symptom": "slow\x00"}, "symptom"),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_choices_are_refused_with_a_sentence(
    desk: Desk, phone: Client, page: str, given: dict, field: str
) -> None:
    answer = send(phone, page, **given)
    said = words_of(answer)
    line = said[said.index(f'data-errors="{field}"') :].split("</p>")[0]
    assert (answer.status_code, "hidden" in line) == (200, False)
    assert tickets(desk) == []


def test_of_several_systems_one_is_tapped_and_a_foreign_one_is_none(desk: Desk, phone: Client) -> None:
    """PACS-7, ALL-1: the door of a room concerns both vendors' systems; each report goes to its own."""
    hrp, *_ = in_force(desk.world.h1, desk.world.v2, "hrp")
    theirs, *_ = in_force(desk.world.h2, desk.world.v1, "pacs", number="HT-2")
    with wall.opened(Context.of_hospital(desk.world.h2.id)):
        foreign = str(theirs.systems.first().pk)
    with desk.acting(desk.it) as person:
        place = make_place(desk.world.h1, desk.world.radiology[desk.world.h1.id])
        (door,) = make_stickers(About(place=place), [""], by=person, at=timezone.now())
    with desk.inside():
        ours = [str(contract.systems.first().pk) for contract in (desk.contract, hrp)]
    page = f"/r/{door.token}/"
    said = words_of(phone.get(page))
    assert all(f'value="{key}"' in said for key in ours)
    assert foreign not in said
    for odd in ("", "x", foreign):
        assert "Tap which system it is first." in words_of(send(phone, page, system=odd))
    assert tickets(desk) == []
    for key in ours:
        assert send(phone, page, system=key).status_code == 302
    assert [ticket.vendor_id for ticket in tickets(desk)] == [desk.world.v1.id, desk.world.v2.id]
    sent = {"symptom": "slow", "submission": str(uuid4())}
    wrong = phone.post(page, sent, HTTP_ACCEPT="application/json").json()
    assert list(wrong["errors"]) == ["system"]


def test_a_device_without_place_and_department_reports_as_well(desk: Desk, phone: Client) -> None:
    with desk.acting(desk.it) as person:
        (cart,) = make_stickers(About(), ["移动推车 3"], by=person, at=timezone.now())
    assert "移动推车 3" in words_of(phone.get(f"/r/{cart.token}/"))
    there = send(phone, f"/r/{cart.token}/")
    assert "移动推车 3" in words_of(phone.get(there.url))
    (ticket,) = tickets(desk)
    assert (ticket.department_id, ticket.place_id, ticket.reporter_phone) == (None, None, "")


def test_the_photo_field_says_that_no_patient_may_be_on_it(phone: Client, page: str) -> None:
    """ALL-15"""
    assert "No patient's name or number may be on it." in words_of(phone.get(page))


def test_a_patient_is_warned_of_and_masked_by_one_click(desk: Desk, phone: Client, page: str) -> None:
    """ALL-15"""
    key, words = str(uuid4()), "患者11010519491231002X调不出"
    assert "an identity-card number" in words_of(send(phone, page, submission=key, words=words))
    assert tickets(desk) == []
    send(phone, page, submission=key, words=words, patient_data="mask")
    assert tickets(desk)[0].words == "患者****************2X调不出"


def test_a_script_is_told_in_its_own_words(desk: Desk, phone: Client, page: str) -> None:
    json = {"HTTP_ACCEPT": "application/json"}
    said = phone.post(page, {"symptom": "x", "submission": str(uuid4())}, **json)
    assert (said.status_code, list(said.json()["errors"]), said.json()["patient"]) == (422, ["symptom"], False)
    said = phone.post(page, {"symptom": "slow", "submission": str(uuid4())}, **json)
    assert phone.get(said.json()["to"]).status_code == 200


@pytest.mark.parametrize("token", ["x", "no-such-token-0000000000000000", "%00", "片" * 30])
def test_what_is_no_code_opens_nothing(phone: Client, db, token: str) -> None:
    assert phone.get(f"/r/{token}/").status_code == 410
    assert phone.post(f"/r/{token}/", {"symptom": "slow"}).status_code == 410


def test_a_revoked_sticker_opens_nothing(desk: Desk, phone: Client, page: str) -> None:
    there = send(phone, page).url
    desk.act(revoke_sticker, desk.sticker, by=desk.it, at=timezone.now())
    for answer in (phone.get(page), send(phone, page), phone.get(there), phone.post(f"{there}urge/")):
        assert answer.status_code == 410
    assert len(tickets(desk)) == 1


@pytest.mark.slow
def test_guessing_codes_is_stopped(desk: Desk, phone: Client, page: str) -> None:
    for n in range(MISSES.tries):
        phone.get(f"/r/guess-{n}/")
    assert phone.get("/r/guess-again/").status_code == 429
    assert phone.get(page).status_code == 429
    Tries.objects.all().delete()
    for _ in range(MISSES.tries + 5):  # whoever scans what is real is never counted
        assert phone.get(page).status_code == 200


@pytest.mark.slow
def test_one_sticker_cannot_flood_the_desk(desk: Desk, phone: Client, page: str) -> None:
    from tickets.views.scanning import REPORTS

    for _ in range(REPORTS.tries):
        Tries.objects.filter(key=MISSES.key("127.0.0.1")).delete()
        assert send(phone, page).status_code == 302
    answer = send(phone, page)
    assert answer.status_code == 200
    assert "Too many reports" in words_of(answer)
    assert len(tickets(desk)) == REPORTS.tries


def test_a_lapsed_contract_says_whom_to_call(desk: Desk, phone: Client, page: str) -> None:
    """PACS-1"""
    from contracts.models import Signing

    with desk.inside():
        Signing.objects.update(to_on=timezone.localdate() - timedelta(days=5))
    for answer in (phone.get(page), send(phone, page)):  # before anything is tapped, and to whoever had it open
        said = words_of(answer)
        assert "The yearly signing ran out" in said
        assert 'href="tel:400-800-1234"' in said
        assert 'type="radio"' not in said
    assert tickets(desk) == []


def test_no_context_is_left_open(desk: Desk, phone: Client, page: str) -> None:
    phone.get(page)
    send(phone, page)
    with wall.opened(Context()):
        assert not Ticket.objects.exists()


def test_a_photo_beyond_all_measure_is_refused(desk: Desk, phone: Client, page: str) -> None:
    huge = SimpleUploadedFile("a.png", PIXEL + b"\0" * (10 * 2**20), "image/png")
    assert "larger than 10 MB" in words_of(send(phone, page, photo=huge))
    assert tickets(desk) == []
