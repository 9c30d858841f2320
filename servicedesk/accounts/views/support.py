from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.organisations import SupportForm
from servicedesk.accounts.permissions import CLOSE_SUPPORT, OPEN_SUPPORT
from servicedesk.accounts.services import support as services
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import SupportSession
from servicedesk.tenancy.permissions import SEE_SUPPORT_SESSIONS


@door(SEE_SUPPORT_SESSIONS)
def list_support(request: Any) -> HttpResponse:
    context = {
        "sessions": selectors.support_sessions(request.person)[: selectors.PAGE],
        "may_close": CLOSE_SUPPORT.reach_of(request.person),
        "may_open": OPEN_SUPPORT.reach_of(request.person),
        "at": timezone.now(),
    }
    return render(request, "accounts/support.html", context)


@door(OPEN_SUPPORT, methods=("GET", "POST"))
def open_support(request: Any) -> HttpResponse:
    form = SupportForm(request.POST or None, by=request.person)
    if request.method == "POST" and form.is_valid():
        services.open_support(**form.cleaned_data, by=request.person, at=timezone.now())
        messages.success(request, _("You may look for 30 minutes. The hospital sees that you do, and why."))
        return redirect("support")
    return render(request, "accounts/open_support.html", {"form": form})


@door(CLOSE_SUPPORT, methods=("POST",), of=SupportSession)
def close_support(request: Any, session: SupportSession) -> HttpResponse:
    services.close_support(session, by=request.person, at=timezone.now())
    messages.success(request, _("The support session is closed."))
    return redirect("support")
