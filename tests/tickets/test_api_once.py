"""`Idempotency-Key`: sent again it is the same answer; another body, or still running, is said. PACS-7."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.tickets.machines import at, make_machine, refused
from tickets.api.once import REPLAYED
from tickets.models import Entry, KeptAnswer, Ticket


def test_the_same_key_and_body_is_the_same_answer(desk, hospital):
    first, again = (hospital.report(desk.contract, "key-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert [answer.headers.get(REPLAYED) for answer in (first, again)] == [None, "true"]
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Content-Type"] == "application/json"
    other = make_machine(desk.lead).report(desk.contract, "key-1")
    assert (other.status_code, other.json()["id"] != first.json()["id"]) == (201, True)
    with desk.inside():
        assert Ticket.objects.count() == 2


def test_another_body_or_address_under_a_key_is_refused(desk, hospital):
    first = hospital.report(desk.contract, "key-1")
    said = refused(hospital.report(desk.contract, "key-1", title="另一件事"), 422)
    assert "used for another request" in said["detail"]
    pk = first.json()["id"]
    refused(hospital.post(at(pk, "urge"), **{"Idempotency-Key": "key-1"}), 422)
    with desk.inside():
        assert Ticket.objects.count() == 1


def test_acts_and_comments_are_done_once_too(desk, hospital, vendor):
    ticket = desk.report()
    headers = {"Idempotency-Key": "c-1"}
    first, again = (hospital.post(at(ticket.pk, "comments"), {"text": "见附件"}, **headers) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    taken = {"to": str(desk.engineer.pk)}
    answers = [vendor.post(at(ticket.pk, "accept"), taken, **{"Idempotency-Key": "a-1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    with desk.inside():
        assert Entry.objects.filter(ticket=ticket, kind="message").count() == 1
        assert Entry.objects.filter(ticket=ticket, act="tickets.accepted").count() == 1


def test_what_was_refused_gives_its_key_back(desk, hospital):
    """Once it is mended it may be sent under the same key."""
    refused(hospital.report(desk.contract, "key-1", category="coffee"), 409)
    refused(hospital.report(desk.contract, "key-1", title=""), 400)
    assert hospital.report(desk.contract, "key-1").status_code == 201


def test_a_key_ends_after_its_time_and_is_forgotten(desk, hospital):
    first = hospital.report(desk.contract, "key-1")
    with desk.inside():
        past = timezone.now() - timedelta(days=3)
        assert KeptAnswer.objects.update(until_at=past) == 1
    second = hospital.report(desk.contract, "key-1", title="另一件事")
    assert (second.status_code, second.json()["id"] != first.json()["id"]) == (201, True)
    with desk.inside():
        kept = KeptAnswer.objects.get()
        assert timedelta(days=2, hours=23) < kept.until_at - timezone.now() <= timedelta(days=3)


def test_an_answer_of_another_is_not_seen(desk, hospital, vendor):
    hospital.report(desk.contract, "key-1")
    answer = vendor.post("/api/v1/tickets/", {"contract": str(desk.contract.pk)}, **{"Idempotency-Key": "key-1"})
    refused(answer, 403)
    with desk.acting(desk.manager) as person:
        assert not KeptAnswer.objects.visible_to(person).exists()


@pytest.mark.parametrize("key", ["", "k" * 201, "钥匙", "a\tb"])
def test_a_key_that_is_none(desk, hospital, key):
    said = refused(hospital.post("/api/v1/tickets/", {}, **{"Idempotency-Key": key}), 400)
    assert said["errors"][0]["field"] == "Idempotency-Key"


def test_a_link_for_signing_is_kept_nowhere(desk, hospital):
    """What is said once is not said again to whoever has the key."""
    from tickets.enums import Cause, Remedy
    from tickets.services.solving import resolve

    ticket = desk.accepted()
    desk.act(resolve, ticket, by=desk.engineer, at=timezone.now(), words="x", cause=Cause.DATA, remedy=Remedy.OTHER)
    answers = [hospital.post(at(ticket.pk, "signing-link"), **{"Idempotency-Key": "s-1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["url"] != answers[1].json()["url"]
    with desk.inside():
        assert not KeptAnswer.objects.exists()


def test_a_key_costs_two_questions(desk, hospital):
    def cost(key):
        with CaptureQueriesContext(connection) as asked:
            assert hospital.report(desk.contract, key).status_code == 201
        return len(asked)

    cost("")
    assert cost("key-1") == cost("") + 2
