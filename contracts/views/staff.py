"""Who serves under a contract: the list both parties read and print (SMART-9), and its changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.enums import StaffRole
from contracts.forms.staff import ContactForm, LeaveForm, StaffForm, SuccessorForm
from contracts.models import Contract, StaffMember
from contracts.permissions import KEEP_CONTRACTS, SEE_CONTRACTS
from contracts.selectors import former_staff, staff_on
from contracts.services import staffing
from servicedesk.audit.history import history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused

WRITES = ("GET", "POST")


@door(SEE_CONTRACTS, of=Contract)
def list_staff(request: Any, contract: Contract) -> HttpResponse:
    today = timezone.localdate()
    staff = staff_on(contract, max(today, contract.starts_on or today))
    context = {
        "contract": contract,
        "staff": staff,
        "former": former_staff(contract, today),
        "residents": sum(member.is_resident for member in staff),
        "may_keep": contract.is_writable_by(request.person) and KEEP_CONTRACTS.reach_of(request.person),
        "today": today,
    }
    return render(request, "contracts/staff.html", context)


def _page(request: Any, contract: Contract, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "contract": contract, "back": "contract_staff", "verb": _("Save"), **more}
    return render(request, "contracts/form.html", context)


def _about(request: Any, contract: Contract) -> dict[str, Any]:
    return {"contract": contract, "by": request.person, "at": timezone.now()}


@door(KEEP_CONTRACTS, methods=WRITES, of=Contract)
def add_staff(request: Any, contract: Contract) -> HttpResponse:
    role = request.GET.get("role", "")
    begins = max(timezone.localdate(), contract.starts_on or timezone.localdate())
    blank = StaffMember(role=role if role in StaffRole.values else "", from_on=begins)
    form = StaffForm(request.POST or None, instance=blank, **_about(request, contract))
    if request.method == "POST" and form.is_valid():
        try:
            staffing.keep_staff(form.save(commit=False), by=request.person, at=timezone.now())
            return redirect("contract_staff", pk=contract.pk)
        except Refused as refusal:
            form.add_error("role", str(refusal.sentence))
    return _page(request, contract, form, _("Add a person"))


@door(KEEP_CONTRACTS, methods=WRITES, of=StaffMember)
def change_staff(request: Any, member: StaffMember) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=member, **_about(request, member.contract))
    if request.method == "POST" and form.is_valid():
        try:
            staffing.keep_staff(form.save(commit=False), by=request.person, at=timezone.now())
            return redirect("contract_staff", pk=member.contract_id)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    history = history_of(member, request.person)
    return _page(request, member.contract, form, StaffRole(member.role).label, history=history)


@door(KEEP_CONTRACTS, methods=WRITES, of=StaffMember)
def replace_staff(request: Any, member: StaffMember) -> HttpResponse:
    blank = StaffMember(from_on=timezone.localdate())
    about = _about(request, member.contract)
    form = SuccessorForm(request.POST or None, instance=blank, role=member.role, **about)
    if request.method == "POST" and form.is_valid():
        successor, given = form.save(commit=False), form.cleaned_data
        try:
            change = {"from_on": given["from_on"], "reason": given["why"], "by": request.person, "at": about["at"]}
            staffing.replace_staff(member, successor, **change)
            return redirect("contract_staff", pk=member.contract_id)
        except Refused as refusal:
            form.add_error("from_on", str(refusal.sentence))
    words = {"role": StaffRole(member.role).label, "name": member.name}
    return _page(request, member.contract, form, _("%(role)s: who follows %(name)s") % words)


@door(KEEP_CONTRACTS, methods=WRITES, of=StaffMember)
def take_off(request: Any, member: StaffMember) -> HttpResponse:
    if member.contract.activated_at is None:
        return _remove_from_draft(request, member)
    form = LeaveForm(request.POST or None, initial={"until_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            staffing.take_off(member, **form.cleaned_data, by=request.person, at=timezone.now())
            return redirect("contract_staff", pk=member.contract_id)
        except Refused as refusal:
            form.add_error("until_on", str(refusal.sentence))
    title = _("%(name)s leaves the contract") % {"name": member.name}
    return _page(request, member.contract, form, title, verb=_("Take off the list"), is_grave=True)


def _remove_from_draft(request: Any, member: StaffMember) -> HttpResponse:
    if request.method == "POST":
        staffing.remove_from_draft(member, by=request.person, at=timezone.now())
        return redirect("contract_staff", pk=member.contract_id)
    words = _("The contract is not in force yet, so the person is simply left out.")
    title = _("%(name)s leaves the contract") % {"name": member.name}
    more = {"verb": _("Take off the list"), "is_grave": True, "words": words}
    return _page(request, member.contract, forms.Form(), title, **more)
