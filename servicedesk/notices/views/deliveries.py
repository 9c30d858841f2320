from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext

from servicedesk.notices import selectors
from servicedesk.notices.enums import State
from servicedesk.notices.models import Message
from servicedesk.notices.permissions import RESEND, SEE_DELIVERIES
from servicedesk.notices.services import dead_letters
from servicedesk.notices.views.frame import page
from servicedesk.notices.views.paging import page_of
from servicedesk.tenancy.doors import door


@door(SEE_DELIVERIES)
def deliveries(request: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    rows, older = page_of(request, lambda before: selectors.deliveries(request.person, before=before, state=state))
    context = {
        "rows": rows,
        "older": older,
        "state": state,
        "states": State,
        "may_resend": RESEND.reach_of(request.person) is not None,
    }
    return page(request, "notices/deliveries.html", context, tab="deliveries")


@door(RESEND, methods=("POST",), of=Message)
def resend(request: Any, message: Message) -> HttpResponse:
    dead_letters.resend(message, by=request.person, at=timezone.now())
    return redirect("deliveries")


@door(RESEND, methods=("POST",), of=Message)
def dismiss(request: Any, message: Message) -> HttpResponse:
    dead_letters.dismiss(message, by=request.person, at=timezone.now())
    return redirect("deliveries")


@door(RESEND, methods=("POST",))
def resend_all(request: Any) -> HttpResponse:
    count = dead_letters.resend_all(by=request.person, at=timezone.now())
    sentence = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("deliveries")
