from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.people import HandOverForm, RoleForm
from servicedesk.accounts.permissions import DISABLE_ACCOUNTS, INVITE_PEOPLE, INVITES, MANAGE_PEOPLE, SEE_INVITATIONS
from servicedesk.accounts.services import handing_over, members
from servicedesk.audit.history import history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.permissions import SEE_PEOPLE, granted_to
from servicedesk.tenancy.wall import Person
from servicedesk.ui.tables import page_of

WRITES = ("GET", "POST")


@door(SEE_PEOPLE)
def list_people(request: Any) -> HttpResponse:
    at, ended = timezone.now(), "ended" in request.GET
    rows = selectors.people(request.person, at=at, ended=ended)
    sorts = {"name": "name", "role": "role", "department": "department__name"}
    context = {
        "page": page_of(rows, request.GET, sorts=sorts, default="name", size=selectors.PAGE),
        "ended": ended,
        "tabs": _tabs(request.person, ended),
        "may_invite": INVITE_PEOPLE.reach_of(request.person),
    }
    return render(request, "accounts/people.html", context)


def _tabs(person: Person, ended: bool) -> list[dict[str, Any]]:
    tabs = [
        {"label": _("Here today"), "href": reverse("people"), "is_current": not ended},
        {"label": _("Left"), "href": f"{reverse('people')}?ended=1", "is_current": ended},
    ]
    if SEE_INVITATIONS.reach_of(person):
        tabs.append({"label": _("Invited"), "href": reverse("invitations"), "is_current": False})
    return [{**tab, "count": None} for tab in tabs]


@door(SEE_PEOPLE, of=Membership)
def show_person(request: Any, membership: Membership) -> HttpResponse:
    return render(
        request,
        "accounts/person.html",
        {
            "membership": membership,
            "sentence": Role(membership.role).sentence,
            "permissions": granted_to(Role(membership.role)),
            "history": history_of(membership, request.person),
            "may_manage": manages(request.person, membership),
            "may_disable": DISABLE_ACCOUNTS.reach_of(request.person),
            "is_current": membership.until_at is None or membership.until_at > timezone.now(),
        },
    )


def manages(person: Person, membership: Membership) -> bool:
    may = MANAGE_PEOPLE.reach_of(person) is not None and not membership.is_machine
    return may and Role(membership.role) in INVITES[person.role]


@door(MANAGE_PEOPLE, methods=WRITES, of=Membership)
def change_role(request: Any, membership: Membership) -> HttpResponse:
    shown = RoleForm(request.POST or None, instance=membership, by=request.person)
    if request.method == "POST" and shown.is_valid():
        given = shown.cleaned_data
        members.change_role(
            Membership.objects.get(pk=membership.pk),
            role=given["role"],
            department=given.get("department", None),
            by=request.person,
            at=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect("person", membership.pk)
    return render(request, "accounts/change_role.html", {"form": shown, "membership": membership})


@door(MANAGE_PEOPLE, methods=WRITES, of=Membership)
def end_membership(request: Any, membership: Membership) -> HttpResponse:
    if request.method == "POST":
        members.end_membership(membership, by=request.person, at=timezone.now())
        messages.success(request, _("%(name)s's access has ended.") % {"name": membership.name})
        return redirect("people")
    return render(request, "accounts/end_membership.html", {"membership": membership})


@door(MANAGE_PEOPLE, methods=WRITES, of=Membership)
def hand_over(request: Any, membership: Membership) -> HttpResponse:
    at = timezone.now()
    shown = HandOverForm(request.POST or None, leaver=membership, by=request.person, at=at)
    if request.method == "POST" and shown.is_valid():
        given = shown.cleaned_data
        handing_over.hand_over(
            membership, to=given["successor"], with_role=given["with_role"], by=request.person, at=at
        )
        messages.success(request, _("%(name)s takes over.") % {"name": given["successor"].name})
        return redirect("people")
    return render(request, "accounts/hand_over.html", {"form": shown, "membership": membership})


@door(DISABLE_ACCOUNTS, methods=("POST",), of=Membership)
def disable_user(request: Any, membership: Membership) -> HttpResponse:
    members.disable_user(membership, by=request.person, at=timezone.now())
    messages.success(request, _("The account is disabled."))
    return redirect("person", membership.pk)


@door(DISABLE_ACCOUNTS, methods=("POST",), of=Membership)
def enable_user(request: Any, membership: Membership) -> HttpResponse:
    members.enable_user(membership, by=request.person, at=timezone.now())
    messages.success(request, _("The account is enabled again."))
    return redirect("person", membership.pk)
