"""What a stranger learns at the sign-in page, and how often they may ask. GB/T 22239 8.1.4.1 b; G10."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.db import connections
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import Tries
from servicedesk.accounts.services import signing_in, tries
from servicedesk.accounts.services.tries import ADDRESS, NAME
from servicedesk.audit.models import Record
from servicedesk.notices.enums import Channel
from servicedesk.notices.models import InboxItem, Message, Receiver
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.accounts.people import acts, masked, sign_in
from tests.world import PASSWORD, enter, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter(world):
    return make_member(
        Role.WARD_REPORTER, world.h1, department=world.radiology[world.h1.id], user=make_user("zhang.li")
    )


@pytest.fixture
def lead(world):
    return make_member(Role.IT_LEAD, world.h1)


@pytest.fixture
def robot(world, reporter, settings):
    """Both the person's address and the hospital's group chat would take a message."""
    settings.EMAIL_HOST = "127.0.0.1"
    with opened(Context.of_hospital(world.h1.id)):
        Membership.objects.filter(pk=reporter.pk).update(email="zhang@example.org")
        return Receiver.objects.create(
            hospital=world.h1, name="群", channel=Channel.WECOM, sealed="", shown="https://x"
        )


def test_unknown_wrong_and_disabled_are_one_answer(reporter):
    make_user("gone.away", is_active=False)
    wrong = sign_in(Client(), "zhang.li", "Wrong-word-123")
    unknown = sign_in(Client(), "nobody.here", "Wrong-word-123")
    disabled = sign_in(Client(), "gone.away", PASSWORD)
    assert wrong.status_code == unknown.status_code == disabled.status_code == 200
    assert masked(wrong) == masked(unknown) == masked(disabled)


@pytest.mark.parametrize("name", ["zhang.li", "nobody.here"])
def test_the_work_is_the_same_for_a_name_nobody_has(reporter, monkeypatch, name):
    """One hash is computed either way."""
    made = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *words: (made.append(1), encode(self, *words))[1]
    )
    sign_in(Client(), name, "Wrong-word-123")
    assert len(made) == 1


def test_five_wrong_guesses_lock_a_name_whether_or_not_it_exists(reporter):
    answers = {}
    for name in ("zhang.li", "nobody.here"):
        for _ in range(5):
            assert sign_in(Client(), name, "Wrong-word-123").status_code == 200
        answers[name] = sign_in(Client(), name, PASSWORD)
    assert [answer.status_code for answer in answers.values()] == [429, 429]
    assert masked(answers["zhang.li"]) == masked(answers["nobody.here"])
    assert "15" in str(answers["zhang.li"].context["form"].non_field_errors())


def told(person, *members):
    """What lies in their inboxes."""
    found = []
    for member in (person, *members):
        with opened(NOBODY):
            found += InboxItem.objects.visible_to(enter(member))
    return found


def test_a_lock_tells_the_person_once_from_where_and_when(reporter, lead, robot):
    """Their own channels as they wish, and nobody else: neither their lead nor the hospital's group chat."""
    for _ in range(5):
        sign_in(Client(), "zhang.li", "Wrong-word-123", REMOTE_ADDR="10.0.0.9")
    for _ in range(5):
        sign_in(Client(), "zhang.li", "Wrong-word-123", REMOTE_ADDR="10.0.0.8")
    (item,) = told(reporter, lead)
    assert (item.membership_id, item.kind, item.url) == (reporter.pk, "sign_in_locked", "/accounts/password/change/")
    assert "10.0.0.9" in item.text
    assert timezone.localtime(item.at).strftime("%Y-%m-%d %H:%M") in item.text
    with opened(Context.of_hospital(reporter.hospital_id)):
        assert [(message.channel, message.membership_id) for message in Message.objects.all()] == [
            (Channel.MAIL, reporter.pk)
        ]


def test_the_next_lock_is_told_again(reporter):
    for _ in range(2):
        for _ in range(5):
            sign_in(Client(), "zhang.li", "Wrong-word-123")
        Tries.objects.all().delete()
    assert len(told(reporter)) == 2


def test_fewer_guesses_tell_nobody(reporter):
    for _ in range(4):
        sign_in(Client(), "zhang.li", "Wrong-word-123")
    sign_in(Client(), "zhang.li")
    assert told(reporter) == []


def test_a_name_nobody_has_tells_nobody(reporter, lead):
    for _ in range(6):
        sign_in(Client(), "nobody.here", "Wrong-word-123")
    assert told(reporter, lead) == []


def test_what_a_header_claims_is_not_repeated(reporter, settings):
    settings.PROXY_COUNT = 1
    for _ in range(5):
        sign_in(Client(), "zhang.li", "Wrong-word-123", headers={"X-Forwarded-For": "call 010-5555 at once"})
    assert "call" not in told(reporter)[0].text


def test_the_lock_opens_after_a_quarter_of_an_hour(reporter):
    for _ in range(5):
        sign_in(Client(), "zhang.li", "Wrong-word-123")
    Tries.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert sign_in(Client(), "zhang.li").status_code == 302


def test_another_spelling_of_the_name_is_the_same_name(reporter):
    for name in ("ZHANG.LI", " zhang.li", "Zhang.Li ", "zhang.li", "zhang.LI"):
        sign_in(Client(), name, "Wrong-word-123")
    assert sign_in(Client(), "zhang.li").status_code == 429


def test_success_wipes_the_slate(reporter):
    for _ in range(4):
        sign_in(Client(), "zhang.li", "Wrong-word-123")
    assert sign_in(Client(), "zhang.li").status_code == 302
    assert not Tries.objects.filter(key=NAME.key("zhang.li")).exists()


def test_an_address_that_tries_many_names_is_stopped(reporter):
    for number in range(50):
        assert tries.take(ADDRESS, "10.0.0.9", at=timezone.now()).allowed, number
    assert sign_in(Client(), "zhang.li", REMOTE_ADDR="10.0.0.9").status_code == 429
    assert sign_in(Client(), "zhang.li", REMOTE_ADDR="10.0.0.8").status_code == 302


def test_many_people_may_sign_in_from_one_address(reporter):
    for number in range(60):
        signing_in.take_try(f"person-{number}", "127.0.0.1", at=timezone.now())
        signing_in.succeeded(f"person-{number}", "127.0.0.1")
    assert sign_in(Client(), "zhang.li").status_code == 302


def test_the_address_is_the_one_before_our_own_proxies(reporter, settings):
    settings.PROXY_COUNT = 1
    for number in range(5):
        sign_in(Client(), f"name-{number}", "Wrong-word-123", headers={"X-Forwarded-For": f"6.6.6.{number}, 10.0.0.7"})
    assert Tries.objects.get(key=ADDRESS.key("10.0.0.7")).tries == 5


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_sixty_guesses_at_once_get_five_looks_at_the_password(whole_world, monkeypatch):
    """G10: at most five verifications per window, however many guess at the same moment."""
    user = make_user("target")
    make_member(Role.WARD_REPORTER, whole_world.h1, department=whole_world.radiology[whole_world.h1.id], user=user)
    looked = []
    verify = hashers.MD5PasswordHasher.verify
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "verify", lambda self, *words: (looked.append(1), verify(self, *words))[1]
    )

    def guess(number: int) -> int:
        try:
            return sign_in(Client(), "target", f"Wrong-{number}", REMOTE_ADDR=f"10.0.{number % 6}.{number}").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(60)))
    assert len(looked) == 5
    assert sorted(answers) == [200] * 5 + [429] * 55
    assert sign_in(Client(), user).status_code == 429
    assert acts(whole_world.h1).count("accounts.locked") == 1


def test_signing_in_and_out_stands_in_the_trail_of_the_organisation_entered(world, reporter):
    client = Client()
    sign_in(client, "zhang.li", "Wrong-word-123")
    sign_in(client, "zhang.li")
    client.post("/accounts/logout/")
    assert acts(world.h1) == ["accounts.sign_in_failed", "accounts.signed_in", "accounts.signed_out"]
    assert acts(world.h2) == acts(world.v1) == acts(None) == []


def test_a_name_nobody_has_stands_in_the_platforms_trail_without_the_name(world):
    sign_in(Client(), "my-secret-typed-in-the-wrong-field", "x")
    with opened(Context.of_platform()):
        row = Record.objects.get()
        assert (row.act, row.result) == ("accounts.sign_in_failed", "failed")
        assert "my-secret" not in str(vars(row))
    assert "my-secret" not in str(list(Tries.objects.values()))


def test_the_session_gets_a_new_id_at_sign_in(reporter):
    """G11: a session id planted before is worth nothing after."""
    client = Client()
    client.get("/accounts/login/")
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies["session"] = before = planted.session_key
    sign_in(client, "zhang.li")
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["session"] = before
    assert thief.get("/me/").status_code == 302


def test_only_listed_pages_of_allauth_exist(reporter):
    client = Client()
    client.force_login(reporter.user)
    for path in ("signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "login/code/confirm/", ""):
        assert client.get(f"/accounts/{path}").status_code == 404, path


def test_signing_out_clears_what_the_browser_kept(reporter):
    client = Client()
    sign_in(client, "zhang.li")
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/me/").url == "/accounts/login/?next=/me/"
