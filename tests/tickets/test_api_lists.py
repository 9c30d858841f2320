"""Lists for programs: pages by key, filters, the pace. SMART-11."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from servicedesk.sla.promise import Metric
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Place
from servicedesk.tenancy.scopes import Scope
from servicedesk.tenancy.wall import Context
from tests.contracts.people import manager_of
from tests.tickets.examples import make_ticket
from tests.tickets.machines import TICKETS, at, make_machine, refused


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_pages_neither_double_nor_lose_a_row_while_others_are_added(desk, hospital):
    world = desk.world
    made = {str(make_ticket(world.h1, world.v1, contract=desk.contract).pk) for _ in range(5)}
    seen, path = [], f"{TICKETS}?limit=2"
    while path:
        page = hospital.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
        make_ticket(world.h1, world.v1, contract=desk.contract)
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_changes_come_in_their_order(desk, hospital, vendor):
    first, second = (hospital.report(desk.contract).json() for _ in range(2))
    vendor.post(at(first["id"], "accept"), {"to": str(desk.engineer.pk)})
    since = first["recorded_at"].replace("+", "%2B")
    page = hospital.get(f"{TICKETS}?changed_since={since}&limit=1").json()
    rest = hospital.get(page["next"]).json()
    assert [row["id"] for row in page["results"] + rest["results"]] == [second["id"], first["id"]]
    assert rest["next"] is None


def test_filters(desk, hospital, vendor):
    one = hospital.report(desk.contract).json()
    hospital.report(desk.contract, severity="C")
    vendor.post(at(one["id"], "accept"), {"to": str(desk.engineer.pk)})

    def found(query):
        return len(hospital.get(f"{TICKETS}?{query}").json()["results"])

    assert found("state=working&state=reported") == 2
    assert found("state=working") == 1
    assert found("severity=C") == 1
    assert found(f"contract={desk.contract.pk}") == 2
    assert found(f"contract={uuid4()}") == 0
    assert found(f"number={one['number']}") == 1


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=WyJcdTAwMDAiXQ", "cursor=W10", "cursor=" + "a" * 401, "limit=0", "limit=201", "limit=x",
     "state=gone", "severity=9", "contract=1", "changed_since=2026-01-01", "changed_since=yesterday",
     "changed_since=0001-01-01T00:00:00%2B14:00", "coffee=1", "number=%00", "cursor=" + "WyJcdWQ4MDAiXQ"],
)  # fmt: skip
def test_a_question_that_makes_no_sense(desk, hospital, query):
    assert refused(hospital.get(f"{TICKETS}?{query}"), 400)["errors"]


def test_a_list_costs_the_same_at_one_and_at_nine(desk, hospital):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert hospital.get(TICKETS).status_code == 200
        return len(asked)

    make_ticket(desk.world.h1, desk.world.v1, contract=desk.contract)
    cost()
    one = cost()
    for _ in range(8):
        make_ticket(desk.world.h1, desk.world.v1, contract=desk.contract)
    assert cost() == one <= 6


def test_contracts_and_people(desk, hospital, vendor):
    (contract,) = hospital.get("/api/v1/contracts/").json()["results"]
    assert contract["id"] == str(desk.contract.pk)
    assert contract["status"] == "active"
    assert "fault" in [item["category"] for item in contract["catalogue"]]
    assert hospital.get(f"/api/v1/contracts/{desk.contract.pk}/").json() == contract
    names = {row["name"]: row for row in vendor.get("/api/v1/people/").json()["results"]}
    assert desk.engineer.name in names
    assert desk.it.name not in names
    assert not any("interface" in name for name in names)


# ── pace ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_too_many_requests_are_asked_to_come_back(desk, hospital, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [hospital.get(TICKETS) for _ in range(8)]  # a minute may turn in between
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert 0 < int(late[0]["Retry-After"]) <= 60
    refused(late[0], 429)
    assert make_machine(desk.lead).get(TICKETS).status_code == 200


def test_without_valkey_nobody_is_held_up(desk, hospital, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [hospital.get(TICKETS).status_code for _ in range(3)] == [200] * 3


def test_a_vendor_that_no_longer_serves_the_hospital_writes_nothing(desk, vendor):
    from servicedesk.tenancy.models import Engagement

    ticket = desk.report()
    today = timezone.localdate()
    with wall.opened(Context.of_platform()):
        rows = Engagement.objects.filter(hospital=desk.world.h1, vendor=desk.world.v1)
        rows.update(to_on=today - timedelta(days=1), read_until=today + timedelta(days=9))
    assert vendor.get(at(ticket.pk)).status_code == 200
    refused(vendor.post(at(ticket.pk, "accept")), 403)
    assert desk.clocks(ticket)[Metric.RESPOND] is None


def test_a_managers_machine_of_another_vendor_is_a_stranger(desk):
    ticket = desk.report()
    stranger = make_machine(manager_of(desk.world.v2))
    refused(stranger.get(at(ticket.pk)), 404)
    refused(stranger.post(at(ticket.pk, "accept")), 404)


def test_where_a_fault_can_be(desk, hospital, vendor):
    """The ids that a report names; a vendor sees those of the hospitals it serves, a stranger none."""
    world = desk.world
    rows = {row["name"]: row for row in hospital.get("/api/v1/departments/").json()["results"]}
    assert str(world.radiology[world.h1.id].pk) in {row["id"] for row in rows.values()}
    assert {row["hospital"] for row in rows.values()} == {world.h1.id}
    with desk.inside():
        place = Place.objects.create(hospital=world.h1, building="3号楼", floor="2层")
    found = {row["id"]: row["name"] for row in vendor.get("/api/v1/places/?limit=200").json()["results"]}
    assert found[str(place.pk)] == "3号楼 2层"
    said = hospital.report(desk.contract, place=str(place.pk)).json()
    assert (said["place"], said["where"]) == (str(place.pk), "3号楼 2层")
    stranger = make_machine(manager_of(world.v2))
    assert str(place.pk) in {row["id"] for row in stranger.get("/api/v1/places/").json()["results"]}
    refused(make_machine(desk.lead, [Scope.READ_PEOPLE]).get("/api/v1/places/"), 403)
