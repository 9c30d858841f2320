"""A ticket's files, and those that are added later."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.files.permissions import ADD_FILES
from servicedesk.files.selectors import files_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from tickets.models import Ticket
from tickets.permissions import SEE_TICKETS
from tickets.services.attaching import attach


@door(SEE_TICKETS, of=Ticket)
def list_files(request: Any, ticket: Ticket) -> HttpResponse:
    return _page(request, ticket)


@door(ADD_FILES, methods=("POST",), of=Ticket)
def add_files(request: Any, ticket: Ticket) -> HttpResponse:
    try:
        stored = attach(ticket, request.FILES.getlist("file"), by=request.person, at=timezone.now())
    except Refused as refusal:
        return _page(request, ticket, problem=str(refusal.sentence), status=refusal.status)
    messages.success(request, _("Added: %(names)s") % {"names": _(", ").join(one.name for one in stored)})
    return redirect("ticket", pk=ticket.pk)


def _page(request: Any, ticket: Ticket, *, problem: str = "", status: int = 200) -> HttpResponse:
    person = request.person
    context = {
        "ticket": ticket,
        "files": files_of(ticket.matter, person),
        "may_add": ADD_FILES.reach_of(person) is not None and ticket.is_writable_by(person),
        "problem": problem,
    }
    return render(request, "tickets/files.html", context, status=status)
