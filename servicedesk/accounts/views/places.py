from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.places import DepartmentForm, PlaceForm
from servicedesk.accounts.permissions import KEEP_PLACES
from servicedesk.accounts.services import places as services
from servicedesk.audit.history import History, history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Department, Place
from servicedesk.tenancy.permissions import SEE_DEPARTMENTS
from servicedesk.tenancy.wall import Person

WRITES = ("GET", "POST")


@door(SEE_DEPARTMENTS)
def list_departments(request: Any) -> HttpResponse:
    context = {
        "departments": selectors.departments(request.person),
        "places": selectors.places_without_department(request.person),
        "may_keep": KEEP_PLACES.reach_of(request.person),
        "one_hospital": len(request.person.hospitals) == 1,
    }
    return render(request, "accounts/departments.html", context)


@door(KEEP_PLACES, methods=WRITES)
def add_department(request: Any) -> HttpResponse:
    return _department_page(request, Department(hospital_id=request.person.hospital_id))


@door(KEEP_PLACES, methods=WRITES, of=Department)
def change_department(request: Any, department: Department) -> HttpResponse:
    return _department_page(request, department)


def _department_page(request: Any, department: Department) -> HttpResponse:
    form = DepartmentForm(request.POST or None, instance=department)
    if request.method == "POST" and form.is_valid():
        services.keep_department(form.save(commit=False), by=request.person, at=timezone.now())
        return redirect("departments")
    context = {"form": form, "department": department, "history": _history(department, request.person)}
    return render(request, "accounts/department.html", context)


@door(KEEP_PLACES, methods=("POST",), of=Department)
def close_department(request: Any, department: Department) -> HttpResponse:
    services.close_department(department, by=request.person, at=timezone.now())
    return redirect("departments")


@door(KEEP_PLACES, methods=("POST",), of=Department)
def reopen_department(request: Any, department: Department) -> HttpResponse:
    services.reopen_department(department, by=request.person, at=timezone.now())
    return redirect("departments")


@door(KEEP_PLACES, methods=WRITES)
def add_place(request: Any) -> HttpResponse:
    return _place_page(request, Place(hospital_id=request.person.hospital_id))


@door(KEEP_PLACES, methods=WRITES, of=Place)
def change_place(request: Any, place: Place) -> HttpResponse:
    return _place_page(request, place)


def _place_page(request: Any, place: Place) -> HttpResponse:
    initial = {"department": request.GET.get("department")}
    form = PlaceForm(request.POST or None, instance=place, initial=initial, by=request.person)
    if request.method == "POST" and form.is_valid():
        services.keep_place(form.save(commit=False), by=request.person, at=timezone.now())
        return redirect("departments")
    context = {"form": form, "place": place, "history": _history(place, request.person)}
    return render(request, "accounts/place.html", context)


def _history(kept: Department | Place, person: Person) -> History | None:
    """What is only being added has none yet."""
    return None if kept._state.adding else history_of(kept, person)


@door(KEEP_PLACES, methods=("POST",), of=Place)
def close_place(request: Any, place: Place) -> HttpResponse:
    services.close_place(place, by=request.person, at=timezone.now())
    return redirect("departments")


@door(KEEP_PLACES, methods=("POST",), of=Place)
def reopen_place(request: Any, place: Place) -> HttpResponse:
    services.reopen_place(place, by=request.person, at=timezone.now())
    return redirect("departments")
