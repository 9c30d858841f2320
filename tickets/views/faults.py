"""ALL-17: one fault of several vendors, as the hospital sees it: every ticket, whose turn it is, one time line."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Contract
from servicedesk.clocks.models import Clock
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.ids import uuid7
from tickets.forms.linked import NumberForm, SiblingForm, TurnForm
from tickets.hanging import near, part_of
from tickets.models import Entry, Ticket
from tickets.permissions import LEAD_FAULTS
from tickets.services import siblings
from tickets.views.attempting import attempt
from tickets.words import promises, sentence

LINES = 200


@door(LEAD_FAULTS, methods=("GET", "POST"), of=Ticket)
def show_fault(request: Any, ticket: Ticket) -> HttpResponse:
    """Posted: whose turn it is."""
    if request.method != "POST":
        return _page(request, ticket)
    form = TurnForm(request.POST, tickets=_tickets(ticket))
    if attempt(form, lambda: siblings.say_turn(ticket, **form.cleaned_data, by=request.person, at=timezone.now())):
        messages.success(request, _("Every vendor of this fault was told."))
        return redirect("shared_fault", pk=ticket.pk)
    return _page(request, ticket, turn=form)


def _tickets(ticket: Ticket) -> list[Ticket]:
    part = part_of(ticket)
    return [each.ticket for each in siblings.parts_of(part.fault)] if part else []


def _page(request: Any, ticket: Ticket, **with_errors: Any) -> HttpResponse:
    part = part_of(ticket)
    tickets = _tickets(ticket)
    context = {
        "ticket": ticket,
        "part": part,
        "parts": _with_clocks(tickets),
        "lines": _time_line(tickets),
        "now": timezone.now(),
        "turn": TurnForm(tickets=tickets, initial={"number": part.turn_number} if part else None),
        "join": NumberForm(person=request.person, auto_id="join_%s"),
        "near": near(ticket, request.person, of_others=True),
        **with_errors,
    }
    return render(request, "tickets/fault.html", context, status=409 if with_errors else 200)


def _with_clocks(tickets: list[Ticket]) -> list[tuple[Ticket, datetime | None, bool]]:
    """Each with the moment from which its time counts, and whether that rests on a year that is not published."""
    clocks = Clock.objects.filter(matter__in=[ticket.matter_id for ticket in tickets], is_standing=True)
    found = clocks.order_by("counts_from").values_list("matter_id", "due_at", "counts_from", "is_provisional")
    known = {(matter, due_at): rest for matter, due_at, *rest in found}
    return [(one, *known.get((one.matter_id, one.due_at), (None, False))) for one in tickets]


def _time_line(tickets: list[Ticket]) -> list[dict[str, Any]]:
    """The newest lines of all of them, in the order of time."""
    known = {ticket.pk: ticket for ticket in tickets}
    rows = Entry.objects.filter(ticket__in=known).order_by("-at", "-id")[:LINES]
    return [
        {
            "ticket": known[row.ticket_id],
            "row": row,
            "says": sentence(row) if row.act else "",
            "promises": promises(row),
        }
        for row in reversed(rows)
    ]


@door(LEAD_FAULTS, methods=("GET", "POST"), of=Ticket)
def open_sibling(request: Any, ticket: Ticket) -> HttpResponse:
    """First the contract, then what its vendor has to know."""
    contracts = _other_contracts(ticket)
    chosen = _chosen(contracts, request.POST.get("contract") or request.GET.get("contract"))
    initial = {"contract": chosen.pk, "category": ticket.category} if chosen else {}
    is_sent = request.method == "POST" and "title" in request.POST
    form = SiblingForm(
        request.POST if is_sent else None, contracts=contracts, chosen=chosen, initial=initial | {"submission": uuid7()}
    )
    made: list[Ticket] = []
    if is_sent and attempt(
        form, lambda: made.append(siblings.open_sibling(ticket, **form.facts(), by=request.person, at=timezone.now()))
    ):
        return redirect("shared_fault", pk=ticket.pk)
    context = {"ticket": ticket, "form": form, "chosen": chosen, "contracts": contracts}
    return render(request, "tickets/sibling.html", context, status=409 if is_sent else 200)


def _other_contracts(ticket: Ticket) -> Any:
    rows = Contract.objects.filter(hospital_id=ticket.hospital_id, activated_at__isnull=False, ended_at=None)
    return rows.exclude(vendor_id=ticket.vendor_id).select_related("vendor", "hospital").order_by("vendor_id", "id")


def _chosen(contracts: Any, text: str | None) -> Contract | None:
    try:
        return contracts.filter(pk=UUID(text or "")).first()  # type: ignore[no-any-return]
    except ValueError:
        return None


@door(LEAD_FAULTS, methods=("POST",), of=Ticket)
def join_fault(request: Any, ticket: Ticket) -> HttpResponse:
    form = NumberForm(request.POST, person=request.person, auto_id="join_%s")
    if attempt(form, lambda: siblings.join(ticket, form.cleaned_data["number"], by=request.person, at=timezone.now())):
        return redirect("shared_fault", pk=ticket.pk)
    return _page(request, ticket, join=form)
