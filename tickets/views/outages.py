"""An outage with many tickets: written once for all; and what the wards are told of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from tickets.forms.linked import NumberForm, OutageForm, SayForm
from tickets.hanging import children_of, may, near
from tickets.models import MeToo, Outage, Ticket
from tickets.outages import known_outages
from tickets.permissions import LEAD_FAULTS, LINK_TICKETS, SEE_OUTAGES, WORK_TICKETS
from tickets.services import outages
from tickets.services.outages import Result
from tickets.services.scanning import hit_of, say_me_too
from tickets.states import SOLVED
from tickets.views.attempting import attempt

POST = ("POST",)


@door(LINK_TICKETS, of=Ticket)
def show_outage(request: Any, ticket: Ticket) -> HttpResponse:
    return _page(request, ticket)


def _page(request: Any, ticket: Ticket, **with_errors: Any) -> HttpResponse:
    person, children = request.person, children_of(ticket)
    outage = outages.known_outage_of(ticket)
    context = {
        "ticket": ticket,
        "children": children,
        "open_children": [child for child in children if child.is_open],
        "to_resolve": [child for child in children if child.is_open and child.state not in SOLVED],
        "solution": outages.solution_of(ticket),
        "outage": outage,
        "joined": list(MeToo.objects.filter(ticket=ticket)) if outage else [],
        "may_lead": may(LEAD_FAULTS, person),
        "may_work": may(WORK_TICKETS, person),
        "say": SayForm(person=person),
        "add": NumberForm(person=person),
        "near": near(ticket, person),
        "announce": OutageForm(initial=_initial(ticket, outage), auto_id="outage_%s"),
        **with_errors,
    }
    return render(request, "tickets/outage.html", context, status=409 if with_errors else 200)


def _initial(ticket: Ticket, outage: Outage | None) -> dict[str, Any]:
    if outage is None:
        return {"title": ticket.title}
    return {"title": outage.title, "words": outage.words, "expected_at": outage.expected_at}


@door(LINK_TICKETS, methods=POST, of=Ticket)
def say_once(request: Any, ticket: Ticket) -> HttpResponse:
    """To the outage and to all its tickets; with a number instead, one more ticket is put under it."""
    if "number" in request.POST:
        return _add(request, ticket)
    form, results = SayForm(request.POST, person=request.person), list[Result]()
    if attempt(form, lambda: results.extend(_say(request, ticket, form.cleaned_data))):
        _say_results(request, results)
        return redirect("ticket_outage", pk=ticket.pk)
    return _page(request, ticket, say=form)


def _say(request: Any, ticket: Ticket, said: dict[str, Any]) -> list[Result]:
    act = outages.work_around_all if said.get("is_workaround") else outages.say_to_all
    return act(ticket, said["text"], by=request.person, at=timezone.now())


def _add(request: Any, ticket: Ticket) -> HttpResponse:
    form = NumberForm(request.POST, person=request.person)
    if attempt(
        form, lambda: outages.put_under(form.cleaned_data["number"], ticket, by=request.person, at=timezone.now())
    ):
        return redirect("ticket_outage", pk=ticket.pk)
    return _page(request, ticket, add=form)


@door(WORK_TICKETS, methods=POST, of=Ticket)
def resolve_once(request: Any, ticket: Ticket) -> HttpResponse:
    _say_results(request, outages.resolve_children(ticket, by=request.person, at=timezone.now()))
    return redirect("ticket_outage", pk=ticket.pk)


def _say_results(request: Any, results: list[Result]) -> None:
    done = sum(1 for result in results if not result.why_not)
    words = ngettext("%(count)s ticket followed.", "%(count)s tickets followed.", done)
    messages.success(request, words % {"count": done})
    for result in results:
        if result.why_not:
            messages.warning(request, f"{result.ticket.number}: {result.why_not}")


@door(LEAD_FAULTS, methods=POST, of=Ticket)
def announce(request: Any, ticket: Ticket) -> HttpResponse:
    form = OutageForm(request.POST, auto_id="outage_%s")
    if attempt(
        form, lambda: outages.announce_outage(ticket, **form.cleaned_data, by=request.person, at=timezone.now())
    ):
        messages.success(request, _("All wards see it now, and can say 'me too' instead of reporting it again."))
        return redirect("ticket_outage", pk=ticket.pk)
    return _page(request, ticket, announce=form)


@door(LEAD_FAULTS, methods=POST, of=Outage)
def end(request: Any, outage: Outage) -> HttpResponse:
    outages.end_outage(outage, by=request.person, at=timezone.now())
    messages.success(request, _("The wards see that it works again."))
    return redirect("ticket_outage", pk=outage.ticket_id)


@door(SEE_OUTAGES)
def list_outages(request: Any) -> HttpResponse:
    person = request.person
    mine = MeToo.objects.filter(submission=person.membership_id).values_list("ticket_id", flat=True)
    context = {
        "outages": known_outages(person).select_related("hospital"),
        "mine": set(mine),
        "may_join": person.side is Side.HOSPITAL,
        "may_open": may(LINK_TICKETS, person),
    }
    return render(request, "tickets/outages.html", context)


@door(SEE_OUTAGES, methods=POST, of=Outage)
def me_too(request: Any, outage: Outage) -> HttpResponse:
    person = request.person
    if person.side is not Side.HOSPITAL:
        raise Refused(_("Only the hospital's people say 'me too'."))
    if outage.ended_at:
        raise Refused(_("This outage is over. Report it if you still have it."))
    say_me_too(outage.ticket, hit_of(person), by=person, at=timezone.now())
    messages.success(request, _("Noted. You are told here how it goes on; you need not report it."))
    return redirect("outages")
