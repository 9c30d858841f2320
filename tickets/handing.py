"""A device that was handed over to sign on (PACS-8): in somebody else's hands it opens the form and nothing else.

The mark stands in the session, so it holds in every tab and behind the back button; it ends when the engineer shows
once more that it is them, or with the session.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from servicedesk.accounts.middleware import BY_ITSELF, Gate
from servicedesk.tenancy.doors import Audience
from tickets.models import Ticket

HANDED = "handed_over"  # the session's key: whose form, and since when
COOKIE = "handed"  # tells a page that the browser kept for its back button to ask again; it opens and closes nothing


class HandedOver(Gate):
    mends = frozenset(
        {
            "take_device_back",
            "account_reauthenticate",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "account_logout",
        }
    )

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Public pages too: they would be opened as the engineer."""
        rule, name = getattr(view, "rule", None), request.resolver_match.url_name
        if not is_handed(request) or name in self.mends or (rule and rule.who == Audience.INTERNAL):
            return None
        is_form = name == "sign_here" and str(kwargs["pk"]) == str(handed_ticket(request))
        return None if is_form else self.stop(request)

    def stop(self, request: Any) -> HttpResponse:
        if BY_ITSELF in request.headers:
            return HttpResponse(status=204)
        request.denial = "handed_over"
        context = {"form": reverse("sign_here", args=[handed_ticket(request)])}
        # A piece of a page that was open in another tab asks for the whole of it.
        response = render(request, "tickets/handed.html", context, status=403)
        response.headers["HX-Refresh"] = "true"
        return response


def is_handed(request: Any) -> bool:
    return not getattr(request, "secret", "") and request.user.is_authenticated and HANDED in request.session


def handed_ticket(request: Any) -> UUID:
    return UUID(request.session[HANDED][0])


def hand_over(request: Any, response: HttpResponse, ticket: Ticket) -> None:
    """Opened again, it is handed over anew: whoever proved who they are did so before."""
    request.session[HANDED] = [str(ticket.pk), time.time()]
    response.set_cookie(COOKIE, "1", samesite="Lax", secure=request.is_secure())


def give_back(request: Any, response: HttpResponse) -> None:
    del request.session[HANDED]
    response.delete_cookie(COOKIE, samesite="Lax")


def is_proved_since(request: Any) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and records[-1]["at"] > request.session[HANDED][1]


def ask_who(request: Any) -> HttpResponse:
    """Who has neither password nor second step on this device signs out, and in again."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    url = methods[0]["url"] if methods else reverse("account_logout")
    return redirect(f"{url}?{urlencode({'next': request.path})}" if methods else url)
