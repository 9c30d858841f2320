"""The public door of an invitation's link."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts.forms.joining import NewcomerForm
from servicedesk.accounts.services import invitations, tries
from servicedesk.accounts.services.invitations import Found
from servicedesk.accounts.services.tries import LINK
from servicedesk.tenancy.doors import Audience, door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.ui.middleware import client_address


@door(Audience.PUBLIC, methods=("GET", "POST"))
def join(request: Any, secret: str) -> HttpResponse:
    found = _find(request, secret)
    if found is None:
        return render(request, "accounts/no_invitation.html", status=410)
    if request.user.is_authenticated:
        return _join_as_oneself(request, found)
    return _join_as_newcomer(request, found)


def _find(request: Any, secret: str) -> Found | None:
    """Whoever asks for many links that are none gets the same page for all of them, good ones too."""
    at, address = timezone.now(), client_address(request)
    if tries.is_spent(LINK, address, at=at):
        return None
    found = invitations.find(secret, at=at)
    if found is None:
        tries.take(LINK, address, at=at)
    return found


def _join_as_oneself(request: Any, found: Found) -> HttpResponse:
    if request.method == "POST":
        membership = invitations.accept(found, request.user, at=timezone.now())
        request.session[CHOSEN] = str(membership.pk)
        messages.success(request, _("You now belong to %(organisation)s.") % {"organisation": _name(found)})
        return redirect("home")
    return render(request, "accounts/join_as_oneself.html", _words(found))


def _join_as_newcomer(request: Any, found: Found) -> HttpResponse:
    form = NewcomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = invitations.accept_as_newcomer(
                found, username=given["username"], password=given["password1"], at=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            response = perform_login(request, user)
            record_authentication(request, user, method="password", username=user.username)
            return response
    return render(request, "accounts/join.html", {**_words(found), "form": form})


def _words(found: Found) -> dict[str, Any]:
    return {"found": found, "organisation": _name(found), "role": Role(found.role)}


def _name(found: Found) -> str:
    return found.organisation or _("the platform")
