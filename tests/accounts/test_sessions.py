"""A person's own sessions: listed, ended, timed out. GB/T 22239 8.1.4.1 b, 8.1.4.10; G11."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from servicedesk.accounts.middleware import SEEN, STARTED
from servicedesk.accounts.models import Tries
from servicedesk.accounts.step_up import step_up
from servicedesk.accounts.tasks import tidy_sign_in
from servicedesk.tenancy.enums import Role
from tests.accounts.people import acts, browser_of, sign_in
from tests.world import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(world):
    return make_member(Role.IT_ENGINEER, world.h1)


def moved_back(client: Client, **times: timedelta) -> None:
    session = client.session
    for key, ago in times.items():
        session[key] = (timezone.now() - ago).isoformat()
    session.save()


def test_the_list_names_address_and_device_as_seen_before_our_proxies(engineer, settings):
    settings.PROXY_COUNT = 1
    client = Client(headers={"X-Forwarded-For": "1.2.3.4, 10.7.7.7", "User-Agent": "Firefox on ward 5"})
    sign_in(client, engineer.user)
    kept = UserSession.objects.get(user=engineer.user)
    assert (kept.ip, kept.user_agent) == ("10.7.7.7", "Firefox on ward 5")
    assert "10.7.7.7" in client.get("/accounts/sessions/").content.decode()


def test_ending_the_other_sessions_refuses_their_next_request(world, engineer):
    here, lost = Client(), Client()
    for client in (here, lost):
        sign_in(client, engineer.user)
    here.post("/accounts/sessions/")
    assert lost.get("/people/").url.startswith("/accounts/login/")
    assert here.get("/people/").status_code == 200
    assert acts(world.h1)[-1] == "accounts.sessions_ended"


def test_nobody_sees_somebody_elses_sessions(world, engineer):
    sign_in(Client(REMOTE_ADDR="10.5.5.5"), engineer.user)
    other = Client()
    sign_in(other, make_member(Role.IT_ENGINEER, world.h1).user)
    assert "10.5.5.5" not in other.get("/accounts/sessions/").content.decode()


def test_a_session_ends_when_idle(engineer):
    client = browser_of(engineer)
    client.get("/people/")
    moved_back(client, **{SEEN: timedelta(minutes=31)})
    assert client.get("/people/").url == "/accounts/login/?next=/people/"
    assert client.get("/people/").status_code == 302


def test_a_session_ends_after_its_hours_however_busy(engineer):
    client = browser_of(engineer)
    client.get("/people/")
    moved_back(client, **{STARTED: timedelta(hours=12, minutes=1)})
    assert client.get("/people/").url == "/accounts/login/?next=/people/"


def test_a_page_that_asks_by_itself_keeps_no_session_alive(engineer):
    client = browser_of(engineer)
    client.get("/people/")
    moved_back(client, **{SEEN: timedelta(minutes=20)})
    before = client.session[SEEN]
    client.get("/people/", headers={"X-By-Itself": "1"})
    assert client.session[SEEN] == before
    client.get("/people/")
    assert datetime.fromisoformat(client.session[SEEN]) > datetime.fromisoformat(before)


def test_a_page_that_asks_by_itself_gets_no_other_page(world, engineer):
    """The bell would show the whole sign-in page, or a message would wait in it for every time it asked."""
    news = {"X-By-Itself": "1"}
    client = browser_of(engineer)
    moved_back(client, **{SEEN: timedelta(minutes=31)})
    assert client.get("/inbox/unread/", headers=news).status_code == 204
    assert client.get("/inbox/unread/", headers=news).status_code == 204
    lead = Client()
    lead.force_login(make_member(Role.IT_LEAD, world.h1).user)
    for _ in range(3):
        assert lead.get("/inbox/unread/", headers=news).status_code == 204
    assert len(list(lead.get("/accounts/2fa/").context["messages"])) == 0
    assert lead.get("/inbox/").url == "/accounts/2fa/"


def test_step_up_asks_again_after_five_minutes(engineer, monkeypatch):
    client = Client()
    sign_in(client, engineer.user)
    view = step_up(lambda request: HttpResponse("signed"))

    def knock(**headers: str) -> HttpResponse:
        request = RequestFactory().get("/sign/") if not headers else RequestFactory().post("/sign/", headers=headers)
        request.user, request.session = engineer.user, client.session
        return view(request)

    assert knock().content == b"signed"
    moved = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: moved)
    assert knock().url == "/accounts/reauthenticate/?next=%2Fsign%2F"
    assert knock(referer="http://testserver/tickets/1/?x=1").url.endswith("next=%2Ftickets%2F1%2F")
    assert knock(referer="http://evil.example/").url.endswith("next=%2F")


def test_what_is_over_is_tidied_away(engineer):
    sign_in(Client(), engineer.user)
    sign_in(Client(), "nobody", "x")
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    Tries.objects.update(since=timezone.now() - timedelta(days=2))
    tidy_sign_in()
    assert not Session.objects.exists()
    assert not Tries.objects.exists()
