"""One session of one's own is ended by itself: the lost phone, and not the desk beside it. GB/T 22239 8.1.4.10; G11."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from servicedesk.tenancy.enums import Role
from tests.accounts.people import acts, sign_in
from tests.world import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(world):
    return make_member(Role.IT_ENGINEER, world.h1)


def signed_in(member, **more):
    client = Client(**more)
    sign_in(client, member.user)
    return client, UserSession.objects.get(session_key=client.session.session_key)


def end(client, session):
    return client.post(f"/accounts/sessions/{session.pk}/end/")


def test_the_lost_one_is_refused_at_its_next_request_and_the_others_go_on(world, engineer):
    here, _ = signed_in(engineer)
    phone, lost = signed_in(engineer, headers={"User-Agent": "Firefox on a phone"})
    desk, _ = signed_in(engineer)
    assert f"/accounts/sessions/{lost.pk}/end/" in here.get("/accounts/sessions/").content.decode()
    assert end(here, lost).url == "/accounts/sessions/"
    assert phone.get("/people/").url.startswith("/accounts/login/")
    assert here.get("/people/").status_code == desk.get("/people/").status_code == 200
    assert acts(world.h1)[-1] == "accounts.sessions_ended"


def test_neither_this_one_nor_anybody_elses_nor_one_that_is_none(world, engineer):
    here, own = signed_in(engineer)
    other, theirs = signed_in(make_member(Role.IT_ENGINEER, world.h1))
    assert end(here, own).status_code == end(here, theirs).status_code == 404
    assert here.post("/accounts/sessions/987654/end/").status_code == 404
    assert here.get("/people/").status_code == other.get("/people/").status_code == 200
    assert f"/accounts/sessions/{own.pk}/end/" not in here.get("/accounts/sessions/").content.decode()
