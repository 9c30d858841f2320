from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.me import DetailsForm
from servicedesk.accounts.services import me as services
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.doors import Audience, door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.permissions import granted_to
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import enter, opened


@door(Audience.SIGNED_IN)
def show_me(request: Any) -> HttpResponse:
    return _page(request, _details(request))


@door(Audience.MEMBER, methods=("POST",))
def change_details(request: Any) -> HttpResponse:
    form = _details(request, request.POST)
    if form and form.is_valid():
        services.change_details(**form.cleaned_data, by=request.person, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("me")
    return _page(request, form)


def _details(request: Any, data: Any = None) -> DetailsForm | None:
    if request.person is None:
        return None
    return DetailsForm(data, instance=Membership.objects.get(pk=request.person.membership_id))


def _page(request: Any, details: DetailsForm | None) -> HttpResponse:
    context = {"details": details, "has_second_factor": is_mfa_enabled(request.user)}
    return render(request, "accounts/me.html", context)


@door(Audience.SIGNED_IN)
def no_membership(request: Any) -> HttpResponse:
    if request.person:
        return redirect("home")
    return render(request, "accounts/no_membership.html")


@door(Audience.MEMBER, methods=("POST",))
def switch_membership(request: Any) -> HttpResponse:
    """Act in another of one's own organisations from now on; its trail says so."""
    wanted = request.POST.get("membership", "")
    if wanted not in {str(membership.id) for membership in selectors.own_memberships(request.person)}:
        raise Refused(_("Choose one of the organisations you belong to."), code="membership")
    with opened(request.person.context):
        person = enter(request.user.pk, wanted)
        record(Act.SWITCHED, by=person, at=timezone.now(), words={"from": str(request.person.membership_id)})
    request.session[CHOSEN] = wanted
    return redirect("home")


@door(Audience.SIGNED_IN)
def explain_roles(request: Any) -> HttpResponse:
    """Each role in a sentence, and all it may do, as the doors themselves have it."""
    roles = [(role, granted_to(role)) for role in Role]
    return render(request, "accounts/roles.html", {"roles": roles})
