"""Pages that belong to no room: the first page, the choice of language and colours, the gallery of components."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView

from contracts.selectors import versions_asked
from servicedesk.accounts.models.user import Theme
from servicedesk.clocks.calendars_standing import notes_for
from servicedesk.clocks.selectors.home import duty_at_home, waiting_for
from servicedesk.home import begin, next_steps
from servicedesk.navigation import THEME_COOKIE, address
from servicedesk.openapi import Operation, groups_of
from servicedesk.tenancy.doors import Audience, door
from servicedesk.ui import gallery as samples
from tickets.at_home import tickets_at_home
from tickets.permissions import SEE_BOARD

YEAR = 365 * 24 * 3600


@door(Audience.SIGNED_IN)
def home(request: Any) -> HttpResponse:
    person, now = request.person, timezone.now()
    waiting, asked = waiting_for(person), versions_asked(person) if person else []
    tickets = tickets_at_home(person, at=now)
    steps = next_steps(request)
    context = {
        "steps": steps,
        "side": (person and person.role, *(step.url_name for step in steps)),
        "begin": begin(request),
        "notes": notes_for(person, at=now),
        "duty": duty_at_home(person, at=now),
        "waiting": waiting,
        "asked": asked,
        "tickets": tickets,
        "is_quiet": not (waiting or asked or tickets),
        "board_url": address("board") if person and SEE_BOARD.reach_of(person) else "",
        "now": now,
    }
    return render(request, "home.html", context)


@door(Audience.PUBLIC, methods=("POST",))
def choose_language(request: Any) -> HttpResponse:
    """For the person where one is signed in, else for this browser."""
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return _back(request)
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return _remembering(request, settings.LANGUAGE_COOKIE_NAME, language)


@door(Audience.SIGNED_IN, methods=("POST",))
def choose_theme(request: Any) -> HttpResponse:
    theme = request.POST.get("theme")
    if theme not in Theme.values:
        return _back(request)
    request.user.theme = theme
    request.user.save(update_fields=["theme"])
    return _remembering(request, THEME_COOKIE, theme)


def _remembering(request: Any, cookie: str, value: str) -> HttpResponseRedirect:
    """The sign-in and error pages know no person; they ask the browser."""
    response = _back(request)
    response.set_cookie(cookie, value, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


def _back(request: Any) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if is_ours else "home")


@door(Audience.SIGNED_IN)
def gallery(request: Any) -> HttpResponse:
    if settings.IN_PRODUCTION:
        raise Http404
    return render(request, "gallery.html", samples.context(request.GET))


@door(Audience.MEMBER)
def api(request: Any) -> HttpResponse:
    """Drawn here and not by swagger-ui: that is English, knows no dark, and fails our contrast."""
    return render(request, "api.html", {"groups": _groups()})


@cache  # the same for everybody, and the words of OpenAPI are English
def _groups() -> dict[str, list[Operation]]:
    with translation.override("en"):
        return groups_of(SchemaGenerator().get_schema(public=True))


@door(Audience.MEMBER)
def api_schema(request: Any) -> HttpResponseBase:
    return SpectacularJSONAPIView.as_view()(request)
