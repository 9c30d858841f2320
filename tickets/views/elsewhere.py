"""The number a ticket has in another system, on a page of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from tickets.forms.elsewhere import ElsewhereForm
from tickets.models import Ticket
from tickets.permissions import KEEP_NUMBERS_ELSEWHERE
from tickets.services.elsewhere import set_number_elsewhere


@door(KEEP_NUMBERS_ELSEWHERE, methods=("GET", "POST"), of=Ticket)
def number_elsewhere(request: Any, ticket: Ticket) -> HttpResponse:
    present = {"number": ticket.external_number, "source": ticket.external_source}
    form = ElsewhereForm(request.POST if request.method == "POST" else None, initial=present)
    if request.method == "POST" and form.is_valid():
        try:
            set_number_elsewhere(ticket, **form.cleaned_data, by=request.person, at=timezone.now())
            messages.success(request, _("The number is written down."))
            return redirect("ticket", pk=ticket.pk)
        except Refused as refusal:
            form.add_error("number", str(refusal.sentence))
    return render(request, "tickets/number_elsewhere.html", {"ticket": ticket, "form": form})
