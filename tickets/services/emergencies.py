"""The emergency plan (HRP-4) and what the contract asks of the hospital (PACS-16): kept, laid out, ticked off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import Contract, Level
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.models import EmergencyPlan, HospitalTask, PlanTick, Ticket
from tickets.plans import AT_MOST, Step, current_plan, steps_of
from tickets.states import refuse_over
from tickets.stream import changed, locked, of, tell_programs, tell_programs_beside

GRAVE = (Severity.ONE, Severity.A)
TASKS_AT_MOST = 60
FAR = timedelta(days=366)
ONE_TASK = re.compile(r"[;；。\n]+")


@transaction.atomic
def revise_plan(
    contract: Contract, *, title: str, steps: Sequence[Step], why: str = "", was: int, by: Person, at: datetime
) -> EmergencyPlan:
    """The next version; what stands in tickets as a checklist already stays as it is."""
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("The emergency plan is the hospital's."))
    contract = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
    old = current_plan(contract)
    _refuse_odd(title, steps, why, was, old)
    plan = EmergencyPlan.objects.create(
        hospital_id=contract.hospital_id, vendor_id=contract.vendor_id, contract=contract, version=was + 1,
        title=title.strip(), steps=[step.stored() for step in steps], why=why.strip(), at=at, by=by.membership_id,
        by_name=by.name,
    )  # fmt: skip
    record(Act.PLAN_REVISED, plan, by=by, at=at, words={"version": plan.version})
    url = reverse("emergency_plan_version", args=[plan.pk])
    tell_programs_beside(plan, Act.PLAN_REVISED, label=contract.number or contract.name, url=url, by=by, at=at)
    return plan


def prepare(ticket: Ticket, *, at: datetime) -> None:
    """What a grave report lays out by itself: the hospital's tasks, and the plan as a checklist."""
    severity = Severity(ticket.severity)
    if severity in GRAVE:
        lay_out_tasks(ticket, severity, at=at)
    if severity is Severity.ONE or ticket.is_emergency:
        lay_out_plan(ticket)


def lay_out_plan(ticket: Ticket) -> None:
    """The plan as it is now, once."""
    plan = None if PlanTick.objects.filter(ticket=ticket).exists() else current_plan(ticket.contract)
    if plan is None:
        return
    PlanTick.objects.bulk_create(
        PlanTick(**of(ticket), plan=plan, place=place, words=step.words, side=step.side, minutes=step.minutes)
        for place, step in enumerate(steps_of(plan), start=1)
    )


def lay_out_tasks(ticket: Ticket, severity: Severity, *, at: datetime) -> None:
    """客户措施, one task per sentence of the contract's; a raised severity adds its own."""
    known = HospitalTask.objects.filter(ticket=ticket)
    if known.filter(severity=severity).exists():
        return
    level = Level.objects.filter(contract_id=ticket.contract_id, severity=severity.value).first()
    words = [part.strip(" 。.") for part in ONE_TASK.split(level.hospital_acts)] if level else []
    first = known.count() + 1
    HospitalTask.objects.bulk_create(
        HospitalTask(**of(ticket), place=place, words=text, severity=severity, made_at=at)
        for place, text in enumerate(filter(None, words), start=first)
    )


@transaction.atomic
def tick(row: PlanTick, *, is_done: bool, by: Person, at: datetime) -> PlanTick:
    """By whoever did it, of either side; pressed twice, the first one counts."""
    ticket = locked(row.ticket)
    row = PlanTick.objects.get(pk=row.pk)
    _refuse_over(ticket)
    if bool(row.done_at) == is_done:
        return row
    row.done_at, row.done_by = (at, by.membership_id) if is_done else (None, None)
    row.done_name, row.done_side = (by.name, by.side.value) if is_done else ("", "")
    row.save()
    act = Act.PLAN_STEP_DONE if is_done else Act.PLAN_STEP_UNDONE
    changed(ticket, act, by=by, at=at, text=row.words, facts={"place": row.place})
    return row


@transaction.atomic
def set_task(ticket: Ticket, words: str, *, due_at: datetime | None = None, by: Person, at: datetime) -> HospitalTask:
    ticket = locked(ticket)
    _only_the_hospital(by)
    _refuse_over(ticket)
    if not words.strip():
        raise Refused(_("Say what is to be done."))
    if due_at and not at < due_at < at + FAR:
        raise Refused(_("Choose a time to come, within a year."))
    place = HospitalTask.objects.filter(ticket=ticket).count() + 1
    if place > TASKS_AT_MOST:
        raise Refused(_("The list is long enough; finish something first."))
    task = HospitalTask.objects.create(**of(ticket), place=place, words=words.strip(), due_at=due_at, made_at=at)
    record(Act.HOSPITAL_TASK_SET, task, by=by, at=at)
    tell_programs(ticket, Act.HOSPITAL_TASK_SET, task, by=by, at=at)
    return task


@transaction.atomic
def do_task(task: HospitalTask, *, is_done: bool, by: Person, at: datetime) -> HospitalTask:
    ticket = locked(task.ticket)
    task = HospitalTask.objects.get(pk=task.pk)
    _only_the_hospital(by)
    _refuse_over(ticket)
    if bool(task.done_at) == is_done:
        return task
    task.done_at, task.done_by = (at, by.membership_id) if is_done else (None, None)
    task.done_name = by.name if is_done else ""
    task.save()
    act = Act.HOSPITAL_TASK_DONE if is_done else Act.HOSPITAL_TASK_UNDONE
    changed(ticket, act, by=by, at=at, text=task.words)
    return task


def _refuse_odd(title: str, steps: Sequence[Step], why: str, was: int, old: EmergencyPlan | None) -> None:
    if was != (old.version if old else 0):
        raise Refused(_("Somebody revised the plan meanwhile. See what is new; what you wrote is kept."), code="stale")
    if not title.strip() or not steps:
        raise Refused(_("A plan has a title and at least one step."))
    if len(steps) > AT_MOST:
        raise Refused(_("A plan has at most 40 steps."))
    if old and not why.strip():
        raise Refused(_("Say what was revised, and why."))
    if old and (old.title, steps_of(old)) == (title.strip(), list(steps)):
        raise Refused(_("Nothing was changed."))


def _refuse_over(ticket: Ticket) -> None:
    refuse_over(ticket)


def _only_the_hospital(by: Person) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("These are the hospital's own tasks."))
