"""Whose act it was: a person takes a ticket and tells the reporter; who checks in does so by name (PACS-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.accounts.models import Tries
from servicedesk.audit.models import Record
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.tickets.machines import TICKETS, make_machine
from tests.tickets.test_scanning import stick
from tests.world import make_member, make_place
from tickets.enums import Proof
from tickets.models import Entry
from tickets.services import visiting, working
from tickets.services.stickers import About, make_stickers, revoke_sticker

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def called_for(desk, *, at=AT, engineer=None):
    ticket = desk.accepted(at=at)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=at + 5 * MINUTE, why="远程看不出")
    if engineer:
        desk.act(visiting.dispatch, visit, by=desk.manager, at=at + 6 * MINUTE, engineer=engineer)
    return visit


# ── programs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_program_accepts_for_somebody_it_names(desk):
    """Respond: a person took it and told the reporter. A script in the night is nobody."""
    ticket, program = desk.report(), make_machine(desk.manager)
    address = f"{TICKETS}{ticket.pk}/accept/"
    assert program.post(address).status_code == 409
    for nobody in (str(program.token.membership_id), str(desk.it.pk), "x"):
        answer = program.post(address, {"to": nobody})
        assert answer.status_code == 400, nobody
        assert answer.json()["errors"][0]["field"] == "to"
    assert desk.clocks(ticket)[Metric.RESPOND] is None
    assert program.post(address, {"to": str(desk.colleague.pk)}).status_code == 200
    ticket = desk.fresh(ticket)
    assert (ticket.assignee_id, ticket.assignee_name) == (desk.colleague.pk, desk.colleague.name)
    with desk.inside():
        assert Entry.objects.get(act="tickets.accepted").facts["to"] == desk.colleague.name
        assert Record.objects.get(act="tickets.accepted").words["token"] == str(program.token.pk)


def test_a_person_accepts_for_themselves_alone(desk):
    with pytest.raises(Refused, match="themselves"):
        desk.act(working.accept, desk.report(), by=desk.engineer, at=AT, to=desk.colleague)


@pytest.mark.parametrize("lead", ["manager", "lead"])
def test_no_program_is_on_site(desk, lead):
    visit = called_for(desk, at=timezone.now() - 30 * MINUTE)
    proof = {"proof": "place", "where": "机房"} if lead == "manager" else {"proof": "hospital"}
    answer = make_machine(getattr(desk, lead)).post(f"/api/v1/visits/{visit.pk}/arrive/", proof)
    assert answer.status_code == 403
    assert "person" in answer.json()["detail"]
    assert desk.fresh(visit).arrived_at is None


# ── who was there ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_whoever_checks_in_is_the_one_who_came(desk):
    """PACS-8: the manager in the office does not make it true that the other one is there."""
    visit = called_for(desk, engineer=desk.engineer)
    desk.act(visiting.arrive, visit, by=desk.manager, at=AT + 30 * MINUTE, where="放射科")
    visit = desk.fresh(visit)
    assert (visit.engineer_id, visit.engineer_name) == (desk.manager.pk, desk.manager.name)
    with desk.inside():
        assert Entry.objects.get(act="tickets.visit_arrived").facts["to"] == desk.manager.name


def test_the_hospital_confirms_the_one_who_was_sent(desk):
    visit = called_for(desk, engineer=desk.engineer)
    desk.act(visiting.arrive, visit, by=desk.it, at=AT + 30 * MINUTE, where="", proof=Proof.HOSPITAL)
    assert desk.fresh(visit).engineer_id == desk.engineer.pk


# ── the sticker of the place ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sticker(desk):
    Tries.objects.all().delete()
    (one,) = stick(desk)
    return one


def test_the_sticker_proves_that_the_engineer_is_there(desk, sticker):
    """PACS-8: scanned on the engineer's own telephone, signed in; nothing is typed."""
    visit = called_for(desk, at=timezone.now() - 30 * MINUTE, engineer=desk.engineer)
    browser, page = browser_of(desk.engineer), f"/r/{sticker.token}/"
    assert f"{page}check-in/{visit.pk}/" in browser.get(page).content.decode()
    answer = browser.post(f"{page}check-in/{visit.pk}/")
    assert answer.url == f"/tickets/{visit.ticket_id}/"
    visit = desk.fresh(visit)
    assert (visit.proof, visit.where, visit.proved_by) == (Proof.STICKER, str(sticker.sticker), desk.engineer.pk)
    assert desk.clock(visit.ticket, Metric.ON_SITE).outcome == "met"
    assert "check-in" not in browser.get(page).content.decode()
    assert browser.post(f"{page}check-in/{visit.pk}/").status_code == 409


def test_who_is_not_the_vendors_engineer_learns_of_no_visit(desk, sticker, client):
    visit = called_for(desk, at=timezone.now() - 30 * MINUTE)
    page = f"/r/{sticker.token}/"
    strangers = (desk.it, desk.ward, make_member(Role.VENDOR_ENGINEER, desk.world.v2))
    for browser in (client, *map(browser_of, strangers)):
        assert "check-in" not in browser.get(page).content.decode()
        assert browser.post(f"{page}check-in/{visit.pk}/").status_code in (302, 403, 404)
    assert desk.fresh(visit).arrived_at is None


def test_a_sticker_proves_nothing_elsewhere_nor_once_it_is_revoked(desk, sticker):
    visit = called_for(desk, at=timezone.now() - 30 * MINUTE)
    browser, page = browser_of(desk.engineer), f"/r/{sticker.token}/"
    here = sticker.sticker
    here.hospital_id = desk.world.h2.id
    with pytest.raises(Refused, match="another hospital"):
        desk.act(visiting.arrive, visit, by=desk.engineer, at=timezone.now(), sticker=here)
    with desk.acting(desk.it) as person:
        revoke_sticker(sticker.sticker, by=person, at=timezone.now())
    assert browser.post(f"{page}check-in/{visit.pk}/").status_code == 409
    assert desk.fresh(visit).arrived_at is None


def test_the_sheet_of_a_place_proves_it_as_well(desk):
    """It is the hospital's alone, and names no vendor."""
    Tries.objects.all().delete()
    with desk.acting(desk.it) as person:
        place = make_place(desk.world.h1, desk.world.radiology[desk.world.h1.id])
        (sheet,) = make_stickers(About(place=place), ("",), by=person, at=AT)
    visit = called_for(desk, at=timezone.now() - 30 * MINUTE)
    assert browser_of(desk.engineer).post(f"/r/{sheet.token}/check-in/{visit.pk}/").status_code == 302
    assert desk.fresh(visit).proof == Proof.STICKER
