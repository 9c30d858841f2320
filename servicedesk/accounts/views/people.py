from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.people import HandOverForm, RoleForm
from servicedesk.accounts.permissions import INVITE_PEOPLE, INVITES, MANAGE_PEOPLE
from servicedesk.accounts.services import handing_over, members
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.permissions import SEE_PEOPLE, granted_to
from servicedesk.tenancy.wall import Person

WRITES = ("GET", "POST")


@door(SEE_PEOPLE)
def list_people(request: Any) -> HttpResponse:
    at, ended = timezone.now(), "ended" in request.GET
    everybody = selectors.people(request.person, at=at, ended=ended)
    rows = selectors.after(everybody, _last_seen(request, everybody)).order_by("name", "pk")[: selectors.PAGE + 1]
    page = list(rows)[: selectors.PAGE]
    return render(
        request,
        "accounts/people.html",
        {
            "people": page,
            "ended": ended,
            "last": page[-1] if len(rows) > selectors.PAGE else None,
            "may_invite": INVITE_PEOPLE.reach_of(request.person),
        },
    )


def _last_seen(request: HttpRequest, rows: Any) -> Membership | None:
    try:
        return rows.filter(pk=UUID(request.GET.get("after", ""))).first()
    except ValueError:
        return None


@door(SEE_PEOPLE, of=Membership)
def show_person(request: Any, membership: Membership) -> HttpResponse:
    return render(
        request,
        "accounts/person.html",
        {
            "membership": membership,
            "sentence": Role(membership.role).sentence,
            "permissions": granted_to(Role(membership.role)),
            "changes": membership.history.select_related("department").order_by("-history_date")[:20],
            "may_manage": manages(request.person, membership),
            "is_current": membership.until_at is None or membership.until_at > timezone.now(),
        },
    )


def manages(person: Person, membership: Membership) -> bool:
    return MANAGE_PEOPLE.reach_of(person) is not None and Role(membership.role) in INVITES[person.role]


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


@door(MANAGE_PEOPLE, methods=("POST",), of=Membership)
def disable_user(request: Any, membership: Membership) -> HttpResponse:
    members.disable_user(membership, by=request.person, at=timezone.now())
    messages.success(request, _("The account is disabled."))
    return redirect("person", membership.pk)


@door(MANAGE_PEOPLE, methods=("POST",), of=Membership)
def enable_user(request: Any, membership: Membership) -> HttpResponse:
    members.enable_user(membership, by=request.person, at=timezone.now())
    messages.success(request, _("The account is enabled again."))
    return redirect("person", membership.pk)
