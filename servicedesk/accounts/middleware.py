from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from servicedesk.accounts.pace import seconds_to_wait
from servicedesk.accounts.passwords import is_expired
from servicedesk.accounts.services.support import record_look
from servicedesk.tenancy.api_doors import for_programs, problem
from servicedesk.tenancy.doors import Audience
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import hash_of

GetResponse = Callable[[Any], HttpResponseBase]
STARTED, SEEN = "started_at", "seen_at"
SEEN_EVERY = timedelta(minutes=1)  # a session row is not written for every click
# A page that asks by itself whether something is new sends this; nobody sits before it because of that.
BY_ITSELF = "X-By-Itself"


def only_news(get_response: GetResponse) -> GetResponse:
    """Who asked by itself for a number gets nothing when the way leads elsewhere: the bell would show a whole page."""

    def middleware(request: Any) -> HttpResponseBase:
        response = get_response(request)
        is_elsewhere = 300 <= response.status_code < 400
        return HttpResponse(status=204) if is_elsewhere and BY_ITSELF in request.headers else response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """Ends a session that idled or lasted too long (GB/T 22239 8.1.4.1 b)."""

    def middleware(request: Any) -> HttpResponseBase:
        if request.user.is_authenticated and _is_over(request, timezone.now()):
            logout(request)
            messages.info(request, _("You were signed out because the session was over. Sign in to go on."))
            return redirect_to_login(request.get_full_path())
        return get_response(request)

    return middleware


def _is_over(request: Any, now: datetime) -> bool:
    session = request.session
    started = datetime.fromisoformat(session.setdefault(STARTED, now.isoformat()))
    seen = datetime.fromisoformat(session.setdefault(SEEN, now.isoformat()))
    if now - seen > timedelta(minutes=settings.SESSION_IDLE_MINUTES):
        return True
    if now - started > timedelta(hours=settings.SESSION_HOURS):
        return True
    if now - seen > SEEN_EVERY and BY_ITSELF not in request.headers:
        session[SEEN] = now.isoformat()
    return False


BEARER, PROGRAMS = "bearer ", "/api/v1/"


def machines(get_response: GetResponse) -> GetResponse:
    """Who brings a token comes as that machine and as nobody else: no session counts beside it, and no browser sends it
    by itself, so no form's token is asked for."""

    def middleware(request: Any) -> HttpResponseBase:
        given = request.headers.get("Authorization", "")
        request.secret = given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else ""
        if not request.path.startswith(PROGRAMS):
            request.secret = ""
            return get_response(request)
        if not request.secret:
            return for_programs(request, get_response(request))
        if wait := seconds_to_wait(hash_of(request.secret)):
            answer = problem(429, _("Too many requests in this minute. Come back in %(count)s s.") % {"count": wait})
            answer.headers["Retry-After"] = str(wait)
            return answer
        request.user, request._dont_enforce_csrf_checks = AnonymousUser(), True
        return for_programs(request, get_response(request))

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """The person's own language; before sign-in Chinese, or what they picked on the sign-in page."""

    def middleware(request: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            chosen = request.user.language
        elif getattr(request, "secret", ""):
            chosen = translation.get_language_from_request(request)
        else:
            chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = get_response(request)
            response.headers.setdefault("Content-Language", chosen)
        return response

    return middleware


class Gate:
    """What has to happen before a signed-in person does anything else. It stands before the view, where the door's own
    rule is known: whatever is open to everybody stays open, and so do sign-out and the pages that mend the matter."""

    mends: frozenset[str]
    is_of_people = True  # a machine has neither password nor second step; whoever made its token has both

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        rule = getattr(view, "rule", None)
        if rule and rule.who in (Audience.PUBLIC, Audience.INTERNAL):
            return None
        if not request.user.is_authenticated or request.resolver_match.url_name in self.mends:
            return None
        if self.is_of_people and getattr(request, "secret", ""):
            return None
        return self.stop(request)

    def say(self, request: Any, sentence: str) -> None:
        if BY_ITSELF not in request.headers:
            messages.info(request, sentence)

    def stop(self, request: Any) -> HttpResponse | None:
        raise NotImplementedError


class PasswordAge(Gate):
    """A password that is too old is changed before anything else (GB/T 22239 8.1.4.1 a)."""

    mends = frozenset({"account_change_password"})

    def stop(self, request: Any) -> HttpResponse | None:
        if not is_expired(request.user, at=timezone.now()):
            return None
        self.say(request, _("Your password is older than 90 days. Choose a new one to go on."))
        return redirect("account_change_password")


class SecondFactor(Gate):
    """A role that signs, approves or administers does nothing before a second factor is set up."""

    mends = frozenset(
        {
            "account_change_password",
            "account_reauthenticate",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_list_webauthn",
            "mfa_view_recovery_codes",
            "switch_membership",
        }
    )

    def stop(self, request: Any) -> HttpResponse | None:
        person = request.person
        if person is None or not person.role.needs_second_factor or is_mfa_enabled(request.user):
            return None
        self.say(request, _("Your role needs a second step at sign-in. Set it up now; it takes a minute."))
        return redirect("mfa_index")


class SupportOnRecord(Gate):
    """Every page an operator opens while a support session is open stands in that hospital's trail."""

    mends = frozenset()
    is_of_people = False

    def stop(self, request: Any) -> HttpResponse | None:
        person = request.person
        if person is not None and person.side == Side.PLATFORM and person.hospitals:
            record_look(request.resolver_match.view_name, by=person, at=timezone.now())
        return None
