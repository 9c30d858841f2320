"""One ticket: its stream, its promises, its facts, and what this person may do about it now."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from servicedesk.tenancy.doors import door
from tickets.models import Ticket
from tickets.permissions import SEE_TICKETS


@door(SEE_TICKETS, of=Ticket)
def show_ticket(request: Any, ticket: Ticket) -> HttpResponse:
    return render(request, "tickets/ticket.html", {"ticket": ticket})
