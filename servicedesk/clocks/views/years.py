"""The land's years, kept by the platform: which are published, what they say, and entering one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.clocks import calendars_lists as lists
from servicedesk.clocks.calendars_standing import awaited_year
from servicedesk.clocks.calendars_year import MARKS, WORDS, Kind, year_of
from servicedesk.clocks.forms.years import YearForm
from servicedesk.clocks.permissions import PUBLISH_YEARS
from servicedesk.clocks.services import years as services
from servicedesk.clocks.services.calendars import land_years
from servicedesk.clocks.views.calendars import WRITES, chosen_year
from servicedesk.clocks.views.confirming import is_editing
from servicedesk.tenancy.doors import door

LAND = (Kind.CLOSED, Kind.WORKED)


@door(PUBLISH_YEARS)
def list_years(request: Any) -> HttpResponse:
    number, rows = chosen_year(request), land_years()
    chosen = next(row for row in rows if row.year == number)
    context = {
        "rows": rows,
        "chosen": chosen,
        "year": year_of(number, chosen.closed, chosen.worked),
        "legend": [(kind, MARKS[kind], WORDS[kind]) for kind in LAND],
        "versions": lists.versions(number),
        "awaited": awaited_year(at=timezone.now()),
    }
    return render(request, "clocks/years.html", context)


@door(PUBLISH_YEARS, methods=WRITES)
def enter_year(request: Any) -> HttpResponse:
    form = YearForm(request.POST or None, request.FILES or None, initial={"year": _suggested(request)})
    if request.method == "POST" and form.is_valid() and not is_editing(request):
        return _looked_at(request, form)
    return render(request, "clocks/enter_year.html", {"form": form})


def _suggested(request: Any) -> int:
    now = timezone.now()
    return chosen_year(request) if "year" in request.GET else awaited_year(at=now) or timezone.localdate(now).year + 1


def _looked_at(request: Any, form: YearForm) -> HttpResponse:
    year, mark = form.cleaned_data["year"], request.POST.get("mark", "")
    if not mark:
        return _preview(request, form)
    try:
        services.enter_year(
            form.found, year=year, source=form.cleaned_data["source"], mark=mark, by=request.person, at=timezone.now()
        )
    except services.YearMoved as moved:
        return _preview(request, form, stale=str(moved.sentence), status=409)
    messages.success(request, _("%(year)s is published. Each hospital takes it over itself.") % {"year": year})
    return redirect(f"{reverse('years')}?year={year}")


def _preview(request: Any, form: YearForm, *, stale: str = "", status: int = 200) -> HttpResponse:
    year, found = form.cleaned_data["year"], form.found
    days = [{day.isoformat() for day in group} for group in (found.closed, found.worked)]
    context = {
        "changes": services.difference(found, year),
        "found": found,
        "year": year_of(year, *days),
        "legend": [(kind, MARKS[kind], WORDS[kind]) for kind in LAND],
        "carried": [(name, form.cleaned_data[name]) for name in ("year", "source", "notice")],
        "stale": stale,
    }
    return render(request, "clocks/year_preview.html", context, status=status)
