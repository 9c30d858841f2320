"""Reporting in the browser: who is signed in says what happened; what only the phone may report waits for the call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.clocks.selectors.on_duty import answering
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from tickets.calls import minute_of, raise_awaited
from tickets.enums import OPEN, State
from tickets.forms.calls import CallForm
from tickets.forms.reporting import FILES_AT_MOST, ReportForm
from tickets.known import SHOWN
from tickets.models import Ticket
from tickets.offering import similar_to, targets_for
from tickets.outages import known_outages
from tickets.permissions import DECIDE_TICKETS, LOG_CALLS, REPORT_FAULTS, SEE_TICKETS
from tickets.services.reporting import report_with_files
from tickets.services.scanning import hit_of, say_me_too

CHOOSE = "choose"  # only another system was chosen: the form comes back with its kinds of service


@door(REPORT_FAULTS, methods=("GET", "POST"))
def report_fault(request: Any) -> HttpResponse:
    now = timezone.now()
    member = Membership.objects.select_related("department").get(pk=request.person.membership_id)
    about = {"person": request.person, "member": member, "at": now}
    if request.method == "POST" and request.POST.get("step") != CHOOSE:
        form = ReportForm(request.POST, request.FILES, **about)
        if form.is_valid() and (ticket := _reported(request, form, now)):
            return _after(request, ticket)
    else:
        form = ReportForm(initial=(request.POST or request.GET).dict(), **about)
    known = known_outages(request.person)[:SHOWN]
    return render(request, "tickets/report.html", {**_page(form, now), "outages": known, "is_small": True})


def _reported(request: Any, form: ReportForm, now: Any) -> Ticket | None:
    files = request.FILES.getlist("file")
    if len(files) > FILES_AT_MOST:
        form.add_error("file", _("At most %(count)s files at once.") % {"count": FILES_AT_MOST})
        return None
    try:
        return report_with_files(form.report(), files, by=request.person, at=now)
    except Refused as refusal:
        beside = "system" if refusal.code == "not_promised" else "file" if files else "severity"
        form.add_error(beside if refusal.code != "refused" else None, str(refusal.sentence))
        return None


def _after(request: Any, ticket: Ticket) -> HttpResponse:
    if ticket.state == State.CALL_AWAITED:
        return redirect("call_now", pk=ticket.pk)
    messages.success(request, _("Reported as %(number)s.") % {"number": ticket.number})
    return redirect("ticket", pk=ticket.pk)


def _page(form: ReportForm, now: Any) -> dict[str, Any]:
    desk = form.target.contract.desk if form.target else None
    return {"form": form, "target": form.target, "on_duty": answering([desk], at=now)[0] if desk else None}


@door(REPORT_FAULTS)
def similar(request: Any) -> HttpResponse:
    """While somebody types: what is open already and looks alike, of what this person may see."""
    targets = {target.key: target for target in targets_for(request.person, at=timezone.now())}
    target = targets.get(request.GET.get("system", ""))
    tickets = Ticket.objects.visible_to(request.person).filter(state__in=OPEN)
    found = similar_to(request.GET.get("title", "")[:200], target, tickets) if target else []
    return render(request, "tickets/_similar.html", {"similar": found})


@door(REPORT_FAULTS, methods=("POST",), of=Ticket)
def me_too(request: Any, ticket: Ticket) -> HttpResponse:
    """From the list of what looks alike: counted there, and nothing new is reported."""
    person = request.person
    say_me_too(ticket, hit_of(person), by=person, at=timezone.now())
    messages.success(request, _("Noted on %(number)s: you are hit as well.") % {"number": ticket.number})
    return redirect("ticket", pk=ticket.pk)


@door(SEE_TICKETS, of=Ticket)
def call_now(request: Any, ticket: Ticket) -> HttpResponse:
    """The number to call, as big as it gets, until either side has logged the call."""
    minute, raised = minute_of(ticket), raise_awaited(ticket)
    is_needed = ticket.state == State.CALL_AWAITED or raised is not None
    if "HX-Request" in request.headers:  # the page asks by itself whether it is still needed
        return HttpResponse(status=204, headers={} if is_needed else {"HX-Redirect": ticket.get_absolute_url()})
    if not is_needed:
        return redirect("ticket", pk=ticket.pk)
    now = timezone.now()
    context = {
        "ticket": ticket,
        "now": now,
        "clock": minute,
        "raised": raised,
        "is_small": True,
        "may_keep_level": raised is not None and DECIDE_TICKETS.reach_of(request.person) is not None,
        "on_duty": answering([ticket.contract.desk], at=now)[0],
        "form": CallForm(at=now, person=request.person, ticket=ticket, raised=raised)
        if may_log(request.person, ticket)
        else None,
    }
    return render(request, "tickets/call_now.html", context)


def may_log(person: Any, ticket: Ticket) -> bool:
    return LOG_CALLS.reach_of(person) is not None and ticket.is_writable_by(person)
