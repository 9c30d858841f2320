from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.people import FirstLeadForm, InviteForm
from servicedesk.accounts.models import Invitation
from servicedesk.accounts.permissions import INVITE_PEOPLE, SEE_INVITATIONS
from servicedesk.accounts.services import invitations
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Role


@door(SEE_INVITATIONS)
def list_invitations(request: Any) -> HttpResponse:
    rows = selectors.open_invitations(request.person, at=timezone.now())
    may_invite = INVITE_PEOPLE.reach_of(request.person)
    return render(request, "accounts/invitations.html", {"invitations": rows, "may_invite": may_invite})


@door(INVITE_PEOPLE, methods=("GET", "POST"))
def invite(request: Any) -> HttpResponse:
    shown = InviteForm(request.POST or None, by=request.person)
    if request.method == "POST" and shown.is_valid():
        return _invited(request, **shown.cleaned_data)
    leads = request.person.role == Role.SECURITY_ADMINISTRATOR
    return render(request, "accounts/invite.html", {"form": shown, "may_invite_leads": leads})


@door(INVITE_PEOPLE, methods=("GET", "POST"))
def invite_first_lead(request: Any) -> HttpResponse:
    shown = FirstLeadForm(request.POST or None, by=request.person)
    if request.method == "POST" and shown.is_valid():
        return _invited(request, **shown.invitation())
    return render(request, "accounts/invite_first_lead.html", {"form": shown})


def _invited(request: Any, **given: Any) -> HttpResponse:
    """The one page that shows the link; it is not kept anywhere, so it is not behind a redirect."""
    invitation, secret = invitations.invite(**given, by=request.person, at=timezone.now())
    link = request.build_absolute_uri(reverse("join", args=[secret]))
    return render(request, "accounts/invited.html", {"invitation": invitation, "link": link})


@door(INVITE_PEOPLE, methods=("POST",), of=Invitation)
def revoke(request: Any, invitation: Invitation) -> HttpResponse:
    invitations.revoke(invitation, by=request.person, at=timezone.now())
    messages.success(request, _("The invitation is taken back; its link no longer works."))
    return redirect("invitations")
