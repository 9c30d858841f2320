"""Who signs, approves or administers proves who they are twice. GB/T 22239 8.1.4.1 d; ICU-13; G10, G11."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from servicedesk.accounts.services.second_factor import give_totp
from servicedesk.notices.models import InboxItem
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.wall import NOBODY, opened
from tests.accounts.people import SECRET, acts, browser_of, current_code, sign_in
from tests.world import PASSWORD, enter, make_member

pytestmark = pytest.mark.django_db
NEED_ONE = [role for role in Role if role.needs_second_factor]


def member_in(world, role):
    organisation = {Side.HOSPITAL: world.h1, Side.VENDOR: world.v1, Side.PLATFORM: None}[role.side]
    department = world.radiology[world.h1.id] if role == Role.WARD_REPORTER else None
    return make_member(role, organisation, department=department)


def with_code(client, code):
    return client.post("/accounts/2fa/authenticate/", {"code": code})


@pytest.fixture
def lead(world):
    member = make_member(Role.IT_LEAD, world.h1)
    give_totp(member.user, SECRET)
    return member


@pytest.mark.parametrize("role", Role)
def test_only_roles_that_need_a_second_step_are_stopped_without_one(world, role):
    client = Client()
    client.force_login(member_in(world, role).user)
    answer = client.get("/people/")
    if role in NEED_ONE:
        assert answer.url == "/accounts/2fa/"
        assert client.get("/me/").url == "/accounts/2fa/"
        assert client.post("/me/organisation/", {"membership": "x"}).status_code == 409
        assert client.get("/accounts/2fa/").status_code == 200
        assert client.get("/accounts/logout/").status_code == 200
    else:
        assert answer.status_code == 200


def test_somebody_who_just_signed_in_sets_it_up_without_typing_the_password_again(world):
    member = make_member(Role.IT_LEAD, world.h1)
    client = Client()
    sign_in(client, member.user)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    secret = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": current_code(secret)})
    assert client.get("/people/").status_code == 200
    assert "accounts.second_factor_added" in acts(world.h1)


def test_the_secret_is_not_kept_in_the_clear(lead):
    stored = Authenticator.objects.get(user=lead.user).data["secret"]
    assert SECRET not in stored


def test_the_password_alone_lets_nobody_in(lead):
    client = Client()
    assert sign_in(client, lead.user).url == "/accounts/2fa/authenticate/"
    assert client.get("/people/").url == "/accounts/login/?next=/people/"
    with_code(client, current_code())
    assert client.get("/people/").status_code == 200


def test_a_code_works_once_even_when_the_cache_was_wiped(lead):
    code = current_code()
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, lead.user)
        with_code(client, code)
        cache.clear()
    assert first.get("/people/").status_code == 200
    assert second.get("/people/").url == "/accounts/login/?next=/people/"


def test_five_wrong_codes_lock_the_right_one_out_too(world, lead):
    client = Client()
    sign_in(client, lead.user)
    for _ in range(5):
        with_code(client, "000000")
    with_code(client, current_code())
    assert client.get("/people/").status_code == 302
    assert acts(world.h1, result="failed") == ["accounts.sign_in_failed"] * 5
    assert acts(world.h1, result="denied") == ["accounts.locked"]
    with opened(NOBODY):
        (item,) = InboxItem.objects.visible_to(enter(lead))
        assert "127.0.0.1" in item.text


def test_taking_the_second_step_away_stops_the_role_again(world, lead):
    client = browser_of(lead)
    assert client.get("/people/").status_code == 200
    Authenticator.objects.filter(user=lead.user).first().delete()
    assert client.get("/people/").url == "/accounts/2fa/"
    assert "accounts.second_factor_removed" in acts(world.h1)


def test_a_stolen_session_cannot_change_the_second_step(lead, monkeypatch):
    """Past five minutes the person proves who they are again, and not by the password alone."""
    client = browser_of(lead)
    moved = time.time() + 600
    monkeypatch.setattr(time, "time", lambda: moved)
    answer = client.get("/accounts/2fa/totp/deactivate/")
    assert answer.url.startswith("/accounts/2fa/reauthenticate/")
    assert client.get("/accounts/reauthenticate/").url == "/accounts/2fa/reauthenticate/"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 302
