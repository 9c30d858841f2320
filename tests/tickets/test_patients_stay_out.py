"""ALL-15: whatever is written on a ticket is looked through first; one click masks what looks like a patient."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.accounts.people import browser_of
from tests.tickets.closing import SOLVED, seen
from tests.tickets.examples_closing import DRAWN
from tests.tickets.people import Desk
from tickets.models import Call, Entry, FeedbackForm, Note, Objection, Outage, Solution, Ticket
from tickets.services import solving
from tickets.services.signing import make_link

pytestmark = pytest.mark.django_db
PATIENT = "患者11010519491231002X的片子"
MASKED = "患者****************2X的片子"
# Where something is written: who writes, what of it is looked through, what else the form needs.
WRITTEN = {
    "ticket_say": ("ward", "text", {}),
    "ticket_note": ("engineer", "text", {}),
    "ticket_resolve": ("engineer", "words", {"cause": "software", "remedy": "restarted"}),
    "ticket_work_around": ("engineer", "words", {}),
    "ticket_call_visit": ("it", "why", {}),
    "ticket_hand_over": ("engineer", "why", {}),
    "call_about": ("it", "said", {"when": "now", "caller": "刘敏"}),
    "announce_outage": ("it", "title", {}),
    "say_to_children": ("engineer", "text", {}),
}


def written(desk: Desk, member: Any) -> str:
    """All that stands on tickets, as the one who wrote it finds it: a note is its own side's."""
    with desk.acting(member):
        rows = [str(row) for model in (Solution, Outage, Note) for row in model.objects.values_list()]
        return " ".join([*rows, *map(str, Entry.objects.values_list("text", "facts"))])


def calls(desk: Desk) -> str:
    with desk.inside():
        return " ".join(Call.objects.values_list("words", flat=True))


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_is_written_before_one_click_and_that_masks_it(desk: Desk, name: str) -> None:
    who, field, more = WRITTEN[name]
    member = getattr(desk, who)
    member.user.language = "en"
    member.user.save()
    ticket = desk.accepted(at=timezone.now() - timedelta(minutes=20))
    client, url = browser_of(member), reverse(name, args=[ticket.pk])
    answer = client.post(url, {field: PATIENT, **more})
    said = unescape(answer.content.decode())
    assert "an identity-card number" in said
    assert PATIENT in said  # nothing typed is lost
    assert 'name="patient_data" value="mask"' in said
    assert "11010519491231002X" not in written(desk, member) + calls(desk)
    assert client.post(url, {field: PATIENT, **more, "patient_data": "mask"}).status_code == 302
    assert MASKED in written(desk, member) + calls(desk)


def test_it_is_no_patients_and_goes_as_it_is(desk: Desk) -> None:
    ticket = desk.accepted(at=timezone.now() - timedelta(minutes=20))
    url = reverse("ticket_say", args=[ticket.pk])
    assert browser_of(desk.engineer).post(url, {"text": PATIENT, "patient_data": "keep"}).status_code == 302
    assert PATIENT in written(desk, desk.engineer)


def test_people_at_work_tell_each_other_their_numbers(desk: Desk) -> None:
    ticket = desk.accepted(at=timezone.now() - timedelta(minutes=20))
    url = reverse("ticket_say", args=[ticket.pk])
    assert browser_of(desk.engineer).post(url, {"text": "请打我的手机 13900001234"}).status_code == 302
    assert "13900001234" in written(desk, desk.engineer)


@pytest.mark.parametrize("verdict", ["sign", "refuse"])
def test_words_beside_a_signature_and_the_verdict_that_was_pressed_stay(desk: Desk, verdict: str) -> None:
    """The button that masks sends the same answer: a refusal stays a refusal."""
    now = timezone.now()
    ticket = desk.accepted(at=now - timedelta(hours=1))
    desk.act(solving.resolve, ticket, by=desk.engineer, at=now - timedelta(minutes=30), **SOLVED)
    _link, secret = desk.act(make_link, ticket, by=desk.engineer, at=now)
    url, client = reverse("sign_by_link", args=[secret]), _anonymous()
    field = "words" if verdict == "sign" else "why"
    given = {"name": "刘敏", "satisfaction": "satisfied", "strokes": DRAWN, "seen": seen(desk, ticket), field: PATIENT}
    said = unescape(client.post(url, {**given, "verdict": verdict}).content.decode())
    assert "an identity-card number" in said
    assert f'name="verdict" value="{verdict}"' in said.split("<fieldset>")[0]
    assert _kept(desk) == []
    assert client.post(url, {**given, "verdict": verdict, "patient_data": "mask"}).status_code == 302
    assert _kept(desk) == [MASKED]


def _kept(desk: Desk) -> list[str]:
    with desk.inside():
        assert Ticket.objects.exists()
        return [*FeedbackForm.objects.values_list("words", flat=True), *Objection.objects.values_list("why", flat=True)]


def _anonymous() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client
