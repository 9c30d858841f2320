from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

GetResponse = Callable[[Any], HttpResponseBase]
STARTED, SEEN = "started_at", "seen_at"
SEEN_EVERY = timedelta(minutes=1)  # a session row is not written for every click


def session_limits(get_response: GetResponse) -> GetResponse:
    """Ends a session that idled or lasted too long (GB/T 22239 8.1.4.1 b)."""

    def middleware(request: Any) -> HttpResponseBase:
        if request.user.is_authenticated and _is_over(request.session, timezone.now()):
            logout(request)
            messages.info(request, _("You were signed out because the session was over. Sign in to go on."))
            return redirect_to_login(request.get_full_path())
        return get_response(request)

    return middleware


def _is_over(session: Any, now: datetime) -> bool:
    started = datetime.fromisoformat(session.setdefault(STARTED, now.isoformat()))
    seen = datetime.fromisoformat(session.setdefault(SEEN, now.isoformat()))
    if now - seen > timedelta(minutes=settings.SESSION_IDLE_MINUTES):
        return True
    if now - started > timedelta(hours=settings.SESSION_HOURS):
        return True
    if now - seen > SEEN_EVERY:
        session[SEEN] = now.isoformat()
    return False


def language(get_response: GetResponse) -> GetResponse:
    """The person's own language; before sign-in Chinese, or what they picked on the sign-in page."""

    def middleware(request: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            chosen = request.user.language
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


def second_factor(get_response: GetResponse) -> GetResponse:
    """A role that signs, approves or administers does nothing before a second factor is set up."""

    def middleware(request: Any) -> HttpResponseBase:
        person = request.person
        if person is None or not person.role.needs_second_factor or _is_exempt(request):
            return get_response(request)
        from allauth.mfa.utils import is_mfa_enabled

        if is_mfa_enabled(request.user):
            return get_response(request)
        messages.info(request, _("Your role needs a second step at sign-in. Set it up now; it takes a minute."))
        return redirect("mfa_index")

    return middleware


def _is_exempt(request: Any) -> bool:
    return request.path.startswith(("/accounts/", "/healthz", "/static/"))
