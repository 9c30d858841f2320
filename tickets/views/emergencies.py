"""The emergency plan: kept per contract, laid out as a checklist in a ticket; and the hospital's own tasks there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.permissions import SEE_CONTRACTS
from servicedesk.audit.history import history_of
from servicedesk.tenancy.doors import door
from tickets.forms.emergency import PlanForm, TaskForm, is_tick
from tickets.hanging import may
from tickets.models import EmergencyPlan, HospitalTask, PlanTick, Ticket
from tickets.permissions import DECIDE_TICKETS, KEEP_EMERGENCY_PLANS, WORK_INCIDENTS
from tickets.plans import changes, current_plan, steps_of
from tickets.services import emergencies
from tickets.views.attempting import attempt

POST = ("POST",)


@door(SEE_CONTRACTS)
def list_plans(request: Any) -> HttpResponse:
    """Each contract with its plan, or the first step to one."""
    contracts = Contract.objects.visible_to(request.person).filter(activated_at__isnull=False, ended_at=None)
    contracts = contracts.select_related("hospital", "vendor").order_by("hospital_id", "name")
    plans = EmergencyPlan.objects.visible_to(request.person).order_by("contract_id", "-version")
    newest = {plan.contract_id: plan for plan in plans.distinct("contract_id").defer("steps")}
    rows = [(contract, newest.get(contract.pk)) for contract in contracts]
    context = {"rows": rows, "may_keep": may(KEEP_EMERGENCY_PLANS, request.person)}
    return render(request, "tickets/emergency_plans.html", context)


@door(SEE_CONTRACTS, of=Contract)
def show_plan(request: Any, contract: Contract) -> HttpResponse:
    return _shown(request, contract, current_plan(contract))


@door(SEE_CONTRACTS, of=EmergencyPlan)
def show_version(request: Any, plan: EmergencyPlan) -> HttpResponse:
    return _shown(request, plan.contract, plan)


def _shown(request: Any, contract: Contract, plan: EmergencyPlan | None) -> HttpResponse:
    versions = list(EmergencyPlan.objects.filter(contract=contract).order_by("-version"))
    context = {
        "contract": contract,
        "plan": plan,
        "steps": steps_of(plan),
        "versions": versions,
        **_compared(plan, versions, request.GET.get("against", "")),
        "is_current": bool(plan and versions and versions[0].pk == plan.pk),
        "may_keep": may(KEEP_EMERGENCY_PLANS, request.person),
        "history": history_of(plan, request.person) if plan else None,
    }
    return render(request, "tickets/emergency_plan.html", context)


def _compared(plan: EmergencyPlan | None, versions: list[EmergencyPlan], against: str) -> dict[str, Any]:
    """With the version that was chosen, else with the one before."""
    others = [one for one in versions if plan and one.pk != plan.pk]
    before = [one for one in others if plan and one.version < plan.version]
    other = next((one for one in others if str(one.version) == against), before[0] if before else None)
    if plan is None or other is None:
        return {}
    older, newer = sorted((plan, other), key=lambda one: one.version)
    found = changes(steps_of(older), steps_of(newer))
    return {
        "other": other,
        "older": older,
        "newer": newer,
        "changes": [one for one in found if not one.is_same],
        "same": sum(one.is_same for one in found),
    }


@door(KEEP_EMERGENCY_PLANS, methods=("GET", "POST"), of=Contract)
def revise(request: Any, contract: Contract) -> HttpResponse:
    plan = current_plan(contract)
    form = PlanForm(request.POST) if request.method == "POST" else PlanForm.of(plan, contract.name)
    if request.method == "POST" and attempt(
        form,
        lambda: emergencies.revise_plan(contract, **form.cleaned_data, by=request.person, at=timezone.now()),
    ):
        messages.success(request, _("It holds from now on. Checklists in open tickets stay as they were."))
        return redirect("emergency_plan", pk=contract.pk)
    context = {"contract": contract, "plan": plan, "form": form}
    return render(request, "tickets/emergency_revise.html", context, status=409 if form.errors else 200)


@door(WORK_INCIDENTS, methods=POST, of=PlanTick)
def tick_step(request: Any, row: PlanTick) -> HttpResponse:
    emergencies.tick(row, is_done=is_tick(request.POST), by=request.person, at=timezone.now())
    return redirect(f"{row.ticket.get_absolute_url()}#checklists")


@door(DECIDE_TICKETS, methods=("GET", "POST"), of=Ticket)
def add_task(request: Any, ticket: Ticket) -> HttpResponse:
    form = TaskForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda: emergencies.set_task(ticket, **form.cleaned_data, by=request.person, at=timezone.now())
    ):
        return redirect(f"{ticket.get_absolute_url()}#checklists")
    words = _("It stands on the ticket for both sides; the hospital ticks it off.")
    context = {"ticket": ticket, "form": form, "title": _("A task of the hospital"), "verb": _("Add"), "words": words}
    return render(request, "tickets/linked_form.html", context, status=409 if form.errors else 200)


@door(DECIDE_TICKETS, methods=POST, of=HospitalTask)
def do_task(request: Any, task: HospitalTask) -> HttpResponse:
    emergencies.do_task(task, is_done=is_tick(request.POST), by=request.person, at=timezone.now())
    return redirect(f"{task.ticket.get_absolute_url()}#checklists")
