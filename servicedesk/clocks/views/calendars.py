"""A hospital's calendars: the year, its own days, the hours of each vendor; and how they change."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from servicedesk.audit.history import history_of
from servicedesk.clocks import calendars_lists as lists
from servicedesk.clocks.calendars_hours import Week, in_words, week_of
from servicedesk.clocks.calendars_standing import take_over_sentence, unpublished_sentence
from servicedesk.clocks.calendars_year import MARKS, WORDS
from servicedesk.clocks.forms.calendars import ExtraDayForm
from servicedesk.clocks.forms.hours import HoursForm
from servicedesk.clocks.models import ExtraDay, WorkCalendar
from servicedesk.clocks.permissions import KEEP_CALENDARS, KEEP_HOURS, SEE_CALENDARS
from servicedesk.clocks.services import calendar_changes as services
from servicedesk.clocks.services.years import year_in_force
from servicedesk.clocks.views.confirming import confirmed, is_editing
from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

WRITES = ("GET", "POST")


@door(SEE_CALENDARS)
def show_calendars(request: Any) -> HttpResponse:
    person, now = request.person, timezone.now()
    hospitals = lists.hospitals_of(person)
    hospital = _chosen_hospital(request, hospitals)
    context: dict[str, Any] = {"hospitals": _tabs(request, hospitals, hospital), "hospital": hospital}
    if hospital:
        context |= _year_of(request, hospital, person) | _rights(person, hospital)
        context["calendars"] = lists.calendars_in_force(hospital.pk, person)
        context["changes"] = lists.changes_of_days(hospital.pk, person)
        if context["may_keep"]:
            made = services.plan_of_years(hospital.pk, at=now)
            context["behind"] = take_over_sentence(made.taken_over, len(made.moved)) if made.replacements else ""
    return render(request, "clocks/calendars.html", context)


def _chosen_hospital(request: Any, hospitals: list[Hospital]) -> Hospital | None:
    wanted = request.GET.get("hospital")
    if wanted is None:
        return hospitals[0] if hospitals else None
    for hospital in hospitals:
        if str(hospital.pk) == wanted:
            return hospital
    raise Http404


def _tabs(request: Any, hospitals: list[Hospital], current: Hospital | None) -> list[dict[str, Any]]:
    if len(hospitals) < 2:
        return []
    year = f"&year={chosen_year(request)}"
    return [
        {"label": one.short_name, "href": f"?hospital={one.pk}{year}", "is_current": one == current}
        for one in hospitals
    ]


def _year_of(request: Any, hospital: Hospital, person: Person) -> dict[str, Any]:
    number, days = chosen_year(request), lists.own_days(hospital.pk, person)
    land = year_in_force(number)
    unpublished = "" if land and land.is_published else unpublished_sentence(number)
    return {
        "year": lists.land_year(number, days),
        "unpublished": unpublished,
        "legend": [(kind, MARKS[kind], words) for kind, words in WORDS.items()],
        "before": number - 1 if number > FIRST_YEAR else None,
        "after": number + 1 if number < LAST_YEAR else None,
        "days": [day for day in days if day.on.year == number],
    }


def chosen_year(request: Any) -> int:
    text = request.GET.get("year", "")
    number = int(text) if text.isdecimal() and len(text) == 4 else timezone.localdate().year
    return min(max(number, FIRST_YEAR), LAST_YEAR)


def _rights(person: Person, hospital: Hospital) -> dict[str, bool]:
    may_write = hospital.pk in person.writable
    return {
        "may_keep": may_write and KEEP_CALENDARS.reach_of(person) is not None,
        "may_keep_hours": may_write and KEEP_HOURS.reach_of(person) is not None,
    }


# ── the hospital's own days ──────────────────────────────────────────────────────────────────────────────────────────
@door(KEEP_CALENDARS, methods=WRITES)
def add_extra_day(request: Any) -> HttpResponse:
    return _day_page(request, ExtraDay(hospital_id=request.person.hospital_id))


@door(KEEP_CALENDARS, methods=WRITES, of=ExtraDay)
def change_extra_day(request: Any, day: ExtraDay) -> HttpResponse:
    return _day_page(request, day)


def _day_page(request: Any, day: ExtraDay) -> HttpResponse:
    form = ExtraDayForm(request.POST or None, instance=day, land=lists.land_year)
    if request.method == "POST" and form.is_valid() and not is_editing(request):
        kept, now = form.save(commit=False), timezone.now()
        return confirmed(
            request,
            planned=partial(services.plan_with_day, kept, at=now),
            act=partial(services.keep_extra_day, kept, by=request.person, at=now),
            context={"day": kept, "verb": "keep"},
            done="calendars",
        )
    history = None if day._state.adding else history_of(day, request.person)
    return render(request, "clocks/extra_day.html", {"form": form, "day": day, "history": history})


@door(KEEP_CALENDARS, methods=WRITES, of=ExtraDay)
def remove_extra_day(request: Any, day: ExtraDay) -> HttpResponse:
    now = timezone.now()
    return confirmed(
        request,
        planned=partial(services.plan_without_day, day, at=now),
        act=partial(services.remove_extra_day, day, by=request.person, at=now),
        context={"day": day, "verb": "remove"},
        done="calendars",
    )


# ── what the land publishes ──────────────────────────────────────────────────────────────────────────────────────────
@door(KEEP_CALENDARS, methods=WRITES)
def take_over_years(request: Any) -> HttpResponse:
    hospital, now = Hospital.objects.get(pk=request.person.hospital_id), timezone.now()
    return confirmed(
        request,
        planned=partial(services.plan_of_years, hospital.pk, at=now),
        act=partial(services.take_over_years, hospital, by=request.person, at=now),
        context={"verb": "take_over"},
        done="calendars",
    )


# ── weekly hours ─────────────────────────────────────────────────────────────────────────────────────────────────────
@door(KEEP_HOURS, methods=WRITES, of=WorkCalendar)
def change_hours(request: Any, calendar: WorkCalendar) -> HttpResponse:
    services.refuse_replaced(calendar)
    form = HoursForm(request.POST or None, initial={"week": week_of(calendar.week)})
    context = {"calendar": calendar, "vendor": lists.vendor_name(calendar.vendor_id), "verb": "hours", "form": form}
    if request.method == "POST" and form.is_valid() and not is_editing(request):
        try:
            return _hours_confirmed(request, calendar, form.cleaned_data["week"], context)
        except Refused as refusal:
            form.add_error("week", str(refusal.sentence))
    return render(request, "clocks/hours.html", context)


def _hours_confirmed(request: Any, calendar: WorkCalendar, week: Week, context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    return confirmed(
        request,
        planned=partial(services.plan_with_hours, calendar, week, at=now),
        act=partial(services.change_hours, calendar, week, by=request.person, at=now),
        context={**context, "hours": in_words(week)},
        done="calendars",
    )
