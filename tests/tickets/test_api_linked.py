"""Links, outages, shared faults, incidents and remote access by programs. ALL-17, ICU-15, HRP-4."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from servicedesk.sla.promise import Channel, Severity
from tests.accounts.people import browser_of
from tests.contracts.people import in_force
from tests.tickets.closing import resolved
from tests.tickets.machines import TICKETS, at, make_machine, refused
from tickets.enums import Way
from tickets.models import Entry, RemoteAuthorisation, SigningLink, Ticket
from tickets.services import signing
from tickets.signers import Signer


def on(kind, pk, act=""):
    return f"/api/v1/{kind}/{pk}/{act}/" if act else f"/api/v1/{kind}/{pk}/"


def done(machine, path, body=None, status=200):
    answer = machine.post(path, body)
    assert answer.status_code == status, (path, answer.content)
    return answer.json()


def test_linked_unlinked_merged_and_undone(desk, hospital, vendor):
    first, second = desk.report(), desk.report()
    done(hospital, at(first.pk, "link"), {"other": str(second.pk), "kind": "related"})
    (link,) = hospital.get(at(first.pk)).json()["links"]
    assert (link["other"], link["kind"]) == (str(second.pk), "related")
    assert hospital.get(at(second.pk)).json()["linked_from"] == [link]
    refused(hospital.post(at(first.pk, "link"), {"other": str(second.pk), "kind": "related"}), 409)
    refused(hospital.post(at(first.pk, "link"), {"other": str(second.pk), "kind": "split_from"}), 400)
    assert done(vendor, on("links", link["id"], "remove"))["id"] == str(first.pk)
    refused(vendor.post(on("links", link["id"], "remove")), 404)
    merged = done(hospital, at(second.pk, "merge"), {"into": str(first.pk), "why": "同一台"})
    assert (merged["state"], merged["merged_into"]) == ("merged", str(first.pk))
    assert done(hospital, at(second.pk, "undo-merge"))["state"] == "reported"
    refused(hospital.post(at(second.pk, "undo-merge")), 409)


def test_a_part_becomes_a_ticket_of_its_own(desk, hospital):
    ticket = desk.report()
    answer = hospital.post(at(ticket.pk, "split"), {"title": "打印机也坏了"})
    assert (answer.status_code, answer["Location"]) == (201, at(answer.json()["id"]))
    assert answer["ETag"] == f'"{answer.json()["version"]}"'
    assert answer.json()["title"] == "打印机也坏了"
    refused(hospital.post(at(ticket.pk, "split"), {"title": "x", "category": "coffee"}), 400)


def test_an_outage_with_its_tickets(desk, hospital, vendor):
    parent, child = desk.accepted(), desk.accepted()
    assert done(hospital, at(child.pk, "put-under"), {"parent": str(parent.pk)})["parent"] == str(parent.pk)
    outage = done(hospital, at(parent.pk, "announce-outage"), {"title": "全院无法调图"})
    assert [one["id"] for one in hospital.get(at(parent.pk)).json()["outages"]] == [outage["id"]]
    refused(vendor.post(at(parent.pk, "announce-outage"), {"title": "x"}), 403)
    assert done(vendor, at(parent.pk, "say-to-all"), {"text": "正在查"}) == [
        {"ticket": str(child.pk), "number": child.number, "why_not": ""}
    ]
    solved = {"words": "重启", "cause": "data", "remedy": "other"}
    done(vendor, at(parent.pk, "resolve"), solved)
    assert [one["why_not"] for one in done(vendor, at(parent.pk, "resolve-all"))] == [""]
    assert desk.fresh(child).state == "resolved"
    assert done(hospital, on("outages", outage["id"], "end"))["ended_at"] is not None
    assert done(hospital, at(child.pk, "leave-outage"))["parent"] is None


def test_one_fault_of_two_vendors(desk, hospital, vendor, world):
    contract, manager, _ = in_force(world.h1, world.v2, "smart")
    other, ticket = make_machine(manager), desk.report()
    body = {"contract": str(contract.pk), "category": "fault", "title": "链路丢包"}
    sibling = done(hospital, at(ticket.pk, "open-sibling"), body, 201)
    refused(vendor.post(at(ticket.pk, "open-sibling"), body), 403)
    done(hospital, at(ticket.pk, "say-turn"), {"number": sibling["number"], "words": "请先查交换机"})
    (part,) = other.get(at(sibling["id"])).json()["shared_fault"]
    assert (part["is_my_turn"], part["siblings"], part["turn_words"]) == (True, [ticket.number], "请先查交换机")
    refused(other.get(at(ticket.pk)), 404)
    third = desk.report()
    refused(other.post(at(sibling["id"], "link"), {"other": str(third.pk), "kind": "related"}), 400)


def test_the_link_for_signing_opens_the_form_once(desk, hospital, vendor, client):
    """PACS-8: a finger signs, no program does; a program may hand the link on."""
    ticket = resolved(desk)
    said = done(hospital, at(ticket.pk, "signing-link"), status=201)
    assert client.get(urlsplit(said["url"]).path).status_code == 200
    refused(hospital.post(at(ticket.pk, "sign"), {}), 404)
    with desk.inside():
        assert SigningLink.objects.get(ticket=ticket).made_name.startswith("HIS平台")
    refused(hospital.post(at(desk.report().pk, "signing-link")), 409)


def test_who_would_not_sign_is_decided(desk, hospital):
    ticket = resolved(desk)
    with desk.acting(desk.engineer) as person:
        signer = Signer(Way.HANDED, "刘敏", person)
        signing.refuse_to_sign(ticket, why="又卡了", signer=signer, at=timezone.now())
    (objection,) = hospital.get(at(ticket.pk)).json()["objections"]
    refused(hospital.post(on("objections", objection["id"], "decide"), {"is_upheld": False}), 409)
    assert done(hospital, on("objections", objection["id"], "decide"), {"is_upheld": True})["cycle"] == 2


def test_an_incident_by_a_lead_and_its_updates_by_a_program(desk, hospital, vendor):
    ticket = desk.accepted()
    facts = {"title": "全院停", "why": "无法调图", "every_minutes": 30}
    refused(hospital.post(at(ticket.pk, "declare-incident"), facts), 403)
    lead = browser_of(desk.lead)
    answer = lead.post(at(ticket.pk, "declare-incident"), facts, content_type="application/json")
    incident = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, on("incidents", incident["id"]))
    assert done(vendor, on("incidents", incident["id"], "update"), {"text": "已定位"})["version"] == 2
    whole = hospital.get(on("incidents", incident["id"])).json()
    assert [line["kind"] for line in whole["lines"]] == ["declared", "update"]
    assert [one["id"] for one in vendor.get("/api/v1/incidents/").json()["results"]] == [incident["id"]]
    assert vendor.get(f"/api/v1/incidents/?ticket={desk.report().pk}").json()["results"] == []
    refused(vendor.post(on("incidents", incident["id"], "end"), {"text": "好了"}), 403)
    lead.post(on("incidents", incident["id"], "end"), {"text": "好了"}, content_type="application/json")
    review = {"happened": "x", "impact": "y", "cause": "z", "seen": 3}
    assert done(hospital, on("incidents", incident["id"], "review"), review)["cause"] == "z"
    refused(hospital.post(on("incidents", incident["id"], "review"), review), 412)
    measure = {"words": "加告警", "side": "vendor", "who": "王工", "due_on": str(timezone.localdate())}
    row = done(hospital, on("incidents", incident["id"], "add-measure"), measure)
    assert done(vendor, on("measures", row["id"], "finish"))["done_at"]


def test_the_hospitals_tasks_and_the_emergency_plan(desk, hospital, vendor):
    """HRP-4, PACS-16."""
    ticket = desk.report(severity=Severity.ONE, channel=Channel.PHONE)
    done(hospital, at(ticket.pk, "add-task"), {"words": "启用备用阅片室"})
    tasks = hospital.get(at(ticket.pk)).json()["hospital_tasks"]
    assert tasks[-1]["words"] == "启用备用阅片室"
    done(hospital, on("hospital-tasks", tasks[-1]["id"], "do"), {"is_done": True})
    assert hospital.get(at(ticket.pk)).json()["hospital_tasks"][-1]["done_at"]
    refused(vendor.post(on("hospital-tasks", tasks[-1]["id"], "do"), {"is_done": False}), 403)
    for step in hospital.get(at(ticket.pk)).json()["plan_steps"]:
        done(vendor, on("plan-steps", step["id"], "tick"), {"is_done": True})


def test_remote_access_is_asked_and_logged_by_a_program_and_granted_by_a_person(desk, hospital, vendor):
    """ICU-15: who comes in from afar is a person's decision; no token grants it."""
    ticket = desk.accepted()
    wish = {
        "contract": str(desk.contract.pk),
        "ticket": str(ticket.pk),
        "what": "数据库",
        "why": "慢查询",
        "minutes": 60,
    }
    answer = vendor.post("/api/v1/remote-accesses/", wish)
    row = answer.json()
    path = on("remote-accesses", row["id"])
    assert (answer.status_code, answer["Location"], row["access"]) == (201, path, "asked")
    refused(hospital.post("/api/v1/remote-accesses/", wish), 403)
    refused(vendor.post(f"{path}start/"), 409)
    assert "person" in refused(hospital.post(f"{path}grant/", {"minutes": 30}), 403)["detail"]
    granted = browser_of(desk.it).post(f"{path}grant/", {"minutes": 30}, content_type="application/json")
    assert (granted.status_code, granted.json()["access"]) == (200, "granted")
    assert done(vendor, f"{path}start/")["access"] == "under_way"
    assert done(vendor, f"{path}end/", {"work": "加了索引"})["access"] == "ended"
    assert hospital.get(path).json()["work"] == "加了索引"
    assert [one["id"] for one in hospital.get("/api/v1/remote-accesses/").json()["results"]] == [row["id"]]
    without = done(vendor, "/api/v1/remote-accesses/", wish | {"ticket": None}, 201)
    assert without["ticket"] is None
    with desk.inside():
        assert RemoteAuthorisation.objects.count() == 2
        assert Entry.objects.filter(ticket=ticket, act__startswith="tickets.remote").count() == 4


def test_times_that_both_sides_settle_and_returns(desk, hospital, vendor):
    ticket = desk.report()
    soon = (timezone.now() + timedelta(hours=3)).isoformat()
    refused(hospital.post(at(ticket.pk, "propose-time"), {"metric": "deliver", "time": soon}), 409)
    refused(hospital.post(at(ticket.pk, "propose-time"), {"metric": "coffee", "time": soon}), 400)
    refused(vendor.post(at(ticket.pk, "move-start"), {"why": "x"}), 403)
    other = desk.report()
    refused(hospital.post(at(ticket.pk, "say-same"), {"earlier": str(other.pk)}), 409)
    refused(hospital.post(at(ticket.pk, "say-different"), {"earlier": str(ticket.hospital_id)}), 400)
    with desk.inside():
        assert Ticket.objects.count() == 2


@pytest.mark.parametrize("path", ["/api/v1/incidents/", "/api/v1/remote-accesses/", TICKETS])
def test_lists_refuse_what_they_do_not_know(hospital, path):
    assert refused(hospital.get(f"{path}?coffee=1"), 400)["errors"][0]["field"] == "coffee"
    assert hospital.get(f"{path}?limit=1").json() == {"results": [], "next": None}
