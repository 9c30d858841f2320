"""Tickets for programs: scopes, keys, versions, pages. SMART-11, PACS-7."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from servicedesk.accounts.models import Token
from servicedesk.accounts.services.tokens import make_token, revoke_token
from servicedesk.audit.models import Record
from servicedesk.tenancy.permissions import REGISTER
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.scopes import OF_SIDE, PERMISSIONS, Scope
from tests.tickets.examples import make_ticket
from tests.tickets.machines import TICKETS, at, make_machine, refused
from tests.world import person_of
from tickets.models import Entry, Ticket

NOBODYS = "0199aaaa-0000-7000-8000-000000000001"  # the same in every worker, or they collect different tests


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_scope_names_permissions_that_are_declared():
    assert {name for names in PERMISSIONS.values() for name in names} <= set(REGISTER)
    assert set(PERMISSIONS) == set(Scope)


def test_a_secret_is_kept_nowhere_and_shown_to_be_used(desk, hospital):
    with desk.inside():
        token = Token.objects.get(pk=hospital.token.pk)
        assert hospital.secret not in str(vars(token))
        assert token.used_at is None
    assert hospital.get(TICKETS).status_code == 200
    assert desk.fresh(token).used_at is not None


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer  ", "Bearer nonsense", "Bearer " + "x" * 5000, "Basic YTpi", "bearer ä"]
)
def test_without_a_good_token_nothing_is_answered(desk, client, header):
    headers = {"Authorization": header} if header else {}
    answer = client.get(TICKETS, headers=headers)
    refused(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_when_revoked_when_its_membership_ends_and_by_itself(desk):
    for end in ("revoked", "membership", "time"):
        machine = make_machine(desk.lead)
        assert machine.get(TICKETS).status_code == 200
        with desk.acting(desk.lead) as person:
            if end == "revoked":
                revoke_token(machine.token, by=person, at=timezone.now())
                with pytest.raises(Refused):
                    revoke_token(machine.token, by=person, at=timezone.now())
            elif end == "membership":
                machine.token.membership.until_at = timezone.now()
                machine.token.membership.save()
            else:
                past = timezone.now() - timedelta(days=9)
                Token.objects.filter(pk=machine.token.pk).update(from_at=past, until_at=past + timedelta(days=8))
        refused(machine.get(TICKETS), 401)


def test_a_token_runs_out_within_a_year(desk):
    with desk.acting(desk.lead) as person:
        now = timezone.now()
        for days in (367, 0, -1):
            with pytest.raises(Refused):
                make_token("x", scopes=[Scope.REPORT], until_at=now + timedelta(days=days), by=person, at=now)
        with pytest.raises(Refused):  # work is the vendor's
            make_token("x", scopes=[Scope.WORK], until_at=now + timedelta(days=9), by=person, at=now)
    with desk.acting(desk.it) as person, pytest.raises(Refused):
        make_token("x", scopes=[Scope.REPORT], until_at=now + timedelta(days=9), by=person, at=now)


def test_a_session_beside_a_token_counts_for_nothing(desk, client, hospital):
    client.force_login(desk.lead.user)
    refused(client.get(TICKETS, headers={"Authorization": "Bearer nonsense"}), 401)
    answer = client.get("/api/v1/people/", headers={"Authorization": f"Bearer {hospital.secret}"})
    assert answer.status_code == 200


def test_a_token_opens_no_page(desk, hospital):
    """It is for programs: elsewhere the header says nothing, and nobody is signed in."""
    for path in ("/", "/people/", "/tokens/", "/inbox/"):
        answer = hospital.get(path)
        assert answer.status_code == 302, path
        assert "/login" in answer["Location"], path


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_opens_what_it_names_and_no_more(desk, scope):
    lead = desk.lead if scope in OF_SIDE[desk.lead.role and person_of(desk.lead).side] else desk.manager
    ticket = desk.report()
    machine = make_machine(lead, [scope])
    reads = scope in (Scope.READ_TICKETS, Scope.REPORT, Scope.WORK, Scope.DECIDE)
    assert machine.get(TICKETS).status_code == (200 if reads else 403)
    assert machine.get("/api/v1/people/").status_code == (200 if scope == Scope.READ_PEOPLE else 403)
    contracts = scope in (Scope.READ_CONTRACTS, Scope.REPORT)
    assert machine.get("/api/v1/contracts/").status_code == (200 if contracts else 403)
    assert (machine.report(desk.contract).status_code == 201) == (scope == Scope.REPORT)
    assert (machine.post(at(ticket.pk, "accept"), {"to": str(desk.engineer.pk)}).status_code == 200) == (
        scope == Scope.WORK
    )
    pauses = machine.post(at(ticket.pk, "pause"), {"why": "等备件"})
    assert (pauses.status_code == 200) == (scope == Scope.DECIDE)


def test_others_tickets_are_missing_ones(desk, hospital, vendor):
    """ALL-1: own, the vendor's other hospital, the hospital's other vendor, a stranger."""
    world = desk.world
    rows = {
        "own": make_ticket(world.h1, world.v1), "other hospital": make_ticket(world.h2, world.v1),
        "other vendor": make_ticket(world.h1, world.v2), "stranger": make_ticket(world.h3, world.v2),
    }  # fmt: skip
    seen = {"hospital": {"own", "other vendor"}, "vendor": {"own", "other hospital"}}
    missing = uuid4()
    for side, machine in (("hospital", hospital), ("vendor", vendor)):
        listed = {row["id"] for row in machine.get(TICKETS).json()["results"]}
        assert listed == {str(rows[name].pk) for name in seen[side]}
        for name, row in rows.items():
            for path in ("", "clocks", "comments", "acts", "attachments"):
                answer = machine.get(at(row.pk, path))
                assert answer.status_code == (200 if name in seen[side] else 404), (side, name, path)
                if answer.status_code == 404:
                    assert answer.json() == machine.get(at(missing, path)).json()


# ── reporting ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_report_starts_its_clocks_and_is_on_record_as_a_machine(desk, hospital):
    answer = hospital.report(desk.contract, external_number="WO-1", external_source="oa")
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert answer["ETag"] == f'"{said["version"]}"'
    assert answer["Location"] == at(said["id"])
    assert (said["state"], said["channel"], said["external_number"]) == ("reported", "web", "WO-1")
    with desk.inside():
        ticket = Ticket.objects.get(pk=said["id"])
        record = Record.objects.get(subject_id=said["id"], act="tickets.reported")
        entry = Entry.objects.get(ticket=ticket)
    assert said == hospital.get(f"{TICKETS}?number={said['number']}").json()["results"][0]
    assert said["due_at"] is not None
    assert ticket.due_at is not None
    assert record.words["token"] == str(hospital.token.pk)
    assert record.by_membership == hospital.token.membership_id
    assert "HIS平台" in entry.by_name
    assert entry.by_name != "HIS平台"
    clocks = hospital.get(at(said["id"], "clocks")).json()
    assert {clock["metric"] for clock in clocks} >= {"respond", "on_site"}
    assert all(clock["because"] for clock in clocks)
    assert any(clock["due_at"] for clock in clocks)


def test_a_number_elsewhere_is_one_tickets(desk, hospital, vendor):
    first = hospital.report(desk.contract, external_number="7", external_source="oa").json()
    refused(hospital.report(desk.contract, external_number="7", external_source="oa"), 409)
    second = hospital.report(desk.contract, external_number="7", external_source="his").json()
    refused(hospital.post(at(second["id"], "number-elsewhere"), {"number": "7", "source": "oa"}), 409)
    refused(hospital.report(desk.contract, external_source="oa"), 400)
    found = hospital.get(f"{TICKETS}?external_source=oa&external_number=7").json()["results"]
    assert [row["id"] for row in found] == [first["id"]]
    assert vendor.post(at(second["id"], "number-elsewhere"), {"number": ""}).json()["external_source"] == ""


def test_only_what_is_listed_can_be_set(desk, hospital):
    """G3: neither state nor number, neither moment nor owner."""
    for field in ("state", "number", "reported_at", "recorded_at", "hospital", "vendor", "id", "assignee", "version",
                  "due_at", "submission", "is_outside_contract", "matter", "cycle"):  # fmt: skip
        said = refused(hospital.report(desk.contract, **{field: "1"}), 400)
        assert [error["field"] for error in said["errors"]] == [field]
    ticket = desk.report()
    said = refused(hospital.post(at(ticket.pk, "comments"), {"text": "x", "by_name": "院长", "at": "2020"}), 400)
    assert {error["field"] for error in said["errors"]} == {"by_name", "at"}


BAD = [
    ("contract", "nonsense"), ("contract", None), ("category", ""), ("title", ""),
    ("title", "x" * 121), ("title", "a\0b"), ("title", "a\x07b\x1b[0m"), ("title", "影像\u202e99"),
    ("words", "a\x1bb"), ("title", "\ud800"), ("severity", "Z"), ("severity", ["A"]),
    ("channel", "phone"), ("channel", "\ud83d"), ("system", NOBODYS), ("department", NOBODYS),
    ("place", NOBODYS), ("reporter", NOBODYS), ("words", "x" * 20_001), ("is_emergency", "perhaps"),
    ("external_number", "x" * 61), ("title", {"a": 1}), ("reporter_phone", "1" * 31),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_is_wrong_is_named(desk, hospital, field, value):
    answer = hospital.report(desk.contract, **{field: value})
    assert field in [error["field"] for error in refused(answer, 400)["errors"]]


def test_what_the_contract_does_not_know_is_a_conflict(desk, hospital):
    refused(hospital.report(desk.contract, category="coffee"), 409)


@pytest.mark.parametrize("title", ["😀🏥", "<script>alert(1)</script>", "שלום", " x "])
def test_odd_words_are_kept_as_they_are(desk, hospital, title):
    assert hospital.report(desk.contract, title=title).json()["title"] == title.strip()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b'"x"', 400), (b"NaN", 400), (b"[" * 100_000, 400),
     (b'{"title": NaN}', 400), (b"\xff\xfe", 400), (b'{"a":"' + b"x" * 1_000_001 + b'"}', 413)],
)  # fmt: skip
def test_a_body_that_cannot_be_read(desk, hospital, body, status):
    refused(hospital.ask("POST", TICKETS, body), status)


def test_foreign_rows_cannot_be_named(desk, hospital):
    world = desk.world
    foreign = make_ticket(world.h2, world.v1)
    said = refused(hospital.report(foreign.contract), 400)
    assert said["errors"][0]["field"] == "contract"
    said = refused(hospital.report(desk.contract, department=str(world.radiology[world.h2.id].pk)), 400)
    assert said["errors"][0]["field"] == "department"


def test_what_only_the_phone_may_report_waits_for_the_call(desk, hospital, vendor):
    """PACS-16: severity 1 by phone; the first call starts the clocks, whoever writes it down."""
    said = hospital.report(desk.contract, severity="1").json()
    assert (said["state"], said["reported_at"]) == ("call_awaited", None)
    assert said["due_at"] == hospital.get(at(said["id"])).json()["due_at"]
    call = {"called_at": (timezone.now() - timedelta(seconds=30)).isoformat(), "caller": "刘敏"}
    answer = vendor.post(at(said["id"], "log-call"), call)
    assert (answer.status_code, answer.json()["state"]) == (200, "reported")
    phoned = {"contract": str(desk.contract.pk), "category": "fault", "title": "停机", "severity": "1", "call": call}
    assert vendor.post(f"{TICKETS}phoned/", phoned).json()["state"] == "reported"
    said = refused(vendor.post(f"{TICKETS}phoned/", phoned | {"call": {"caller": "x"}}), 400)
    assert said["errors"][0]["field"] == "call.called_at"
