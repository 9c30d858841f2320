"""The matrix editor: a draft of the promises as a grid, changed cell by cell, line by line, ladder by ladder."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.drafts import Facts, groups_of, ladders_of, mark, metric_words, metrics_of, named, promise_in
from contracts.forms.matrix import CellForm, LineForm, WholeForm, cell_initial, ladder_forms
from contracts.matrices import draft_of
from contracts.models import Contract, MatrixVersion
from contracts.permissions import EDIT_MATRIX
from contracts.reviewing import category_names, findings, severities_of
from contracts.services import amending, editing
from servicedesk.sla.promise import Metric, Severity, Window
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused

WRITES = ("GET", "POST")


@door(EDIT_MATRIX, methods=WRITES, of=Contract)
def edit_matrix(request: Any, contract: Contract) -> HttpResponse:
    """The open draft; where there is none, the offer to begin one (POST)."""
    if request.method == "POST":
        amending.begin_draft(contract, by=request.person, at=timezone.now())
        messages.success(request, _("A draft of the next version. It changes nothing before the hospital agrees."))
        return redirect("edit_matrix", pk=contract.pk)
    draft = draft_of(contract)
    if draft is not None and not draft.is_draft:
        return redirect("matrix_version", pk=draft.pk)
    if draft is None:
        newest = amending.newest_version(contract)
        return render(request, "contracts/begin_draft.html", {"contract": contract, "newest": newest})
    return render(request, "contracts/matrix.html", _grid(draft))


def _grid(draft: MatrixVersion) -> dict[str, Any]:
    contract = draft.contract
    metrics = metrics_of(draft.rows)
    found = findings(draft)
    said: dict[tuple[int | None, str], list[tuple[str, bool]]] = {}
    for finding in found:
        said.setdefault((finding.row, finding.metric), []).append((finding.sentence, finding.is_error))
    return {
        "contract": contract,
        "version": draft,
        "metrics": [(metric, metric_words(metric)) for metric in metrics],
        "groups": groups_of(draft.rows, category_names(contract), draft.ladders, said),
        "ladders": ladders_of(draft.rows, draft.ladders),
        "has_severities": any(severity for severity in severities_of(contract, draft.rows)),
        "errors": sum(finding.is_error for finding in found),
        "warnings": sum(not finding.is_error for finding in found),
        "breadth": len(metrics) + 5,
    }


def _seen(version: MatrixVersion, given: Any) -> tuple[int, Facts]:
    """The line that an address or a form speaks of."""
    text = given.get("line", "")
    place = int(text) if text.isdecimal() and len(text) < 5 else -1
    if not 0 <= place < len(version.rows):
        raise Refused(_("This line is not there any more."), code="changed")
    return place, version.rows[place]


def _back(version: MatrixVersion, place: int | None = None) -> HttpResponse:
    anchor = "" if place is None else f"#line-{place}"
    return redirect(reverse("edit_matrix", args=[version.contract_id]) + anchor)


def _typed_again(request: Any, was: str) -> Any:
    """What was typed, upon what stands there now: saving it once more is then a decision."""
    data = request.POST.copy()
    data["was"] = was
    return data


@door(EDIT_MATRIX, methods=WRITES, of=MatrixVersion)
def edit_cell(request: Any, version: MatrixVersion) -> HttpResponse:
    place, row = _seen(version, request.GET)
    asked = request.GET.get("metric", "")
    metric = asked if asked in set(Metric) else ""
    facts = promise_in(row, metric) if metric else None
    ladders = ladders_of(version.rows, version.ladders)
    used = facts.get("ladder", []) if facts else next((p["ladder"] for p in row["promises"] if p.get("ladder")), [])
    initial = cell_initial(facts, row, mark(used) if used else "") | {"was": mark(row), "metric": metric}
    about: dict[str, Any] = {"ladders": ladders, "is_new": not metric, "initial": initial}
    form = CellForm(request.POST or None, **about)
    if request.method == "POST" and ("remove" in request.POST or form.is_valid()):
        try:
            return _keep_cell(request, version, place, metric, form)
        except Refused as refusal:
            form = CellForm(_typed_again(request, mark(row)), **about)
            form.add_error(None, str(refusal.sentence))
    context = {
        "form": form,
        "place": place,
        "facts": facts,
        "title": metric_words(metric) if metric else _("One more promise"),
    }
    return _piece(request, version, "contracts/matrix_cell.html", context | _about_line(version, row))


def _keep_cell(request: Any, version: MatrixVersion, place: int, metric: str, form: CellForm) -> HttpResponse:
    is_removed = "remove" in request.POST
    facts = None if is_removed else form.facts()
    kept = Metric(metric or form.cleaned_data["metric"])
    was = request.POST.get("was", "")
    editing.keep_cell(version, place, kept, facts, was=was, by=request.person, at=timezone.now())
    return _back(version, place)


def _about_line(version: MatrixVersion, row: Facts) -> dict[str, Any]:
    return {
        "names": named(row, category_names(version.contract)),
        "severities": [severity for severity in row["severities"] if severity],
        "window": row["window"],
        "is_emergency": row["emergency"],
    }


def _piece(request: Any, version: MatrixVersion, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {"contract": version.contract, "version": version, "is_inline": "HX-Request" in request.headers}
    return render(request, template, context | shared)


@door(EDIT_MATRIX, methods=WRITES, of=MatrixVersion)
def edit_row(request: Any, version: MatrixVersion) -> HttpResponse:
    """A line's own facts; without `line` a new one, perhaps to close a gap that the check has named."""
    place, row = _seen(version, request.GET) if "line" in request.GET else (None, _wanted(version, request.GET))
    names, severities = category_names(version.contract), severities_of(version.contract, version.rows)
    about: dict[str, Any] = {"names": names, "severities": severities, "initial": row | {"was": mark(row)}}
    form = LineForm(request.POST or None, **about)
    if request.method == "POST" and form.is_valid():
        try:
            was = form.cleaned_data["was"]
            kept = editing.keep_row(version, place, form.facts(), was=was, by=request.person, at=timezone.now())
            return _back(version, kept)
        except Refused as refusal:
            form = LineForm(_typed_again(request, mark(row)), **about)
            form.add_error(None, str(refusal.sentence))
    context = {"form": form, "place": place, "mark": mark(row), "is_new": place is None}
    return _piece(request, version, "contracts/matrix_line.html", context)


def _wanted(version: MatrixVersion, asked: Any) -> Facts:
    window = asked.get("window", Window.ALWAYS.value)
    usual = next((row["channels"] for row in version.rows if row.get("channels")), [])
    return {
        "categories": asked.getlist("category"),
        "severities": [severity.value for severity in Severity if severity in asked.getlist("severity")],
        "window": window if window in set(Window) else Window.ALWAYS.value,
        "channels": usual,
        "emergency": False,
        "promises": [],
    }


@door(EDIT_MATRIX, methods=("POST",), of=MatrixVersion)
def copy_row(request: Any, version: MatrixVersion) -> HttpResponse:
    place, _row = _seen(version, request.POST)
    was = request.POST.get("was", "")
    made = editing.copy_row(version, place, was=was, by=request.person, at=timezone.now())
    return redirect(reverse("edit_row", args=[version.pk]) + "?" + urlencode({"line": made}))


@door(EDIT_MATRIX, methods=("POST",), of=MatrixVersion)
def remove_row(request: Any, version: MatrixVersion) -> HttpResponse:
    place, _row = _seen(version, request.POST)
    editing.remove_row(version, place, was=request.POST.get("was", ""), by=request.person, at=timezone.now())
    messages.info(request, _("The line is gone from the draft."))
    return _back(version)


@door(EDIT_MATRIX, methods=WRITES, of=MatrixVersion)
def edit_ladder(request: Any, version: MatrixVersion) -> HttpResponse:
    """One ladder for all the promises that use it; without `ladder` a new one."""
    was = request.GET.get("ladder", "")
    ladder = next((each for each in ladders_of(version.rows, version.ladders) if each.mark == was), None)
    if was and ladder is None and request.method == "GET":
        raise Refused(_("This ladder is not there any more."), code="changed")
    formset, refusal = ladder_forms(request.POST or None, ladder.rungs if ladder else []), ""
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                editing.remove_ladder(version, was, by=request.person, at=timezone.now())
                return _back(version)
            if formset.is_valid():
                editing.keep_ladder(version, formset.rungs(), was=was, by=request.person, at=timezone.now())
                return redirect(reverse("edit_matrix", args=[version.contract_id]) + "#ladders")
        except Refused as refused:
            refusal = str(refused.sentence)
    used = [(place + 1, metric_words(metric)) for place, metric in ladder.used] if ladder else []
    context = {"formset": formset, "ladder": ladder, "used": used, "refusal": refusal}
    return _piece(request, version, "contracts/matrix_ladder.html", context)


@door(EDIT_MATRIX, methods=WRITES, of=MatrixVersion)
def edit_whole(request: Any, version: MatrixVersion) -> HttpResponse:
    severities = severities_of(version.contract, version.rows)
    initial = {"marks_itself": version.marks_itself, "has_no_solve_time": version.has_no_solve_time}
    form = WholeForm(request.POST if request.method == "POST" else None, severities=severities, initial=initial)
    if request.method == "POST" and form.is_valid():
        marks = [severity for severity in Severity if severity in form.cleaned_data.get("marks_itself", [])]
        none = form.cleaned_data["has_no_solve_time"]
        editing.keep_marks(version, marks, has_no_solve_time=none, by=request.person, at=timezone.now())
        return _back(version)
    context = {"form": form, "title": _("What holds for the whole contract"), "verb": _("Save"), "back": "edit_matrix"}
    return render(request, "contracts/form.html", context | {"contract": version.contract})
