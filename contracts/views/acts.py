"""What is done to a contract in force: its facts, the next year, the next contract, the end; its quotas."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.forms.contract import ContractForm, EndForm, RenewForm, SigningForm
from contracts.forms.quotas import DecideForm, UseForm
from contracts.models import Contract, Quota, QuotaUse
from contracts.permissions import DECIDE_CONTRACTS, DECIDE_QUOTAS, KEEP_CONTRACTS, USE_QUOTAS
from contracts.selectors import term_of
from contracts.services import keeping, quotas, renewing, signing
from contracts.terms import Stretch, next_year
from servicedesk.audit.history import history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused

WRITES = ("GET", "POST")


def _page(request: Any, contract: Contract, form: Any, title: str, **more: Any) -> HttpResponse:
    return render(request, "contracts/form.html", {"form": form, "title": title, "contract": contract, **more})


@door(KEEP_CONTRACTS, methods=WRITES, of=Contract)
def change_contract(request: Any, contract: Contract) -> HttpResponse:
    form = ContractForm(request.POST or None, instance=contract, by=request.person)
    if request.method == "POST" and form.is_valid():
        kept = form.save(commit=False)
        try:
            keeping.change_contract(kept, **form.desk(), by=request.person, at=timezone.now())
            return redirect("contract", pk=contract.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    history = history_of(contract, request.person)
    return _page(request, contract, form, _("The contract's own facts"), verb=_("Save"), history=history)


@door(DECIDE_CONTRACTS, methods=WRITES, of=Contract)
def sign_year(request: Any, contract: Contract) -> HttpResponse:
    form = SigningForm(request.POST or None, initial=_next_year(contract))
    if request.method == "POST" and form.is_valid():
        try:
            signing.sign_year(contract, **form.cleaned_data, by=request.person, at=timezone.now())
            return redirect("contract", pk=contract.pk)
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
    words = _("One contract year inside the term. New work is promised only while a year is signed.")
    return _page(request, contract, form, _("Sign the next year"), verb=_("Sign this year"), words=words)


def _next_year(contract: Contract) -> dict[str, Any]:
    term = term_of(contract)
    signed = [Stretch(row.from_on, row.to_on) for row in contract.signings.all()]
    year = next_year(term, signed) if term else None
    return {"from_on": year.from_on, "to_on": year.to_on} if year else {}


@door(DECIDE_CONTRACTS, methods=WRITES, of=Contract)
def renew(request: Any, contract: Contract) -> HttpResponse:
    """Everything that goes over is shown first; one act makes the next contract."""
    now = timezone.now()
    term = renewing.next_term(contract)
    initial = {"starts_on": term.from_on, "ends_on": term.to_on} if term else {}
    form = RenewForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            following = renewing.renew_contract(contract, **form.cleaned_data, by=request.person, at=now)
            return redirect("contract", pk=following.pk)
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
    copied = renewing.copied(contract, on=timezone.localdate(now)) if contract.activated_at else []
    return render(request, "contracts/renew.html", {"form": form, "contract": contract, "copied": copied})


@door(DECIDE_CONTRACTS, methods=WRITES, of=Contract)
def end(request: Any, contract: Contract) -> HttpResponse:
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.end_contract(contract, **form.cleaned_data, by=request.person, at=timezone.now())
            return redirect("contract", pk=contract.pk)
        except Refused as refusal:
            form.add_error("reason", str(refusal.sentence))
    words = _("From today on nothing new is promised. Clocks that run go on running.")
    return _page(request, contract, form, _("End the contract early"), verb=_("End it"), words=words, is_grave=True)


@door(USE_QUOTAS, methods=WRITES, of=Quota)
def use_quota(request: Any, quota: Quota) -> HttpResponse:
    form = UseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        quotas.use_quota(quota, **form.cleaned_data, by=request.person, at=timezone.now())
        return redirect("quota", pk=quota.pk)
    context = {"form": form, "quota": quota, "contract": quota.contract, "uses": quota.uses.all()}
    context |= {"used": quotas.used_of(quota), "may_decide": bool(DECIDE_QUOTAS.reach_of(request.person))}
    return render(request, "contracts/quota.html", context)


@door(DECIDE_QUOTAS, methods=WRITES, of=QuotaUse)
def decide_use(request: Any, use: QuotaUse) -> HttpResponse:
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            quotas.decide_use(use, **form.decision(), by=request.person, at=timezone.now())
            return redirect("quota", pk=use.quota_id)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    title = _("Beyond the quota: %(what)s") % {"what": use.what}
    return _page(request, use.contract, form, title, verb=_("Decide"))
