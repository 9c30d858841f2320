"""'Try it' (试算): what a report would be promised, on a time line, by one version or by two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from contracts.drawing import Drawing, drawing
from contracts.forms.trying import TryForm
from contracts.matrices import offer_of, version_at
from contracts.models import Contract, MatrixVersion
from contracts.permissions import SEE_CONTRACTS
from contracts.selectors import standing
from contracts.trying import Misfit, Report, answer, tried
from servicedesk.clocks.words import METRICS
from servicedesk.sla.clock import Clock
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.doors import door


@dataclass(frozen=True)
class Column:
    """One version's answer."""

    version: MatrixVersion
    is_in_force: bool
    answer: dict[str, Any]
    clocks: list[dict[str, Any]]
    drawing: Drawing | None


@door(SEE_CONTRACTS, of=Contract)
def try_promises(request: Any, contract: Contract) -> HttpResponse:
    now = timezone.now()
    versions = list(contract.versions.select_related("contract", "calendar").order_by("-version"))
    context: dict[str, Any] = {"contract": contract, "versions": versions}
    context["standing"] = standing(contract, on=timezone.localdate(now))
    ordinary = _ordinary(contract, versions, now)
    if ordinary is None:
        return render(request, "contracts/try.html", context)
    form = TryForm(_typed(request), offer=offer_of(ordinary), versions=versions, initial=_initial(ordinary, now))
    context |= {"form": form, "columns": [], "refusal": ""}
    if form.is_bound and form.is_valid():
        context |= _tried(contract, form, versions)
    return render(request, "contracts/try.html", context)


def _typed(request: Any) -> Any:
    return request.GET if "category" in request.GET or "at" in request.GET else None


def _ordinary(contract: Contract, versions: list[MatrixVersion], at: datetime) -> MatrixVersion | None:
    """The one in force; before the first is, the newest there is."""
    return version_at(contract, at) or (versions[0] if versions else None)


def _initial(version: MatrixVersion, now: datetime) -> dict[str, Any]:
    return {"at": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M")}


def _tried(contract: Contract, form: TryForm, versions: list[MatrixVersion]) -> dict[str, Any]:
    report = form.report()
    in_force = version_at(contract, report.at)
    chosen = form.cleaned_data["version"] or in_force
    if chosen is None:
        chosen = versions[-1]  # nothing is in force then: what would be, is shown as such
    try:
        columns = [_column(chosen, report, in_force)]
    except Misfit as misfit:
        form.add_error(misfit.field if misfit.field in form.fields else None, misfit.sentence)
        return {"is_phone_only": misfit.field == "reported_by"}
    other = form.cleaned_data.get("other")
    if other is None or other == chosen:
        return {"columns": columns}
    try:
        columns.append(_column(other, report, in_force))
    except Misfit as misfit:
        form.add_error("other", misfit.sentence)
        return {"columns": columns}
    return {"columns": columns, "changed": changed(*(column.answer["clocks"] for column in columns))}


def _column(version: MatrixVersion, report: Report, in_force: MatrixVersion | None) -> Column:
    offer = offer_of(version)
    clocks = tried(offer, report)
    said = answer(offer, clocks)
    calendar = offer.matrix.calendar
    shown = [_shown(clock, facts, calendar.zone) for clock, facts in zip(clocks, said["clocks"], strict=True)]
    return Column(version, version == in_force, said, shown, drawing(clocks, calendar, report.at))


def _shown(clock: Clock, facts: dict[str, Any], zone: str) -> dict[str, Any]:
    due = clock.due_at.astimezone(ZoneInfo(zone)) if clock.due_at else None
    years = ", ".join(map(str, clock.unknown_years)) if clock.is_provisional else ""
    return {**facts, "due": due, "years": years, "title": METRICS[clock.promise.metric]}


def changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Metric by metric, what is due otherwise: each with both times, None where nothing is promised."""
    old, new = ({clock["metric"]: clock for clock in clocks} for clocks in (before, after))
    found = []
    for metric in Metric:
        one, other = old.get(metric), new.get(metric)
        if (one and _essence(one)) != (other and _essence(other)):
            found.append({"title": METRICS[metric], "old": one and _due(one), "new": other and _due(other)})
    return found


def _essence(clock: dict[str, Any]) -> tuple[Any, ...]:
    return clock["due_at"], clock["target"], clock["unit"], clock["armed"], clock["by_agreement"]


def _due(clock: dict[str, Any]) -> dict[str, Any]:
    return {**clock, "due": datetime.fromisoformat(clock["due_at"]) if clock["due_at"] else None}
