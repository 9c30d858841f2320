"""What belongs to a ticket: links, merging, splitting, the outage it stands under."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import door
from tickets.enums import LinkKind, State
from tickets.forms.linked import LinkForm, MergeForm, NumberForm, SplitForm
from tickets.hanging import links_of, merged_into, near
from tickets.models import Ticket, TicketLink
from tickets.permissions import LINK_TICKETS
from tickets.services import linking, outages
from tickets.services.splitting import split
from tickets.views.attempting import attempt

POST = ("POST",)


@door(LINK_TICKETS, of=Ticket)
def show_links(request: Any, ticket: Ticket) -> HttpResponse:
    return _page(request, ticket)


def _page(request: Any, ticket: Ticket, **with_errors: Any) -> HttpResponse:
    person, now = request.person, timezone.now()
    entry = linking.merged_by(ticket) if ticket.state == State.MERGED else None
    context = {
        "ticket": ticket,
        "links": links_of(ticket),
        "merged": merged_into(ticket),
        "parent": Ticket.objects.filter(pk=ticket.parent_id).first(),
        "may_undo": entry is not None,
        "why_no_undo": linking.why_no_undo(entry, side=person.side, at=now) if entry else "",
        "into": Ticket.objects.filter(pk=ticket.merged_into_id).first(),
        "link": LinkForm(person=person, auto_id="link_%s"),
        "merge": MergeForm(person=person, auto_id="merge_%s"),
        "under": NumberForm(person=person, auto_id="under_%s"),
        "near": near(ticket, person),
        "is_parent": ticket.children.exists(),
        **with_errors,
    }
    return render(request, "tickets/links.html", context, status=409 if with_errors else 200)


@door(LINK_TICKETS, methods=POST, of=Ticket)
def add_link(request: Any, ticket: Ticket) -> HttpResponse:
    form = LinkForm(request.POST, person=request.person, auto_id="link_%s")
    if attempt(form, lambda: _link(request, ticket, form.cleaned_data)):
        return redirect("ticket_links", pk=ticket.pk)
    return _page(request, ticket, link=form)


def _link(request: Any, ticket: Ticket, chosen: dict[str, Any]) -> None:
    linking.link(ticket, chosen["number"], LinkKind(chosen["kind"]), by=request.person, at=timezone.now())


@door(LINK_TICKETS, methods=POST, of=TicketLink)
def remove_link(request: Any, row: TicketLink) -> HttpResponse:
    linking.unlink(row, by=request.person, at=timezone.now())
    return redirect("ticket_links", pk=row.ticket_id)


@door(LINK_TICKETS, methods=POST, of=Ticket)
def merge_ticket(request: Any, ticket: Ticket) -> HttpResponse:
    form = MergeForm(request.POST, person=request.person, auto_id="merge_%s")
    if attempt(form, lambda: _merge(request, ticket, form.cleaned_data)):
        messages.success(request, _("Merged. It can be undone on this page for a while."))
        return redirect("ticket_links", pk=ticket.pk)
    return _page(request, ticket, merge=form)


def _merge(request: Any, ticket: Ticket, chosen: dict[str, Any]) -> None:
    linking.merge(ticket, chosen["number"], why=chosen["why"], by=request.person, at=timezone.now())


@door(LINK_TICKETS, methods=POST, of=Ticket)
def undo(request: Any, ticket: Ticket) -> HttpResponse:
    linking.undo_merge(ticket, by=request.person, at=timezone.now())
    messages.success(request, _("The merge is undone; the promises run on as if it never had been."))
    return redirect("ticket", pk=ticket.pk)


@door(LINK_TICKETS, methods=("GET", "POST"), of=Ticket)
def split_ticket(request: Any, ticket: Ticket) -> HttpResponse:
    form = SplitForm(request.POST or None, ticket=ticket)
    made: list[Ticket] = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(split(ticket, form.part(), by=request.person, at=timezone.now()))
    ):
        return redirect("ticket", pk=made[0].pk)
    words = _("The part becomes a ticket of the same contract. Its promises count from the original report.")
    context = {"ticket": ticket, "form": form, "title": _("Split the ticket"), "verb": _("Split"), "words": words}
    return render(request, "tickets/linked_form.html", context, status=409 if form.errors else 200)


@door(LINK_TICKETS, methods=POST, of=Ticket)
def go_under(request: Any, ticket: Ticket) -> HttpResponse:
    form = NumberForm(request.POST, person=request.person, auto_id="under_%s")
    if attempt(form, lambda: _go_under(request, ticket, form.cleaned_data["number"])):
        return redirect("ticket_links", pk=ticket.pk)
    return _page(request, ticket, under=form)


def _go_under(request: Any, ticket: Ticket, parent: Ticket) -> None:
    outages.put_under(ticket, parent, by=request.person, at=timezone.now())


@door(LINK_TICKETS, methods=POST, of=Ticket)
def leave_outage(request: Any, ticket: Ticket) -> HttpResponse:
    outages.take_out(ticket, by=request.person, at=timezone.now())
    back = request.POST.get("back")
    if back == "outage" and ticket.parent_id:
        return redirect("ticket_outage", pk=ticket.parent_id)
    return redirect("ticket_links", pk=ticket.pk)
