"""Whole stretches at once: each shows first what it would overwrite, and one act carries out what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from servicedesk.clocks.forms.roster import ClearForm, FillForm, ImportForm
from servicedesk.clocks.land import the_land
from servicedesk.clocks.models import Team
from servicedesk.clocks.permissions import KEEP_ROSTER
from servicedesk.clocks.planned import packed, unpacked
from servicedesk.clocks.selectors import roster
from servicedesk.clocks.selectors.month import days_of_month
from servicedesk.clocks.services import copying, sheets
from servicedesk.clocks.services.roster import LONGEST_REASON, Change, drafted, plan_duties
from servicedesk.clocks.views.roster import month_asked, month_url
from servicedesk.files.spreadsheets import MOST_BYTES, MOST_FAULTS
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused


def preview(
    request: Any, team: Team, changes: Sequence[Change], *, removed: Sequence[UUID] = (), why: str = ""
) -> dict[str, Any]:
    """For `clocks/_plan.html`. A reason can still be given, so that one is missing is no fault of the preview."""
    now, person = timezone.now(), request.person
    plan, land = drafted(team, changes, by=person, at=now, why=why or "?", removed=removed), the_land()
    for line in plan.lines:
        line.kind = land.kind_of(line.change.slot.on)
    return {
        "plan": plan,
        "needs_reason": plan.touches_past(now),
        "why": why,
        "most": LONGEST_REASON,
        "token": "" if plan.faults else packed(plan, by=person),
    }


@door(KEEP_ROSTER, of=Team)
def fill(request: Any, team: Team) -> HttpResponse:
    people = list(roster.rosterable(request.person, at=timezone.now()))
    is_asked = "level" in request.GET
    first = month_asked(request)
    start = {"from_on": first, "until_on": days_of_month(first)[-1]}
    form = FillForm(request.GET if is_asked else None, team=team, people=people, initial=start)
    context: dict[str, Any] = {"team": team, "form": form}
    if is_asked and form.is_valid():
        context |= preview(request, team, form.changes(the_land()))
    return render(request, "clocks/roster_fill.html", context)


@door(KEEP_ROSTER, of=Team)
def clear(request: Any, team: Team) -> HttpResponse:
    is_asked = "from_on" in request.GET
    form = ClearForm(request.GET if is_asked else None, team=team)
    context: dict[str, Any] = {"team": team, "form": form}
    if is_asked and form.is_valid():
        given = form.cleaned_data
        ids = roster.beginning_between(team, given["from_on"], given["until_on"], given["level"])
        context |= preview(request, team, [], removed=ids)
    return render(request, "clocks/roster_clear.html", context)


@door(KEEP_ROSTER, of=Team)
def copy(request: Any, team: Team) -> HttpResponse:
    first, now = month_asked(request), timezone.now()
    changes, gone = copying.last_months_pattern(team, first, by=request.person, at=now)
    context = {"team": team, "first": first, "before": first - timedelta(days=1), "gone": gone}
    return render(request, "clocks/roster_copy.html", {**context, **preview(request, team, changes)})


@door(KEEP_ROSTER, methods=("GET", "POST"), of=Team)
def import_sheet(request: Any, team: Team) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"team": team, "form": form, "first": month_asked(request), "most": MOST_BYTES}
    if request.method == "POST" and form.is_valid():
        context |= _read(request, team, form)
    return render(request, "clocks/roster_import.html", context)


def _read(request: Any, team: Team, form: ImportForm) -> dict[str, Any]:
    now = timezone.now()
    try:
        sheet = sheets.read_sheet(
            team, form.cleaned_data["sheet"], roster.rosterable(request.person, at=now), at=timezone.localtime(now)
        )
    except Refused as refusal:
        form.add_error("sheet", str(refusal.sentence))
        return {}
    if sheet.faults:
        more = max(0, len(sheet.faults) - MOST_FAULTS)
        return {"faults": sheet.faults[:MOST_FAULTS], "more_faults": more}
    return preview(request, team, sheet.changes)


@door(KEEP_ROSTER, methods=("POST",), of=Team)
def carry_out(request: Any, team: Team) -> HttpResponse:
    why = request.POST.get("why", "").strip()
    plan = unpacked(request.POST.get("plan", ""), team, by=request.person)
    facts: dict[str, Any] = {"removed": plan.removed, "why": why}
    try:
        count = plan_duties(team, plan.changes, by=request.person, at=timezone.now(), seen=plan.seen, **facts)
    except Refused as refusal:
        context = {"team": team, "sentence": refusal.sentence, **preview(request, team, plan.changes, **facts)}
        return render(request, "clocks/roster_plan.html", context)
    sentence = ngettext("%(count)s duty was changed.", "%(count)s duties were changed.", count)
    messages.success(request, sentence % {"count": count})
    days = [change.slot.on for change in plan.changes]
    return redirect(month_url(team, min(days, default=month_asked(request))))
