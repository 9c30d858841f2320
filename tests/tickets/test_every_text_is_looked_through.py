"""ALL-15: a new free text is looked through because it is in a form, or sent by a program."""

from __future__ import annotations

import importlib
import pkgutil
import re
from html import unescape
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

import tickets.api
import tickets.forms
from tests.clocks.test_promise_pages import client_of
from tests.tickets.machines import TICKETS, refused
from tests.tickets.machines import at as address
from tests.tickets.test_patients_stay_out import MASKED, PATIENT
from tickets.forms.texts import GuardsPatientData, is_written
from tickets.models import Call, Entry, IncidentLine, MajorIncident, RemoteAuthorisation, Ticket
from tickets.services.incidents import declare_incident

pytestmark = pytest.mark.django_db
ASKS_ONLY = {"FilterForm", "RecordFilter", "RemoteFilter"}  # sent by GET; nothing of it is kept
POSTS = re.compile(r'<form[^>]*method="post".*?</form>', re.S)
NUMBER = "11010519491231002X"


def modules(package) -> list:
    return [importlib.import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]


# ── by default ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_form_with_a_free_text_looks_through_it():
    found = {
        one
        for module in modules(tickets.forms)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, forms.BaseForm) and one.__module__.startswith("tickets.")
    }
    assert len(found) > 30
    written = {one for one in found if any(map(is_written, getattr(one, "base_fields", {}).values()))}
    careless = {one.__name__ for one in written if not issubclass(one, GuardsPatientData)}
    assert careless <= ASKS_ONLY


@pytest.mark.parametrize("file", sorted((Path(settings.BASE_DIR) / "templates/tickets").glob("*.html")), ids=str)
def test_every_page_that_sends_one_offers_the_one_click(file):
    for form in POSTS.findall(file.read_text()):
        drawn = set(re.findall(r"{{ (\w+)\|crispy }}", form))
        offered = set(re.findall(r'_patient_data.html" with form=(\w+)', form))
        assert drawn - offered <= ({"form"} if '"tickets/_patient_data.html" %}' in form else set()), file.name


def test_every_body_of_a_program_comes_through_one_door():
    for module in modules(tickets.api):
        read = vars(module).get("read")
        assert read is None or read.__module__ == "tickets.api.patients", module.__name__


# ── what was left out before ─────────────────────────────────────────────────────────────────────────────────────────
def kept(desk) -> str:
    with desk.inside():
        rows = [str(row) for model in (Entry, MajorIncident, IncidentLine, RemoteAuthorisation)
                for row in model.objects.values_list()]  # fmt: skip
        return " ".join(rows)


@pytest.mark.parametrize("name", ["many", "declare", "update", "remote"])
def test_one_click_before_it_is_kept(desk, name):
    ticket = desk.accepted(at=timezone.now())
    incident = desk.act(declare_incident, ticket, by=desk.it, at=timezone.now(), title="全院中断", why="停诊")
    other = desk.accepted(at=timezone.now())
    major = {"title": "中断", "every_minutes": 30}
    remote = {"contract": desk.contract.pk, "what": "PACS服务器", "minutes": 60, "submission": str(ticket.pk)}
    path, who, field, more = {
        "many": (reverse("say_on_tickets"), desk.engineer, "text", {"ticket": [str(ticket.pk)]}),
        "declare": (reverse("declare_incident", args=[other.pk]), desk.lead, "why", major),
        "update": (reverse("update_incident", args=[incident.pk]), desk.it, "text", {}),
        "remote": (reverse("ask_remote"), desk.engineer, "why", remote),
    }[name]
    client = client_of(who)
    said = unescape(client.post(path, {field: PATIENT, **more}).content.decode())
    assert "an identity-card number" in said
    assert PATIENT in said
    assert 'name="patient_data" value="mask"' in said
    assert NUMBER not in kept(desk)
    assert client.post(path, {field: PATIENT, **more, "patient_data": "mask"}).status_code == 302
    assert MASKED in kept(desk)
    assert NUMBER not in kept(desk)


# ── programs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_program_is_refused_with_the_masked_text_and_says_what_it_is(desk, hospital):
    """Nothing is kept before it has said so; its key is given back."""
    answer = hospital.report(desk.contract, key="OA-1", words=PATIENT)
    said = refused(answer, 422)
    assert "Patient-Data" in said["detail"]
    (error,) = said["errors"]
    assert (error["field"], error["masked"]) == ("words", MASKED)
    assert hospital.get(TICKETS).json()["results"] == []
    facts = {"category": "fault", "title": "无法调图", "severity": "B", "channel": "web", "words": PATIENT}
    facts["contract"] = str(desk.contract.pk)
    masked = hospital.post(TICKETS, facts, **{"Idempotency-Key": "OA-1", "Patient-Data": "mask"})
    assert (masked.status_code, masked.json()["words"]) == (201, MASKED)
    as_it_is = hospital.post(TICKETS, facts, **{"Patient-Data": "keep"})
    assert as_it_is.json()["words"] == PATIENT


def test_acts_comments_and_what_stands_inside_a_call(desk, hospital, vendor):
    pk = hospital.report(desk.contract).json()["id"]
    assert hospital.post(address(pk, "comments"), {"text": PATIENT}).status_code == 422
    assert hospital.post(address(pk, "call-for-visit"), {"why": PATIENT}).status_code == 422
    call = {"called_at": timezone.now().isoformat(), "caller": "刘敏", "words": PATIENT}
    answer = hospital.post(address(pk, "change-severity"), {"severity": "A", "why": "停诊", "call": call})
    assert [error["field"] for error in refused(answer, 422)["errors"]] == ["call.words"]
    assert hospital.post(address(pk, "log-call"), call, **{"Patient-Data": "mask"}).status_code == 200
    with desk.inside():
        assert list(Call.objects.values_list("words", flat=True)) == [MASKED]
        assert Ticket.objects.get().severity == "B"
