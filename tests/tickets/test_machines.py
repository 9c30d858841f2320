"""A token's account is no person: no list offers it, no act takes it for one. The page of tokens lists it. ALL-1."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.accounts import selectors
from servicedesk.clocks.selectors.roster import rosterable
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from tests.accounts.people import browser_of
from tests.tickets.machines import at, make_machine, refused
from tests.world import make_member
from tickets.forms.acts import engineers
from tickets.forms.queue import colleagues
from tickets.models import Ticket, Visit
from tickets.searching_others import found_people
from tickets.services.mentions import people_of
from tickets.services.working import give, say

NAME = "HIS平台"


def lists(desk, lead):
    """Every list of people that this lead is shown, by its name."""
    now = timezone.now()
    ticket = desk.report()
    with desk.acting(lead) as person:
        mentioned = people_of(ticket, by=person, at=now, is_inside=True)
        found = {
            "people": [one.name for one in selectors.people(person, at=now)],
            "search": [one.name for one in found_people(person, NAME[:3], at=now)],
            "mention": list(mentioned),
            "successors": [one.name for one in selectors.successors(lead, person, at=now)],
        }
        if person.vendor_id:
            found |= {
                "give": [one.name for one in engineers(person, now)],
                "give many": [one.name for one in colleagues(person)],
                "roster": [one.name for one in rosterable(person, at=now)],
            }
    return found


@pytest.mark.parametrize("side", ["hospital", "vendor"])
def test_no_list_of_people_offers_a_machine(desk, side):
    lead = desk.lead if side == "hospital" else desk.manager
    before = lists(desk, lead)
    machine = make_machine(lead)
    assert machine.token.membership.is_machine
    assert lists(desk, lead) == before
    people = machine.get("/api/v1/people/").json()["results"]
    assert NAME not in str(people)
    assert lead.name in [one["name"] for one in people]


def test_it_stands_on_the_page_of_tokens_and_on_no_page_of_people(desk):
    make_machine(desk.lead)
    browser = browser_of(desk.lead)
    assert NAME in browser.get("/tokens/").content.decode()
    for path in ("/people/", "/people/?ended=1"):
        page = browser.get(path)
        assert (page.status_code, NAME in page.content.decode()) == (200, False)


def test_nobody_changes_its_role_or_ends_it_but_by_its_token(desk):
    machine = make_machine(desk.lead)
    browser, pk = browser_of(desk.lead), machine.token.membership_id
    assert browser.post(f"/people/{pk}/role/", {"role": Role.IT_LEAD}).status_code == 409
    assert browser.post(f"/people/{pk}/end/").status_code == 409
    assert desk.fresh(machine.token.membership).role == Role.IT_ENGINEER


def test_whom_a_machine_names_is_a_person(desk, hospital, vendor):
    """PACS-2: a response is a person's. The machine writes it down; the engineer is who comes."""
    pk = desk.report().pk
    refused(vendor.post(at(pk, "accept")), 409)
    refused(vendor.post(at(pk, "accept"), {"to": str(vendor.token.membership_id)}), 400)
    refused(vendor.post(at(pk, "accept"), {"to": str(desk.it.pk)}), 400)
    said = vendor.post(at(pk, "accept"), {"to": str(desk.engineer.pk)}).json()
    assert (said["assignee"], said["assignee_name"]) == (str(desk.engineer.pk), desk.engineer.name)
    refused(vendor.post(at(pk, "give"), {"to": str(vendor.token.membership_id)}), 400)
    hospital.post(at(pk, "call-for-visit"), {"why": "远程看不出"})
    visit = f"/api/v1/visits/{hospital.get(at(pk)).json()['visits'][0]['id']}"
    refused(vendor.post(f"{visit}/arrive/", {"where": "机房"}), 409)
    refused(vendor.post(f"{visit}/dispatch/", {"engineer": str(vendor.token.membership_id)}), 400)
    vendor.post(f"{visit}/dispatch/", {"engineer": str(desk.engineer.pk)})
    assert vendor.post(f"{visit}/arrive/", {"where": "机房"}).status_code == 200
    solved = {"words": "换网线", "cause": "network", "remedy": "replaced"}
    assert vendor.post(at(pk, "resolve"), solved).status_code == 200
    (solution,) = hospital.get(at(pk)).json()["solutions"]
    assert solution["by_name"] == desk.engineer.name
    with desk.inside():
        assert Visit.objects.get().engineer_name == desk.engineer.name


def test_the_page_gives_nothing_to_a_machine(desk, vendor):
    ticket = desk.accepted()
    with desk.acting(desk.manager) as person, pytest.raises(Refused):
        give(ticket, vendor.token.membership, by=person, at=timezone.now())
    browser = browser_of(desk.manager)
    browser.post(f"/tickets/{ticket.pk}/give/", {"to": str(vendor.token.membership_id)})
    with desk.inside():
        assert Ticket.objects.get(pk=ticket.pk).assignee_id == desk.engineer.pk


def test_what_a_machine_wrote_makes_it_nobody_to_mention(desk, hospital):
    ticket = desk.accepted()
    hospital.post(at(ticket.pk, "comments"), {"text": "见附件"})
    desk.act(say, ticket, by=desk.it, at=timezone.now(), text="已看")
    with desk.acting(desk.engineer) as person:
        names = people_of(ticket, by=person, at=timezone.now(), is_inside=False)
    assert desk.it.name in names
    assert not [name for name in names if NAME in name]
    rows = hospital.get(at(ticket.pk, "comments")).json()["results"]
    assert [row["by_token"] for row in rows] == [str(hospital.token.pk), None]


def test_machines_are_counted_where_the_account_matters(desk):
    """It keeps no department open, and is no lead that is left."""
    make_machine(desk.lead)
    with desk.inside():
        now = timezone.now() + timedelta(seconds=5)
        assert Membership.objects.filter(is_machine=True).count() == 1
        assert not Membership.objects.active(at=now).filter(is_machine=True).exists()
    assert make_member(Role.IT_ENGINEER, desk.world.h1).is_machine is False
