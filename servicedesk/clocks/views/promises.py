from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.clocks.forms.promises import DecisionForm, PauseForm, WaiverForm
from servicedesk.clocks.models import Clock, TimeWish, Waiver
from servicedesk.clocks.permissions import ACKNOWLEDGE, ASK_WAIVER, DECIDE_WAIVER, SEE_CLOCKS
from servicedesk.clocks.selectors.promises import (
    AT_MOST,
    Shown,
    escalating,
    shown,
    waiting_for_the_hospital,
    where_decided,
)
from servicedesk.clocks.services import clocks as acts
from servicedesk.clocks.services import waivers
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@door(SEE_CLOCKS)
def escalations(request: Any) -> HttpResponse:
    now = timezone.now()
    groups: dict[UUID, list[Shown]] = {}  # what is due first comes first, with the other promises of its matter
    for one in shown(escalating(request.person)[:AT_MOST], request.person, now):
        groups.setdefault(one.row.matter_id, []).append(one)
    context = {
        "groups": list(groups.values()),
        "waivers": [(one, _where(one.clock)) for one in waiting_for_the_hospital(request.person)[:AT_MOST]],
        "now": now,
        "may_acknowledge": ACKNOWLEDGE.reach_of(request.person) is not None,
    }
    return render(request, "clocks/escalations.html", context)


@door(SEE_CLOCKS, of=Clock)
def show_clock(request: Any, clock: Clock) -> HttpResponse:
    return _page(request, clock)


def _where(clock: Clock) -> str:
    return where_decided(clock.pk, of_kind=clock.matter.kind, of_url=clock.matter.url)


def _page(request: Any, clock: Clock, **forms_with_errors: forms.Form) -> HttpResponse:
    now, asked = timezone.now(), list(clock.waivers.all())
    is_asked = any(one.decided_at is None for one in asked) and "waiver" not in forms_with_errors
    context = {
        "clock": shown([clock], request.person, now)[0],
        "now": now,
        "waivers": asked,
        "times": TimeWish.objects.filter(matter=clock.matter_id, clock__metric=clock.metric),
        "may_acknowledge": ACKNOWLEDGE.reach_of(request.person) and not clock.acknowledged_at,
        "may_ask": ASK_WAIVER.reach_of(request.person) and not is_asked,
        "may_decide": DECIDE_WAIVER.reach_of(request.person),
        "is_of_a_ticket": _is_of_a_ticket(clock),
        "there": _where(clock),
        "pauses_there": _is_of_a_ticket(clock) and _is_hospital_it(request.person),
        "pause": PauseForm(),
        "waiver": WaiverForm(initial={"solved_at": timezone.localtime(now)}),
        "decision": DecisionForm(),
        **forms_with_errors,
    }
    return render(request, "clocks/clock.html", context, status=409 if forms_with_errors else 200)


@door(ACKNOWLEDGE, methods=("POST",), of=Clock)
def acknowledge_clock(request: Any, clock: Clock) -> HttpResponse:
    acts.acknowledge(clock, by=request.person, at=timezone.now())
    messages.success(request, _("Nobody else is told of this any more. The promise runs on."))
    next_page = request.POST.get("next")
    return redirect(next_page if next_page in ("escalations", "home") else clock.get_absolute_url())


@door(DECIDE_WAIVER, methods=("POST",), of=Clock)
def pause_clock(request: Any, clock: Clock) -> HttpResponse:
    _refuse_a_tickets(clock)
    form, upon = PauseForm(request.POST), [Metric(clock.metric)]
    if form.is_valid() and _done(
        form,
        lambda: acts.pause_clocks(
            clock.matter, **form.cleaned_data, by=request.person, at=timezone.now(), metrics=upon
        ),
    ):
        return redirect(clock.get_absolute_url())
    return _page(request, clock, pause=form)


@door(DECIDE_WAIVER, methods=("POST",), of=Clock)
def resume_clock(request: Any, clock: Clock) -> HttpResponse:
    _refuse_a_tickets(clock)
    acts.resume_clocks(clock.matter, by=request.person, at=timezone.now(), metrics=[Metric(clock.metric)])
    return redirect(clock.get_absolute_url())


@door(ASK_WAIVER, methods=("POST",), of=Clock)
def ask_to_waive(request: Any, clock: Clock) -> HttpResponse:
    """A remote solution is said where it is put on record, never here (PACS-17)."""
    _refuse_a_tickets(clock)
    form = WaiverForm(request.POST)
    if form.is_valid() and _done(
        form, lambda: waivers.ask_waiver(clock, **form.cleaned_data, by=request.person, at=timezone.now())
    ):
        return redirect(clock.get_absolute_url())
    return _page(request, clock, waiver=form)


@door(DECIDE_WAIVER, methods=("POST",), of=Waiver)
def decide_waiver(request: Any, waiver: Waiver) -> HttpResponse:
    _refuse_a_tickets(waiver.clock)
    form = DecisionForm(request.POST)
    decide = waivers.grant_waiver if request.POST.get("verdict") == "grant" else waivers.refuse_waiver
    if form.is_valid() and _done(
        form, lambda: decide(waiver, said=form.cleaned_data["said"], by=request.person, at=timezone.now())
    ):
        return redirect(waiver.clock.get_absolute_url())
    return _page(request, waiver.clock, decision=form)


def _is_hospital_it(person: Person) -> bool:
    return person.side is Side.HOSPITAL and ACKNOWLEDGE.reach_of(person) is not None


def _is_of_a_ticket(clock: Clock) -> bool:
    return clock.matter.kind == "ticket"


def _refuse_a_tickets(clock: Clock) -> None:
    """There both sides are told and read why; here nobody would be."""
    if _is_of_a_ticket(clock):
        raise Refused(_("Promises of a ticket are paused and waived on the ticket's own page."))


def _done(form: forms.Form, act: Any) -> bool:
    """A refusal is said in the form; what was typed stays."""
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal.sentence))
    return form.is_valid()
