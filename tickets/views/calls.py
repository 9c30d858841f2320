"""The telephone log: calls written down by either side while they last, and the other side's word on the late ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.sla.promise import Channel
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.tables import page_of
from tickets.calls import awaited, raise_awaited, waiting_for_my_word
from tickets.forms.calls import CallForm, DisputeForm
from tickets.forms.reporting import ByHandForm
from tickets.models import Call, Ticket
from tickets.permissions import JUDGE_CALLS, LOG_CALLS
from tickets.services.calls import agree_to_call, dispute_call, log_call
from tickets.services.reporting import Report, report_fault
from tickets.views.attempting import attempt

CHOOSE = "choose"
WRITES = ("GET", "POST")


@door(JUDGE_CALLS)
def list_calls(request: Any) -> HttpResponse:
    calls = Call.objects.visible_to(request.person).select_related("ticket", "hospital")
    page, now = page_of(calls, request.GET, sorts={"at": "called_at"}, default="-at"), timezone.now()
    theirs = [call for call in page.rows if call.logged_side != request.person.side]
    context = {
        "page": page,
        "disputable": {call.pk for call in theirs if call.is_disputable(now)},
        "asked": waiting_for_my_word(request.person),
        "awaited": awaited(request.person),
        "now": now,
    }
    return render(request, "tickets/calls.html", context)


@door(LOG_CALLS, methods=WRITES)
def new_call(request: Any) -> HttpResponse:
    """Something new, by telephone or by mail: one form for what was said and for the call itself."""
    now, person = timezone.now(), request.person
    if request.method == "POST" and request.POST.get("step") != CHOOSE:
        fault, call = ByHandForm(request.POST, person=person, at=now), CallForm(request.POST, at=now, person=person)
        if fault.is_valid() & call.is_valid() and (ticket := _written_down(request, fault, call, now)):
            return redirect("call_now" if ticket.reported_at is None else "ticket", pk=ticket.pk)
    else:
        typed = (request.POST or request.GET).dict()
        fault = ByHandForm(initial=typed, person=person, at=now)
        call = CallForm(initial=_filled(typed), at=now, person=person)
    context = {"form": fault, "call": call, "target": fault.target, "awaited": awaited(person), "now": now}
    return render(request, "tickets/new_call.html", context)


def _filled(typed: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if value}


def _written_down(request: Any, fault: ByHandForm, call: CallForm, now: datetime) -> Ticket | None:
    phoned, channel = call.phoned(), Channel(fault.cleaned_data["channel"])
    report = Report(
        **fault.facts(),
        channel=channel,
        where=fault.cleaned_data["where"],
        **fault.whose(),
        reporter_name=phoned.caller,
        reporter_phone=phoned.number,
    )
    try:
        ticket = report_fault(report, by=request.person, at=now, call=phoned)
    except Refused as refusal:
        fault.add_error("channel" if channel is not Channel.PHONE else "system", str(refusal.sentence))
        return None
    messages.success(request, _("Written down as %(number)s.") % {"number": ticket.number})
    return ticket


@door(LOG_CALLS, methods=WRITES, of=Ticket)
def call_about(request: Any, ticket: Ticket) -> HttpResponse:
    """About a ticket that is there; the first call of one that waits for it starts its clocks."""
    now = timezone.now()
    raised = raise_awaited(ticket)
    form = CallForm(request.POST or None, at=now, person=request.person, ticket=ticket, raised=raised)
    context = {"form": form, "ticket": ticket, "raised": raised}
    if request.method == "POST" and form.is_valid():
        try:
            log_call(ticket, form.phoned(), by=request.person, at=now)
        except Refused as refusal:
            form.add_error("called_at", str(refusal.sentence))
        else:
            messages.success(request, _("The call is written down."))
            return redirect("ticket", pk=ticket.pk)
    over = request.htmx and request.method == "GET"  # over the ticket's page, like every act
    return render(request, "tickets/_call_over.html" if over else "tickets/call_about.html", context)


@door(JUDGE_CALLS, methods=("POST",), of=Call)
def agree(request: Any, call: Call) -> HttpResponse:
    agree_to_call(call, by=request.person, at=timezone.now())
    messages.success(request, _("The time of the call is confirmed."))
    return redirect("calls")


@door(JUDGE_CALLS, methods=WRITES, of=Call)
def dispute(request: Any, call: Call) -> HttpResponse:
    form = DisputeForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda: dispute_call(call, **form.cleaned_data, by=request.person, at=timezone.now())
    ):
        messages.success(request, _("The dispute stands beside the call; the clocks count on."))
        return redirect("calls")
    status = 409 if form.non_field_errors() else 200
    return render(request, "tickets/dispute_call.html", {"form": form, "call": call}, status=status)
