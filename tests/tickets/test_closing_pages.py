"""The pages of signing and closing: who gets which, what is refused beside its field, nothing typed is lost."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from servicedesk.accounts.models import User
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.matrix.principals import sign_in
from tests.tickets.closing import SOLVED, seen, sign_handed
from tests.tickets.examples_closing import DRAWN
from tests.world import PASSWORD, make_member
from tickets.closing import standing
from tickets.enums import State, Way
from tickets.models import FeedbackForm, MaintenanceRecord, Objection, SigningLink, Ticket
from tickets.panels import AROUND, shown
from tickets.services import signing, solving

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
GOOD = {"verdict": "sign", "name": "刘敏", "satisfaction": "satisfied", "strokes": DRAWN, "words": "很快"}


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def ticket(desk, now):
    """Reported an hour ago, in the real present: pages look at the clock on the wall."""
    made = desk.accepted(at=now - HOUR)
    desk.act(solving.resolve, made, by=desk.engineer, at=now - HOUR / 2, **SOLVED)
    return desk.fresh(made)


@pytest.fixture
def client_of():
    @contextmanager
    def made(member=None, *, proved=True):
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        if member:
            User.objects.filter(pk=member.user_id).update(language="en")
            sign_in(client, member)
            session = SessionStore(client.cookies["session"].value)
            if proved:
                session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
                session["account_authentication_methods_user"] = str(member.user_id)
            session.save()
        with wall.opened(Context()):  # what the fixtures left open is closed for the request
            yield client

    return made


def _link(desk, ticket, now):
    return desk.act(signing.make_link, ticket, by=desk.engineer, at=now)


def _post(client, url, digest, **more):
    return client.post(url, GOOD | {"seen": digest} | more)


# ── handed over ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_handed_device_shows_the_form_and_nothing_else(desk, ticket, client_of):
    with client_of(desk.engineer) as client:
        page = client.get(reverse("sign_here", args=[ticket.pk])).content.decode()
    assert "重启归档服务，图像恢复" in page
    assert 'class="rail"' not in page
    assert 'href="/"' not in page


def test_signed_on_the_handed_device(desk, ticket, client_of):
    url, digest = reverse("sign_here", args=[ticket.pk]), seen(desk, ticket)
    with client_of(desk.engineer) as client:
        response = _post(client, url, digest)
        assert (response.status_code, response["Location"]) == (302, url)
        assert "give the device back" in client.get(url).content.decode()
    with desk.inside():
        form = FeedbackForm.objects.get()
    assert (form.way, form.name, form.address, form.words) == (Way.HANDED, "刘敏", "127.0.0.1", "很快")


def test_a_device_in_somebody_elses_hands_opens_nothing_else(desk, ticket, client_of):
    """PACS-8: the back button, another tab, another ticket's form, a link: all answer 'hand it back', signed or not."""
    url, digest = reverse("sign_here", args=[ticket.pk]), seen(desk, ticket)
    other = reverse("sign_here", args=[desk.accepted().pk])
    elsewhere = ["/", ticket.get_absolute_url(), other, "/tickets/", "/sign/some-link/", "/accounts/sessions/"]
    with client_of(desk.engineer) as client:
        assert client.get(ticket.get_absolute_url()).status_code == 200
        assert client.get(url).status_code == 200
        for _ in range(2):
            for path in elsewhere:
                response = client.get(path)
                assert (response.status_code, "hand the device back" in response.content.decode()) == (403, True), path
                assert response["HX-Refresh"] == "true"
            assert client.get("/", headers={"X-By-Itself": "1"}).status_code == 204
            assert client.post(reverse("ticket_say", args=[ticket.pk]), {"text": "我是工程师"}).status_code == 403
            _post(client, url, digest)
    assert desk.fresh(ticket).state == State.SIGNED


def test_only_the_engineers_own_proof_since_then_takes_the_device_back(desk, ticket, client_of):
    """That they signed in a minute before they handed it over proves nothing about who holds it now."""
    back = reverse("take_device_back")
    with client_of(desk.engineer) as client:
        assert client.get(back)["Location"] == "/"
        client.get(reverse("sign_here", args=[ticket.pk]))
        ask = client.get(back)["Location"]
        assert ask == f"{reverse('account_reauthenticate')}?next={quote(back, safe='')}"
        assert client.post(ask, {"password": "wrong"}).status_code == 200
        assert client.get(ticket.get_absolute_url()).status_code == 403
        given = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": back})
        assert given["Location"] == back
        assert client.get(back)["Location"] == ticket.get_absolute_url()
        assert client.get(ticket.get_absolute_url()).status_code == 200
        assert client.cookies["handed"].value == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"name": ""}, "Say who signs"),
        ({"name": "刘\u202e敏"}, "nobody can read"),
        ({"name": "刘\x07敏"}, "nobody can read"),
        ({"name": "刘" * 61}, "at most 60"),
        ({"satisfaction": ""}, "one of the three"),
        ({"satisfaction": "delighted"}, "Select a valid choice"),
        ({"strokes": ""}, "Sign in the field"),
        ({"strokes": "M300 100"}, "too little"),
        ({"strokes": "<script>alert(1)</script>"}, "could not be read"),
        ({"strokes": "M1 1" * 50_000}, "could not be read"),
        ({"strokes": "", "typed": "王五", "is_mine": "on"}, "same name"),
        ({"strokes": "", "typed": "刘敏"}, "Confirm that this is your name"),
        ({"words": "长" * 501}, "at most 500"),
        ({"words": "a\x00b"}, "Null characters"),
        ({"seen": "0" * 64}, "has changed since"),
    ],
)
def test_what_is_odd_is_refused_beside_its_field_and_nothing_is_lost(desk, ticket, client_of, more, sentence):
    url, digest = reverse("sign_here", args=[ticket.pk]), seen(desk, ticket)
    with client_of(desk.engineer) as client:
        response = _post(client, url, digest, **more)
    page = response.content.decode()
    assert response.status_code == 409
    assert sentence in page
    assert "<script>alert" not in page
    for name in ("words", "name"):
        if name not in more:
            assert GOOD[name] in page
    if "strokes" not in more:
        assert DRAWN in page
    assert desk.fresh(ticket).state == State.RESOLVED


def test_html_in_the_words_is_only_words(desk, ticket, client_of):
    url, digest = reverse("sign_here", args=[ticket.pk]), seen(desk, ticket)
    with client_of(desk.engineer) as client:
        assert _post(client, url, digest, words="<b>好</b> 👍 ‮").status_code == 302
    with client_of(desk.it) as client:
        form = reverse("feedback_form", args=[ticket.pk])
        page = client.get(form, follow=True).content.decode()
    assert "&lt;b&gt;好&lt;/b&gt;" in page
    assert "Unchanged since it was signed" in page


def test_two_tabs_the_second_is_told(desk, ticket, client_of):
    url, digest = reverse("sign_here", args=[ticket.pk]), seen(desk, ticket)
    with client_of(desk.engineer) as client:
        assert _post(client, url, digest).status_code == 302
        second = _post(client, url, digest, words="第二次")
    assert second.status_code == 409
    assert "It is signed and waits" in second.content.decode()
    assert "第二次" in second.content.decode()


# ── over the link ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_link_is_shown_once_with_its_code(desk, ticket, client_of):
    with client_of(desk.engineer) as client:
        page = client.post(reverse("make_signing_link", args=[ticket.pk])).content.decode()
    assert 'class="qr"' in page
    assert "/sign/" in page
    assert len(page) < 60_000


def test_signed_over_the_link_without_an_account(desk, ticket, client_of, now):
    _row, secret = _link(desk, ticket, now)
    url, digest = reverse("sign_by_link", args=[secret]), seen(desk, ticket)
    with client_of() as client:
        assert "重启归档服务" in client.get(url).content.decode()
        assert _post(client, url, digest).status_code == 302
        assert "signed the feedback form" in client.get(url).content.decode()
        again = _post(client, url, digest)
    assert (again.status_code, "Thank you" in again.content.decode()) == (200, True)
    with desk.inside():
        form = FeedbackForm.objects.get()
    assert (form.way, form.person, form.handed_by) == (Way.LINK, None, None)


def test_a_link_that_is_none_and_one_that_is_over_say_so(desk, ticket, client_of, now):
    row, secret = _link(desk, ticket, now)
    with desk.inside():
        SigningLink.objects.filter(pk=row.pk).update(made_at=now - timedelta(days=8), until_at=now - HOUR)
    with client_of() as client:
        for token, words in (("no-such-token", "never was one"), (secret, "seven days")):
            response = client.get(reverse("sign_by_link", args=[token]))
            assert (response.status_code, words in response.content.decode()) == (410, True)


def test_who_guesses_many_links_is_told_nothing_even_of_a_good_one(desk, ticket, client_of, now):
    _row, secret = _link(desk, ticket, now)
    with client_of() as client:
        for place in range(31):
            client.get(reverse("sign_by_link", args=[f"guess-{place}"]))
        assert client.get(reverse("sign_by_link", args=[secret])).status_code == 410


def test_somebody_of_the_vendor_who_opens_the_link_is_sent_away(desk, ticket, client_of, now):
    _row, secret = _link(desk, ticket, now)
    url, digest = reverse("sign_by_link", args=[secret]), seen(desk, ticket)
    with client_of(desk.colleague) as client:
        for response in (client.get(url), _post(client, url, digest)):
            assert (response.status_code, "The vendor does not sign" in response.content.decode()) == (403, True)
    assert desk.fresh(ticket).state == State.RESOLVED


def test_a_link_shows_one_ticket_and_opens_nothing_else(desk, ticket, client_of, now):
    _row, secret = _link(desk, ticket, now)
    with client_of() as client:
        client.get(reverse("sign_by_link", args=[secret]))
        for name in ("ticket", "feedback_form", "sign"):
            assert client.get(reverse(name, args=[ticket.pk])).status_code == 302


def test_not_solved_over_the_link_waits_for_the_hospital(desk, ticket, client_of, now):
    _row, secret = _link(desk, ticket, now)
    url = reverse("sign_by_link", args=[secret])
    with client_of() as client:
        empty = client.post(url, {"verdict": "refuse", "name": "刘敏", "why": " ", "strokes": "garbage"})
        assert (empty.status_code, "Say what is not solved" in empty.content.decode()) == (409, True)
        assert client.post(url, {"verdict": "refuse", "name": "刘敏", "why": "还是黑屏"}).status_code == 302
        assert "is not solved" in client.get(url).content.decode()
    with desk.inside():
        objection = Objection.objects.get()
    with client_of(desk.it) as client:
        url = reverse("decide_objection", args=[objection.pk])
        assert "还是黑屏" in client.get(url).content.decode()
        assert client.post(url, {"verdict": "set_aside", "said": ""}).status_code == 409
        assert client.post(url, {"verdict": "uphold"}).status_code == 302
    assert (desk.fresh(ticket).state, desk.fresh(ticket).cycle) == (State.REPORTED, 2)


# ── signed in ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_signing_in_ones_own_name_asks_for_the_password_once_more(desk, ticket, client_of):
    """A session at a ward's shared computer proves little."""
    url, digest = reverse("sign", args=[ticket.pk]), seen(desk, ticket)
    with client_of(desk.ward, proved=False) as client:
        for response in (client.get(url), _post(client, url, digest)):
            assert response.status_code == 302
            assert "/reauthenticate/" in response["Location"]
    assert desk.fresh(ticket).state == State.RESOLVED


def test_the_reporter_signs_and_it_confirms(desk, ticket, client_of):
    """PACS-8, SMART-10, HRP-6: signature, confirmation, record."""
    url, digest = reverse("sign", args=[ticket.pk]), seen(desk, ticket)
    with client_of(desk.ward) as client:
        assert f"You sign as {desk.ward.name}" in client.get(url).content.decode()
        assert _post(client, url, digest, name="王五").status_code == 302
        assert client.post(reverse("ticket_confirm", args=[ticket.pk])).status_code == 403
    with client_of(desk.it) as client:
        assert client.post(reverse("ticket_confirm", args=[ticket.pk])).status_code == 302
        again = client.post(reverse("ticket_confirm", args=[ticket.pk]), follow=True)
        assert "It is closed." in again.content.decode()
        page = client.get(reverse("records")).content.decode()
        with desk.inside():
            record = MaintenanceRecord.objects.get()
        shown = client.get(record.get_absolute_url()).content.decode()
    assert (record.signer_name, desk.fresh(ticket).state) == (desk.ward.name, State.CLOSED)
    assert ticket.number in page
    assert "Unchanged since it was kept" in shown


def test_another_department_cannot_sign(desk, ticket, client_of, world):
    other = make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id])
    with client_of(other) as client:
        assert client.get(reverse("sign", args=[ticket.pk])).status_code == 404


def test_closing_without_a_signature_and_refusing_ask_why(desk, ticket, client_of):
    with client_of(desk.it) as client:
        for name in ("ticket_close_unsigned", "ticket_refuse"):
            url = reverse(name, args=[ticket.pk])
            assert client.get(url).status_code == 200
            assert client.post(url, {"why": "  "}).status_code == 400
        assert client.post(reverse("ticket_refuse", args=[ticket.pk]), {"why": "又黑屏"}).status_code == 302
        late = client.get(reverse("ticket_close_unsigned", args=[ticket.pk]), follow=True).content.decode()
        again = client.post(reverse("ticket_refuse", args=[ticket.pk]), {"why": "又黑屏"}).content.decode()
    assert "Nobody has accepted it yet." in late
    assert again.count("Nobody has accepted it yet.") == 1
    assert desk.fresh(ticket).cycle == 2
    with client_of(desk.engineer) as client:
        above, _stream, _rest = client.get(ticket.get_absolute_url()).content.decode().partition('id="ticket-stream"')
    assert "The solution was refused: it is not solved." in above
    assert "又黑屏" in above


def test_not_solved_in_ones_own_name_leads_back_to_the_ticket(desk, ticket, client_of):
    """The next cycle begins at once, and the page says so."""
    with client_of(desk.ward) as client:
        url = reverse("sign", args=[ticket.pk])
        client.get(url)
        after = client.post(url, {"verdict": "refuse", "why": "还是黑屏"}, follow=True)
    assert after.redirect_chain[-1][0] == ticket.get_absolute_url()
    assert "It is noted: not solved. The work goes on." in after.content.decode()
    assert desk.fresh(ticket).cycle == 2


@pytest.mark.parametrize("earlier", ["", "x", "1", "00000000-0000-0000-0000-000000000000"])
def test_a_recurrence_of_nothing_is_a_sentence(desk, ticket, client_of, earlier):
    with client_of(desk.it) as client:
        response = client.post(reverse("say_recurrence", args=[ticket.pk]), {"earlier": earlier})
    assert (response.status_code, "Choose the earlier ticket" in response.content.decode()) == (409, True)


# ── what the panel offers ────────────────────────────────────────────────────────────────────────────────────────────
def _panel(desk, ticket, member):
    with desk.acting(member) as person:
        closing = standing(Ticket.objects.get(pk=ticket.pk), person, at=timezone.now())
        if not closing:
            return None
        names = ("may_sign", "may_hand_over", "may_make_link", "may_confirm", "may_refuse", "may_close")
        return {name for name in names if getattr(closing, name)}


def test_the_panel_offers_each_their_own_act(desk, ticket):
    assert _panel(desk, ticket, desk.engineer) == {"may_hand_over", "may_make_link"}
    assert _panel(desk, ticket, desk.ward) == {"may_sign", "may_refuse"}
    assert _panel(desk, ticket, desk.it) == {"may_sign", "may_make_link", "may_refuse", "may_close"}
    sign_handed(desk, ticket, at=timezone.now())
    assert _panel(desk, ticket, desk.engineer) == set()
    assert _panel(desk, ticket, desk.it) == {"may_confirm", "may_refuse"}
    assert _panel(desk, desk.report(), desk.it) is None


def _rendered(desk, ticket, member):
    with desk.acting(member) as person:
        now, here = timezone.now(), Ticket.objects.get(pk=ticket.pk)
        parts = [("tickets/_closing.html", {"closing": standing(here, person, at=now)})]
        parts += [(template, {"panel": panel}) for template, panel in shown(AROUND, here, person, now)]
        return "".join(render_to_string(template, {"ticket": here, "person": person, **c}) for template, c in parts)


def test_the_panels_say_how_far_it_is_and_lead_on(desk, ticket, now, client_of):
    """The solution, the signature, the record; and the same fault again, with one click."""
    assert reverse("sign_here", args=[ticket.pk]) in _rendered(desk, ticket, desk.engineer)
    _link(desk, ticket, now)
    assert "good until" in _rendered(desk, ticket, desk.it)
    with desk.inside():
        Ticket.objects.filter(pk=ticket.pk).update(system=desk.contract.systems.first())
    sign_handed(desk, ticket, at=now)
    assert reverse("ticket_confirm", args=[ticket.pk]) in _rendered(desk, ticket, desk.it)
    desk.act(solving.confirm, ticket, by=desk.it, at=now)
    assert "/records/" in _rendered(desk, ticket, desk.it)
    again = desk.report(at=now, system=desk.fresh(ticket).system)
    assert ("It is the same" in _rendered(desk, again, desk.engineer)) is True
    assert "Another fault" not in _rendered(desk, again, desk.engineer)
    with client_of(desk.it) as client:
        response = client.post(reverse("say_recurrence", args=[again.pk]), {"earlier": str(ticket.pk)})
    assert response.status_code == 302
    assert ticket.number in _rendered(desk, again, desk.it)
    assert again.number in _rendered(desk, ticket, desk.it)


def test_the_panel_of_closure_is_one_query(desk, ticket):
    with desk.acting(desk.it) as person, CaptureQueriesContext(connection) as queries:
        closing = standing(Ticket.objects.get(pk=ticket.pk), person, at=timezone.now())
        assert "What solved it" in render_to_string("tickets/_closing.html", {"closing": closing})
    assert len(queries) <= 3  # the calendar once in a process
