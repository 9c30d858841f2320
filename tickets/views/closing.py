"""The hospital's word at the end of a ticket, and 'it is the same again'."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Forbidden, Refused
from tickets.forms.closing import ObjectionForm
from tickets.models import Objection, Ticket
from tickets.permissions import DECIDE_TICKETS, SPEAK
from tickets.services import recurring, signing

WRITES = ("GET", "POST")


@door(DECIDE_TICKETS, methods=WRITES, of=Objection)
def decide_objection(request: Any, objection: Objection) -> HttpResponse:
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {"is_upheld": request.POST.get("verdict") == "uphold", "said": form.cleaned_data["said"]}
        try:
            with transaction.atomic():
                signing.decide_objection(objection, **facts, by=request.person, at=timezone.now())
            return redirect(objection.ticket)
        except Refused as refusal:
            form.add_error("said", str(refusal.sentence))
    context = {"form": form, "objection": objection, "ticket": objection.ticket}
    return render(request, "tickets/objection.html", context, status=409 if form.errors else 200)


@door(SPEAK, methods=("POST",), of=Ticket)
def say_recurrence(request: Any, ticket: Ticket) -> HttpResponse:
    """One click: it is the same, or it is not."""
    earlier = _earlier(request)
    if request.POST.get("verdict") == "other":
        if DECIDE_TICKETS.reach_of(request.person) is None:
            raise Forbidden(_("Whether a fault came back is the hospital's word."))
        recurring.say_different(ticket, earlier, by=request.person, at=timezone.now())
    else:
        recurring.say_same(ticket, earlier, by=request.person, at=timezone.now())
        words = {"number": earlier.number}
        messages.success(request, _("Counted as a return of %(number)s; both tickets show it.") % words)
    return redirect(ticket)


def _earlier(request: Any) -> Ticket:
    """A foreign one answers like none at all."""
    try:
        key = UUID(request.POST.get("earlier", ""))
    except ValueError:
        key = None
    row = Ticket.objects.visible_to(request.person).filter(pk=key).first() if key else None
    if row is None:
        raise Refused(_("Choose the earlier ticket."))
    return row
