from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.clocks.forms.roster import FIRST_YEAR, LAST_YEAR, DayForm
from servicedesk.clocks.land import the_land
from servicedesk.clocks.models import Team
from servicedesk.clocks.permissions import KEEP_ROSTER, SEE_ROSTER
from servicedesk.clocks.selectors import month as grid
from servicedesk.clocks.selectors import roster
from servicedesk.clocks.services import sheets
from servicedesk.clocks.services.roster import Conflicts, plan_duties
from servicedesk.files.spreadsheets import attached
from servicedesk.tenancy.doors import door

MONTH = re.compile(r"(\d{4})-(\d{2})")


def month_asked(request: Any) -> date:
    """Of the address; what is none leads to the current month."""
    asked = MONTH.fullmatch(request.GET.get("month", ""))
    year, month = (int(asked[1]), int(asked[2])) if asked else (0, 0)
    if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:
        return date(year, month, 1)
    return timezone.localdate().replace(day=1)


def day_asked(request: Any) -> date:
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()
    return on if FIRST_YEAR <= on.year <= LAST_YEAR else timezone.localdate()


def month_url(team: Team, on: date, anchor: str = "") -> str:
    return f"{reverse('roster', args=[team.pk])}?month={on:%Y-%m}{anchor}"


@door(SEE_ROSTER, of=Team)
def show_month(request: Any, team: Team) -> HttpResponse:
    now, person = timezone.now(), request.person
    context = {
        "team": team,
        "month": grid.month_of(team, month_asked(request), the_land(), at=now),
        "holes": roster.holes_ahead(person, at=now, team=team),
        "desks": roster.desks_of_vendor(person).filter(team=team),
        "may_keep": KEEP_ROSTER.reach_of(person),
    }
    return render(request, "clocks/roster.html", context)


@door(KEEP_ROSTER, methods=("GET", "POST"), of=Team)
def plan_day(request: Any, team: Team) -> HttpResponse:
    """With htmx the day's row turns into its form and back; without, it is a page."""
    now, on, person = timezone.now(), day_asked(request), request.person
    (day,) = grid.rows_of(team, [on], the_land(), at=now)
    chosen = request.GET.get("cell", "")
    form = DayForm(request.POST or None, chosen=chosen, day=day, people=list(roster.rosterable(person, at=now)), at=now)
    if request.method == "POST" and form.is_valid():
        try:
            plan_duties(team, form.changes(), by=person, at=now, why=form.cleaned_data["why"])
        except Conflicts as conflicts:
            form.show(conflicts.faults)
        else:
            return _planned(request, team, on)
    context = {"team": team, "day": day, "form": form}
    if request.htmx:
        return render(request, "clocks/_roster_day_row.html", context)
    return render(request, "clocks/roster_day.html", {**context, "cells": grid.pasts_of(team, day, person)})


def _planned(request: Any, team: Team, on: date) -> HttpResponse:
    if not request.htmx:
        messages.success(request, _("The roster of %(day)s is saved.") % {"day": f"{on:%m-%d}"})
        return redirect(month_url(team, on, f"#day-{on:%Y%m%d}"))
    (day,) = grid.rows_of(team, [on], the_land(), at=timezone.now())
    context = {"team": team, "day": day, "may_keep": True, "is_changed": True}
    response = render(request, "clocks/_roster_row.html", context)
    response["HX-Trigger"] = "roster-changed"  # the list of holes asks for itself anew
    return response


@door(SEE_ROSTER, of=Team)
def export_month(request: Any, team: Team) -> HttpResponse:
    first, now = month_asked(request), timezone.now()
    days = grid.rows_of(team, grid.days_of_month(first), the_land(), at=now)
    content = sheets.export_month(team, days, by=request.person, at=now)
    return attached(content, f"roster-{first:%Y-%m}.xlsx")


@door(KEEP_ROSTER, of=Team)
def template(request: Any, team: Team) -> HttpResponse:
    first = month_asked(request)
    days = grid.rows_of(team, grid.days_of_month(first), the_land(), at=timezone.now())
    return attached(sheets.workbook(team, days, with_people=False), f"roster-template-{first:%Y-%m}.xlsx")
