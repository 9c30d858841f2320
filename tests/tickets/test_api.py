"""Tickets for programs: scopes, keys, versions, pages. SMART-11, PACS-7."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from servicedesk.accounts.models import Token
from servicedesk.accounts.services.tokens import make_token, revoke_token
from servicedesk.audit.models import Record
from servicedesk.sla.promise import Metric
from servicedesk.tenancy import wall
from servicedesk.tenancy.permissions import REGISTER
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.scopes import OF_SIDE, PERMISSIONS, Scope
from servicedesk.tenancy.wall import Context
from tests.contracts.people import manager_of
from tests.tickets.examples import make_ticket
from tests.tickets.machines import TICKETS, make_machine
from tests.world import person_of
from tickets.models import Entry, Ticket, Visit
from tickets.services.visiting import arrive
from tickets.services.working import note

PROBLEM = "application/problem+json"

NOBODYS = "0199aaaa-0000-7000-8000-000000000001"  # the same in every worker, or they collect different tests


@pytest.fixture
def hospital(desk):
    return make_machine(desk.lead)


@pytest.fixture
def vendor(desk):
    return make_machine(desk.manager)


def at(pk, act=""):
    return f"{TICKETS}{pk}/{act}/" if act else f"{TICKETS}{pk}/"


def refused(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content
    said = answer.json()
    assert (said["status"], bool(said["detail"])) == (status, True)
    return said


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
    accepts = machine.post(at(ticket.pk, "accept"), {"to": str(desk.engineer.pk)})
    assert (accepts.status_code == 200) == (scope == Scope.WORK)
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


def test_the_same_key_is_the_same_ticket(desk, hospital):
    first, again = (hospital.report(desk.contract, "key-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = make_machine(desk.lead).report(desk.contract, "key-1")
    assert (other.status_code, other.json()["id"] != first.json()["id"]) == (201, True)
    with desk.inside():
        assert Ticket.objects.count() == 2
    refused(hospital.report(desk.contract, "k" * 201), 400)


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
    ("contract", "nonsense"), ("contract", None), ("category", "coffee"), ("category", ""), ("title", ""),
    ("title", "x" * 121), ("title", "a\0b"), ("title", "\ud800"), ("severity", "Z"), ("severity", ["A"]),
    ("channel", "phone"), ("channel", "\ud83d"), ("system", NOBODYS), ("department", NOBODYS),
    ("place", NOBODYS), ("reporter", NOBODYS), ("words", "x" * 20_001), ("is_emergency", "perhaps"),
    ("external_number", "x" * 61), ("title", {"a": 1}), ("reporter_phone", "1" * 31),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_is_wrong_is_named(desk, hospital, field, value):
    answer = hospital.report(desk.contract, **{field: value})
    if (field, value) == ("category", "coffee"):
        return refused(answer, 409)
    assert field in [error["field"] for error in refused(answer, 400)["errors"]]


@pytest.mark.parametrize("title", ["😀🏥", "<script>alert(1)</script>", "‮שלום", "a\x07b\x1b[0m", " x "])
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


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_whole_life_by_two_machines(desk, hospital, vendor):
    """Each act is the service's own: accept to refusal, cycle 2, visit, closing."""
    pk = hospital.report(desk.contract).json()["id"]

    def done(machine, act, body=None, on=None):
        answer = machine.post(on or at(pk, act), body)
        assert answer.status_code == 200, (act, answer.content)
        return answer.json()

    named = {"to": str(desk.engineer.pk)}
    assert done(vendor, "accept", named)["state"] == "working"
    done(vendor, "give", {"to": str(desk.colleague.pk)})
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    assert done(vendor, "ask-back", {"why": "请发截图", "wakes_at": soon})["state"] == "waiting"
    assert hospital.post(at(pk, "comments"), {"text": "见附件"}).status_code == 201
    assert done(vendor, "propose-severity", {"severity": "C", "why": "单机"})["state"] == "working"
    done(hospital, "call-for-visit", {"why": "远程看不出"})
    visit = hospital.get(at(pk)).json()["visits"][0]["id"]
    done(vendor, "", {"engineer": str(desk.engineer.pk), "planned_at": soon}, on=f"/api/v1/visits/{visit}/dispatch/")
    with desk.inside():
        there = Visit.objects.get(pk=visit)
    desk.act(arrive, there, by=desk.engineer, at=timezone.now(), where="放射科")
    done(vendor, "", {"work": "换了网线"}, on=f"/api/v1/visits/{visit}/leave/")
    solution = {"words": "换网线", "cause": "network", "remedy": "replaced"}
    assert done(vendor, "resolve", solution)["state"] == "resolved"
    assert done(hospital, "refuse-solution", {"why": "又断了"})["cycle"] == 2
    done(vendor, "accept", named)
    done(vendor, "resolve", solution)
    assert done(hospital, "close-unsigned", {"why": "报修人出差"})["state"] == "closed"
    whole = hospital.get(at(pk)).json()
    assert [one["refused_why"] for one in whole["solutions"]] == ["又断了", ""]
    acts = [row["act"] for row in hospital.get(at(pk, "acts")).json()["results"]]
    assert acts[0] == "tickets.reported"
    assert acts[-1] == "tickets.closed"
    assert len(acts) > 10
    with desk.inside():
        lines = Record.objects.filter(by_membership__in=[m.token.membership_id for m in (hospital, vendor)])
        assert all(line.words.get("token") for line in lines)
        assert lines.count() > 12


def test_a_refusal_is_the_pages_own_sentence(desk, vendor, hospital):
    pk = hospital.report(desk.contract).json()["id"]
    assert refused(vendor.post(at(pk, "resolve"), {"words": "x", "cause": "data", "remedy": "other"}), 409)[
        "detail"
    ].startswith("Nobody has accepted")
    refused(hospital.post(at(pk, "accept")), 403)
    said = refused(vendor.post(at(pk, "resolve"), {"words": "", "cause": "magic"}), 400)
    assert {error["field"] for error in said["errors"]} == {"words", "cause", "remedy"}
    said = refused(vendor.post(at(pk, "give"), {"to": str(desk.it.pk)}), 400)
    assert said["errors"][0]["field"] == "to"


def test_who_read_an_older_version_changes_nothing(desk, hospital, vendor):
    first = hospital.report(desk.contract)
    pk, tag = first.json()["id"], first["ETag"]
    assert hospital.get(at(pk))["ETag"] == tag
    accepted = vendor.post(at(pk, "accept"), {"to": str(desk.engineer.pk)}, **{"If-Match": tag})
    assert accepted.status_code == 200
    assert accepted["ETag"] != tag
    for stale in (tag, "W/" + accepted["ETag"], "nonsense", '"99999999999999999999"', '"²"', ""):
        refused(vendor.post(at(pk, "hand-over"), {"why": "不是我们的"}, **{"If-Match": stale}), 412)
        refused(vendor.post(at(pk, "comments"), {"text": "x"}, **{"If-Match": stale}), 412)
    assert vendor.post(at(pk, "hand-over"), {"why": "y"}, **{"If-Match": accepted["ETag"]}).status_code == 200


def test_internal_notes_never_leave(desk, hospital, vendor):
    ticket = desk.report()
    desk.act(note, ticket, by=desk.it, at=timezone.now(), text="内部暗语甲")
    desk.act(note, ticket, by=desk.engineer, at=timezone.now(), text="内部暗语乙")
    for machine in (hospital, vendor):
        for path in ("", "comments", "acts", "clocks", "attachments"):
            assert "内部暗语" not in machine.get(at(ticket.pk, path)).content.decode()


def test_files_go_through_the_same_checks(desk, hospital):
    ticket = desk.report()
    path = at(ticket.pk, "attachments")
    headers = {"Authorization": f"Bearer {hospital.secret}"}
    sent = hospital.client.post(path, {"file": SimpleUploadedFile("log.txt", b"2026 error")}, headers=headers)
    assert sent.status_code == 201, sent.content
    kept = sent.json()
    assert [row["id"] for row in hospital.get(path).json()] == [kept["id"]]
    got = hospital.get(f"/api/v1/files/{kept['id']}/")
    assert b"".join(got.streaming_content) == b"2026 error"
    assert "sandbox" in got["Content-Security-Policy"]
    bad = hospital.client.post(path, {"file": SimpleUploadedFile("x.exe", b"MZ\x90\0")}, headers=headers)
    refused(bad, 409)
    refused(hospital.client.post(path, {}, headers=headers), 400)
    refused(hospital.post(path, {"file": "x"}), 415)


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
    assert [row["is_machine"] for row in names.values()].count(True) == 1


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
