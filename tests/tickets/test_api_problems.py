"""Whatever goes wrong, a program reads a problem (RFC 9457): never a page, never a way to one. SMART-11."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import User
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.scopes import Scope
from tests.accounts.people import browser_of
from tests.tickets.machines import PROBLEM, TICKETS, at, make_machine, refused


def problem_of(answer, status):
    assert "Location" not in answer.headers
    return refused(answer, status)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("/api/v1/nonsense/", "nothing here"), ("/api/v1/tickets", "slash"), ("/api/v1/tickets/x/", "nothing here")],
)
def test_no_such_address(hospital, path, sentence):
    for method in ("GET", "POST"):
        assert sentence in problem_of(hospital.ask(method, path, {}), 404)["detail"]


def test_methods_media_and_bodies(desk, hospital):
    answer = hospital.ask("DELETE", TICKETS)
    problem_of(answer, 405)
    assert answer["Allow"] == "GET, POST"
    headers = {"Authorization": f"Bearer {hospital.secret}"}
    problem_of(hospital.client.post(TICKETS, {"title": "x"}, headers=headers), 415)
    for size, status in ((1_000_001, 413), (30_000_000, 413)):
        for more in ({}, {"Idempotency-Key": "big"}):
            problem_of(hospital.ask("POST", TICKETS, b"x" * size, **more), status)


def test_a_fault_of_ours_is_a_problem_too(desk, hospital, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("kaputt")

    monkeypatch.setattr("tickets.api.views.page_of", broken)
    said = problem_of(hospital.get(TICKETS), 500)
    assert "kaputt" not in str(said)


@pytest.mark.parametrize("role", [Role.IT_LEAD, Role.IT_ENGINEER])
def test_a_machine_is_sent_to_no_page_whatever_its_role(desk, hospital, role):
    """A second step and a fresh password are people's; whoever made the token has both."""
    with desk.inside():
        Membership.objects.filter(pk=hospital.token.membership_id).update(role=role)
    User.objects.filter(pk=hospital.token.membership.user_id).update(password_set_at=timezone.now().replace(year=2020))
    assert hospital.get(TICKETS).status_code == 200
    machine = make_machine(desk.lead, [Scope.READ_TICKETS])
    said = problem_of(machine.report(desk.contract), 403)
    assert "scopes" in said["detail"]


def test_what_takes_a_person_says_so(desk, hospital):
    ticket = desk.accepted()
    body = {"title": "全院停", "why": "无法调图"}
    assert "person" in problem_of(hospital.post(at(ticket.pk, "declare-incident"), body), 403)["detail"]


def test_a_session_that_first_has_to_do_something_is_told(desk):
    browser = Client()
    browser.force_login(desk.lead.user)  # who has no second step yet
    assert "/accounts/2fa/" in problem_of(browser.get(TICKETS), 403)["detail"]
    problem_of(Client().get(TICKETS), 401)
    careless = Client(enforce_csrf_checks=True)
    careless.force_login(desk.it.user)
    problem_of(careless.post(TICKETS, {}, content_type="application/json"), 403)


def test_the_page_itself_is_a_page(desk):
    answer = browser_of(desk.lead).get("/api/")
    assert (answer.status_code, answer["Content-Type"] != PROBLEM) == (200, True)
