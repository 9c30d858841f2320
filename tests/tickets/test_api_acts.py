"""Acts on tickets by programs: the pages' own services, sentences and versions. SMART-11, PACS-7."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from servicedesk.audit.models import Record
from tests.tickets.machines import at, refused
from tickets.models import Visit
from tickets.services.visiting import arrive
from tickets.services.working import note


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_whole_life_by_two_machines(desk, hospital, vendor):
    """Each act is the service's own: accept to refusal, cycle 2, visit, closing."""
    pk = hospital.report(desk.contract).json()["id"]

    def done(machine, act, body=None, on=None):
        answer = machine.post(on or at(pk, act), body)
        assert answer.status_code == 200, (act, answer.content)
        return answer.json()

    assert done(vendor, "accept", {"to": str(desk.engineer.pk)})["state"] == "working"
    done(vendor, "give", {"to": str(desk.colleague.pk)})
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    assert done(vendor, "ask-back", {"why": "请发截图", "who": "reporter", "wakes_at": soon})["waits_on"] == "reporter"
    assert hospital.post(at(pk, "comments"), {"text": "见附件"}).status_code == 201
    assert done(vendor, "propose-severity", {"severity": "C", "why": "单机"})["state"] == "working"
    done(hospital, "call-for-visit", {"why": "远程看不出"})
    visit = hospital.get(at(pk)).json()["visits"][0]["id"]
    done(vendor, "", {"engineer": str(desk.engineer.pk), "planned_at": soon}, on=f"/api/v1/visits/{visit}/dispatch/")
    with desk.inside():
        coming = Visit.objects.get(pk=visit)
    desk.act(arrive, coming, by=desk.engineer, at=timezone.now(), where="放射科")
    done(vendor, "", {"work": "换了网线"}, on=f"/api/v1/visits/{visit}/leave/")
    solution = {"words": "换网线", "cause": "network", "remedy": "replaced"}
    assert done(vendor, "resolve", solution)["state"] == "resolved"
    assert done(hospital, "refuse-solution", {"why": "又断了"})["cycle"] == 2
    done(vendor, "accept", {"to": str(desk.engineer.pk)})
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
