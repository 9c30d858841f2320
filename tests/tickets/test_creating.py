"""A report by program: what it asks, what it writes, and that it is all there (the issue's figures)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.clocks.models import Clock, Step
from servicedesk.notices.models import InboxItem
from servicedesk.tenancy.models import Matter, Membership
from servicedesk.tenancy.wall import Context, opened
from tests.clocks.examples import AT
from tests.tickets.machines import refused
from tickets.models import DayCount, Entry, Ticket
from tickets.people import first_told, hospital_it

pytestmark = pytest.mark.django_db
STATEMENTS = 14  # eleven, and what the framework says of its own savepoints in a test


def test_a_report_costs_few_statements_and_writes_all_of_it(desk, hospital):
    """The figures: clocks and steps start by at most four, the whole was 26."""
    hospital.report(desk.contract)
    with CaptureQueriesContext(connection) as asked:
        answer = hospital.report(desk.contract)
    assert answer.status_code == 201, answer.json()
    assert len(asked) <= STATEMENTS, [query["sql"][:80] for query in asked]
    with desk.inside():
        ticket = Ticket.objects.get(pk=answer.json()["id"])
        clocks = Clock.objects.filter(matter_id=ticket.matter_id)
        assert set(clocks.values_list("metric", flat=True)) == {"respond", "on_site"}
        assert Step.objects.filter(clock__in=clocks).count() >= 4
        due = min(clock.due_at for clock in clocks if clock.due_at)
        assert ticket.due_at == Matter.objects.get(pk=ticket.matter_id).next_due_at == due
        assert Entry.objects.filter(ticket=ticket, act=Act.TICKET_REPORTED).count() == 1
        ids = (str(ticket.pk), str(ticket.matter_id))
        lines = Record.objects.filter(subject_id__in=ids, hospital_id=desk.world.h1.id).order_by("id")
        assert list(lines.values_list("act", flat=True)) == [Act.TICKET_REPORTED, Act.CLOCKS_STARTED]
        (version,) = ticket.history.all()
        assert (version.number, version.history_type) == (ticket.number, "+")
        assert version.history_user_id == hospital.token.membership.user_id
    with opened(Context.of_vendor(desk.world.v1.id, desk.world.h1.id)):
        told = InboxItem.objects.filter(subject_id=str(ticket.pk))
        assert desk.engineer.pk in told.values_list("membership_id", flat=True)


def test_whom_a_report_tells_is_asked_once_and_is_who_was_told_before(desk):
    ticket = desk.report()
    with desk.inside():
        told = first_told(ticket.contract, Act.TICKET_REPORTED, at=AT)
        assert told.named == hospital_it(ticket)
        assert told.duty == [desk.engineer.pk]
        assert {one.id for one in told.directory.people} == {*told.named, *told.duty}


def test_who_has_left_is_told_no_more(desk):
    with opened(Context.of_vendor(desk.world.v1.id, desk.world.h1.id)):
        Membership.objects.filter(pk=desk.engineer.pk).update(until_at=AT - timedelta(hours=1))
    with desk.inside():
        told = first_told(desk.contract, Act.TICKET_REPORTED, at=AT)
    assert desk.engineer.pk not in {*told.duty, *(one.id for one in told.directory.people)}


def test_a_refused_report_takes_no_number(desk, hospital):
    """No gap: the count goes back with the ticket."""
    hospital.report(desk.contract, external_number="7", external_source="HIS")
    refused(hospital.report(desk.contract, external_number="7", external_source="HIS"), 409)
    with desk.inside():
        numbers = list(Ticket.objects.order_by("id").values_list("number", flat=True))
        assert DayCount.objects.get().last == len(numbers) == 1
    assert hospital.report(desk.contract).json()["number"].endswith("-002")


def test_a_sentence_comes_in_the_language_of_whoever_asks_now(desk, hospital):
    """A field keeps what it once said; in Chinese after English it is Chinese all the same."""
    facts = {"contract": str(desk.contract.pk), "category": "fault", "title": "x" * 121, "channel": "web"}
    said = [
        hospital.post("/api/v1/tickets/", facts, **{"Accept-Language": language}).json()["detail"]
        for language in ("en", "zh-hans", "en")
    ]
    assert said[0] == said[2] != said[1]
    assert not said[1].isascii()
