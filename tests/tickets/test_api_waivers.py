"""Waivers by the interface: the vendor's program asks, a person of the hospital decides; as on the clock's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Waiver
from tests.accounts.people import browser_of
from tests.tickets.machines import at, refused

pytestmark = pytest.mark.django_db


def test_a_program_asks_and_a_person_decides(desk, hospital, vendor):
    """PACS-17: not needed any more, as the hospital replaced the workstation itself. A token decides on no waiver."""
    pk = hospital.report(desk.contract).json()["id"]
    lead = browser_of(desk.lead)

    def decide(is_granted):
        body = {"metric": "respond", "is_granted": is_granted}
        return lead.post(at(pk, "decide-waiver"), body, content_type="application/json")

    assert "promised" in refused(vendor.post(at(pk, "ask-waiver"), asks(metric="deliver")), 409)["detail"]
    assert decide(True).status_code == 409
    assert vendor.post(at(pk, "ask-waiver"), asks()).status_code == 200
    refused(hospital.post(at(pk, "ask-waiver"), asks()), 403)
    refused(hospital.post(at(pk, "decide-waiver"), {"metric": "respond", "is_granted": True}), 403)
    assert decide(False).status_code == 409  # it takes a reason
    assert decide(True).status_code == 200
    with desk.inside():
        assert Waiver.objects.get().is_granted is True
    (clock,) = [one for one in hospital.get(at(pk, "clocks")).json() if one["metric"] == "respond"]
    assert clock["outcome"] == "waived"


def asks(**more) -> dict:
    since = (timezone.now() - timedelta(milliseconds=1)).isoformat()
    return {"metric": "respond", "solved_at": since, "why": "院方已自行更换"} | more
