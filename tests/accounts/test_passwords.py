"""The two password profiles, each against what it says. GB/T 22239 8.1.4.1 a; OWASP ASVS 6.2."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.accounts.models import PastPassword
from servicedesk.accounts.passwords import PROFILES, Profile, is_expired, missing
from servicedesk.accounts.services.passwords import set_password
from servicedesk.tenancy.enums import Role
from tests.accounts.people import acts
from tests.world import PASSWORD, make_member, make_user

DENGBAO, ASVS = PROFILES["dengbao"], PROFILES["asvs"]
ANYTHING = st.text(max_size=140)
PIECES = [string.ascii_lowercase, string.ascii_uppercase, string.digits, "#-!。汉字 ~"]
MIXED = st.lists(st.sampled_from(PIECES).flatmap(st.sampled_from), max_size=20).map("".join)


def kinds(password: str) -> int:
    """Independent of the code under test: counts which of the four sets the password touches."""
    sets = [set(string.ascii_lowercase), set(string.ascii_uppercase), set(string.digits)]
    signs = set(password) - set().union(*sets)
    return sum(bool(set(password) & one) for one in sets) + bool(signs)


COMMON = "It is one of the passwords everybody tries first."


def complaints(password: str, profile: Profile) -> list[str]:
    with translation.override("en"):
        return [sentence for sentence in missing(password, profile) if sentence != COMMON]


@given(st.one_of(ANYTHING, MIXED))
def test_dengbao_wants_ten_characters_of_three_kinds(password):
    fits = 10 <= len(password) <= 128 and kinds(password) >= 3
    assert (complaints(password, DENGBAO) == []) is fits


@given(st.one_of(ANYTHING, MIXED))
def test_asvs_wants_twelve_characters_and_no_kinds(password):
    assert (complaints(password, ASVS) == []) is (12 <= len(password) <= 128)


def test_common_passwords_and_ones_own_name_are_refused():
    with translation.override("en"):
        assert missing("1234567891011", ASVS) == [COMMON]
        assert missing("Wang.Hao-2026!", ASVS, username="wang.hao") == ["It contains your user name."]


def test_every_missing_thing_is_said_in_a_sentence():
    with translation.override("en"):
        assert missing("qpz", DENGBAO) == [
            "7 characters too short.",
            "Add 2 more kinds of character: a capital letter, a digit, another sign, such as # or &.",
        ]


@pytest.mark.django_db
def test_the_last_five_are_refused_and_the_sixth_may_come_back(settings):
    user = make_user()
    at = timezone.now()
    words = [f"Winter-{number}-schnee" for number in range(6)]
    for days, word in enumerate(words):
        validate_password(word, user)
        set_password(user, word, at=at + timedelta(days=days))
    assert PastPassword.objects.filter(user=user).count() == 5
    for word in words[1:]:
        with pytest.raises(ValidationError):
            validate_password(word, user)
    validate_password(words[0], user)


@pytest.mark.django_db
def test_a_password_of_91_days_is_changed_before_anything_else(world, settings):
    user = make_user(password_set_at=timezone.now() - timedelta(days=91))
    make_member(Role.WARD_REPORTER, world.h1, department=world.radiology[world.h1.id], user=user)
    client = Client()
    client.force_login(user)
    assert client.get("/people/").url == "/accounts/password/change/"
    assert client.get("/accounts/password/change/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200
    new = {"oldpassword": PASSWORD, "password1": "Neues-Wort-77", "password2": "Neues-Wort-77"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    assert client.get("/people/").status_code == 200


@pytest.mark.django_db
def test_asvs_passwords_do_not_expire(settings):
    user = make_user(password_set_at=timezone.now() - timedelta(days=4000))
    assert is_expired(user, at=timezone.now())
    settings.PASSWORD_PROFILE = "asvs"
    assert not is_expired(user, at=timezone.now())


@pytest.mark.django_db
def test_changing_the_password_ends_every_other_session(world):
    """G11: the old cookie is refused at the next request."""
    member = make_member(Role.WARD_REPORTER, world.h1, department=world.radiology[world.h1.id])
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(member.user)
        assert client.get("/me/").status_code == 200
    new = {"oldpassword": PASSWORD, "password1": "Neues-Wort-77", "password2": "Neues-Wort-77"}
    here.post("/accounts/password/change/", new)
    assert here.get("/me/").status_code == 200
    assert elsewhere.get("/me/").url == "/accounts/login/?next=/me/"
    assert "accounts.password_changed" in acts(world.h1, by_user=member.user_id)
