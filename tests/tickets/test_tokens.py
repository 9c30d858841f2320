"""Tokens on their pages: made by a lead who has just proved who they are, shown once, revoked."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as OF_USER
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.utils import timezone

from servicedesk.accounts.models import Token
from servicedesk.audit.models import Record
from servicedesk.tenancy.enums import Role
from tests.accounts.people import browser_of
from tests.tickets.machines import TICKETS, Machine, make_machine
from tests.world import make_member


def proved(member):
    browser = browser_of(member)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[OF_USER] = str(member.user_id)
    session.save()
    return browser


@pytest.fixture
def facts():
    until = timezone.localdate() + timedelta(days=30)
    return {"name": "OA 平台", "scopes": ["tickets.read", "tickets.report"], "until_on": until.isoformat()}


def test_it_is_shown_once_and_works(desk, facts):
    browser = proved(desk.lead)
    page = browser.post("/tokens/new/", facts)
    token, secret = page.context["token"], page.context["secret"]
    assert secret in page.content.decode()
    assert secret.startswith("sdt_")
    assert secret not in browser.get("/tokens/").content.decode()
    assert Machine(token, secret).get(TICKETS).status_code == 200
    assert Machine(token, secret).get("/api/v1/people/").status_code == 403
    with desk.inside():
        words = Record.objects.get(act="accounts.token_made").words
    assert words["scopes"] == "tickets.read,tickets.report"
    assert secret not in str(words)
    assert browser.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert Machine(token, secret).get(TICKETS).status_code == 401
    assert browser.post(f"/tokens/{token.pk}/revoke/").status_code == 409


def test_who_has_not_proved_it_lately_does_so_first(desk, facts):
    browser = browser_of(desk.lead)
    session = browser.session
    session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    session.save()
    for answer in (browser.get("/tokens/new/"), browser.post("/tokens/new/", facts)):
        assert answer.status_code == 302
        assert "reauthenticate" in answer.url
    with desk.inside():
        assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 41), ("name", "\0"), ("scopes", []), ("scopes", ["tickets.work"]),
     ("scopes", ["everything"]), ("until_on", ""), ("until_on", "2020-01-01"), ("until_on", "9999-12-31"),
     ("until_on", "never")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(desk, facts, field, value):
    page = proved(desk.lead).post("/tokens/new/", facts | {field: value})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert field == "name" or "OA 平台" in page.content.decode()


def test_a_year_is_the_longest(desk, facts):
    today = timezone.localdate()
    browser = proved(desk.lead)
    for days, is_good in ((364, True), (365, False)):
        page = browser.post("/tokens/new/", facts | {"until_on": (today + timedelta(days=days)).isoformat()})
        assert ("secret" in (page.context or {})) is is_good


def test_each_organisation_sees_its_own(desk):
    machine = make_machine(desk.lead)
    others = make_machine(desk.manager)
    page = proved(desk.lead).get("/tokens/")
    assert [token.pk for token, _good in page.context["rows"]] == [machine.token.pk]
    assert proved(desk.lead).post(f"/tokens/{others.token.pk}/revoke/").status_code == 404
    auditor = browser_of(make_member(Role.HOSPITAL_AUDITOR, desk.world.h1))
    assert auditor.get("/tokens/").status_code == 200
    assert auditor.post(f"/tokens/{machine.token.pk}/revoke/").status_code == 403
    assert browser_of(desk.it).get("/tokens/").status_code == 403


def test_a_name_that_is_markup_stays_words(desk, facts):
    browser = proved(desk.lead)
    browser.post("/tokens/new/", facts | {"name": "<script>x</script>"})
    assert "<script>x" not in browser.get("/tokens/").content.decode()


def test_a_machine_cannot_sign_in_and_gets_no_work(desk, client):
    """It has no password, and is nobody's colleague."""
    machine, vendors = make_machine(desk.lead), make_machine(desk.manager)
    assert not machine.token.membership.user.has_usable_password()
    ticket = desk.report()
    answer = vendors.post(f"{TICKETS}{ticket.pk}/give/", {"to": str(vendors.token.membership_id)})
    assert answer.status_code == 400
