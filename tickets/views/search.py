"""One box for tickets, systems and people; a ticket's number opens it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import Audience, door
from tickets.searching import LONGEST, found_tickets, ticket_of_number
from tickets.searching_others import found_people, found_systems


@door(Audience.MEMBER)
def search(request: Any) -> HttpResponse:
    query, person = request.GET.get("q", "").strip(), request.person
    if ticket := ticket_of_number(person, query):
        return redirect("ticket", ticket.pk)
    if len(query) > LONGEST:
        error = _("A search has at most %(count)s letters. Name what stands out.") % {"count": LONGEST}
        return render(request, "tickets/search.html", {"query": query[:LONGEST], "error": error})
    below = _key(request.GET.get("below", ""))
    context = {"query": query, "found": found_tickets(person, query, below=below), "below": below}
    if query and not below:
        context["systems"] = found_systems(person, query)
        context["people"] = found_people(person, query, at=timezone.now())
    return render(request, "tickets/search.html", context)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
