"""From a draft to promises that hold: check, ask the hospital, its answer; and every version there was."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contracts.differing import differences, marks_differ
from contracts.finding import Finding
from contracts.forms.matrix import AskForm, DecideForm
from contracts.forms.trying import STATES
from contracts.grid import grid
from contracts.matrices import matrix_of, version_at
from contracts.models import Contract, MatrixVersion
from contracts.models.promises import VersionState
from contracts.permissions import DECIDE_MATRIX, EDIT_MATRIX, PROPOSE_MATRIX, SEE_CONTRACTS
from contracts.reviewing import category_names, findings
from contracts.services import amending
from servicedesk.audit.history import History, history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

WRITES = ("GET", "POST")


@door(EDIT_MATRIX, of=MatrixVersion)
def check_matrix(request: Any, version: MatrixVersion) -> HttpResponse:
    return _checked(request, version, AskForm(initial={"from_on": timezone.localdate()}))


@door(PROPOSE_MATRIX, methods=WRITES, of=MatrixVersion)
def ask_hospital(request: Any, version: MatrixVersion) -> HttpResponse:
    if request.method == "GET":
        return redirect("check_matrix", pk=version.pk)
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            amending.ask_hospital(version, **form.cleaned_data, by=request.person, at=timezone.now())
            messages.success(request, _("The hospital is asked. You are told what it decides."))
            return redirect("matrix_version", pk=version.pk)
        except Refused as refusal:
            form.add_error(None if refusal.code == "errors" else "from_on", str(refusal.sentence))
    return _checked(request, version, form)


def _checked(request: Any, version: MatrixVersion, form: AskForm) -> HttpResponse:
    found = findings(version)
    contract = version.contract
    context = {
        "contract": contract,
        "version": version,
        "errors": [(finding, _link(version, finding)) for finding in found if finding.is_error],
        "warnings": [(finding, _link(version, finding)) for finding in found if not finding.is_error],
        "form": form,
        "may_ask": bool(PROPOSE_MATRIX.reach_of(request.person)) and contract.activated_at and version.is_draft,
    }
    return render(request, "contracts/check.html", context | _against_newest(version))


def _link(version: MatrixVersion, finding: Finding) -> str:
    """To the cell, the line or the ladder of which a finding speaks; of a gap, to the line that would close it."""
    if finding.ladder:
        return _address("edit_ladder", version, {"ladder": finding.ladder})
    if finding.row is not None and finding.metric:
        return _address("edit_cell", version, {"line": finding.row, "metric": finding.metric})
    if finding.row is not None:
        return _address("edit_row", version, {"line": finding.row})
    if "severities" in finding.wanted or "categories" in finding.wanted:
        wanted = finding.wanted
        asked = [("category", code) for code in wanted.get("categories", [])]
        asked += [("severity", severity) for severity in wanted.get("severities", [])]
        return _address("edit_row", version, [*asked, *(("window", window) for window in wanted.get("window", []))])
    return _address("edit_whole", version, {})


def _address(name: str, version: MatrixVersion, asked: Any) -> str:
    return reverse(name, args=[version.pk]) + "?" + urlencode(asked)


def _against_newest(version: MatrixVersion) -> dict[str, Any]:
    """Beside the version that holds, or that held when this one was agreed upon."""
    others = version.contract.versions.filter(activated_at__isnull=False, version__lt=version.version)
    before = others.order_by("-version").first()
    return {"before": before, "differences": _differences(before, version) if before else []}


def _differences(old: MatrixVersion, new: MatrixVersion) -> list[Any]:
    names = category_names(new.contract)
    return [*differences(old.rows, new.rows, names), *marks_differ(old.marks_itself, new.marks_itself)]


@door(SEE_CONTRACTS, of=MatrixVersion)
def show_version(request: Any, version: MatrixVersion) -> HttpResponse:
    """A version as it stands, what it changes, and what may be done with it now."""
    return _version(request, version, DecideForm(initial=_said(version)))


def _said(version: MatrixVersion) -> dict[str, Any]:
    today = timezone.localdate()
    return {"from_on": max(today, version.asked_from or today)}


def _version(request: Any, version: MatrixVersion, form: DecideForm) -> HttpResponse:
    person, contract = request.person, version.contract
    is_mine = version.is_writable_by(person)
    is_open = version.state in (VersionState.DRAFT, VersionState.ASKED) and contract.activated_at
    is_askers = version.state is VersionState.DRAFT or person.side is Side.VENDOR
    context = {
        "contract": contract,
        "version": version,
        "state": STATES[version.state],
        "in_force": version_at(contract, timezone.now()),
        "grid": grid(matrix_of(version), category_names(contract)) if version.rows else None,
        "levels": [],
        "form": form,
        "may_decide": is_mine and version.state is VersionState.ASKED and DECIDE_MATRIX.reach_of(person),
        "may_edit": is_mine and version.is_draft and EDIT_MATRIX.reach_of(person),
        "may_withdraw": is_mine and is_open and is_askers and EDIT_MATRIX.reach_of(person),
        "history": _history(version, person),
    }
    return render(request, "contracts/version.html", context | _against_newest(version))


def _history(version: MatrixVersion, person: Person) -> History:
    """The rows as they are stored say nothing to a person; what they change stands above."""
    history = history_of(version, person)
    stored = {capfirst(str(MatrixVersion._meta.get_field(name).verbose_name)) for name in ("rows", "ladders")}
    for entry in history.entries:
        entry.changes = [change for change in entry.changes if change.name not in stored]
    return history


@door(DECIDE_MATRIX, methods=WRITES, of=MatrixVersion)
def decide_version(request: Any, version: MatrixVersion) -> HttpResponse:
    if request.method == "GET":
        return redirect("matrix_version", pk=version.pk)
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            return _decide(request, version, form.cleaned_data)
        except Refused as refusal:
            form.add_error("from_on" if form.cleaned_data["decision"] == "agree" else None, str(refusal.sentence))
    return _version(request, version, form)


def _decide(request: Any, version: MatrixVersion, given: dict[str, Any]) -> HttpResponse:
    if given["decision"] == "agree":
        amending.approve(version, from_on=given["from_on"], by=request.person, at=timezone.now())
        messages.success(
            request, _("Agreed. Reports from then on are promised this; what runs keeps what it was promised.")
        )
    else:
        amending.refuse(version, why=given["why"], by=request.person, at=timezone.now())
        messages.info(request, _("Refused. Everything stays as it was promised."))
    return redirect("matrix_version", pk=version.pk)


@door(EDIT_MATRIX, methods=("POST",), of=MatrixVersion)
def withdraw_version(request: Any, version: MatrixVersion) -> HttpResponse:
    amending.withdraw(version, by=request.person, at=timezone.now())
    messages.info(request, _("Withdrawn. It stays readable, and changes nothing."))
    return redirect("matrix_versions", pk=version.contract_id)


@door(SEE_CONTRACTS, of=Contract)
def list_versions(request: Any, contract: Contract) -> HttpResponse:
    """All versions; with `old` and `new`, what differs between any two."""
    versions = list(contract.versions.select_related("contract").order_by("-version"))
    by_number = {str(version.version): version for version in versions}
    old, new = by_number.get(request.GET.get("old", "")), by_number.get(request.GET.get("new", ""))
    context = {
        "contract": contract,
        "versions": [(version, STATES[version.state]) for version in versions],
        "in_force": version_at(contract, timezone.now()),
        "old": old,
        "new": new,
        "differences": _differences(old, new) if old and new else [],
    }
    return render(request, "contracts/versions.html", context)
