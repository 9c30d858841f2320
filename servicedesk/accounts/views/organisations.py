from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.organisations import EngagementEndForm, EngagementForm, HospitalForm, VendorForm
from servicedesk.accounts.permissions import REGISTER_ORGANISATIONS
from servicedesk.accounts.services import organisations as services
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Engagement, Hospital, Vendor
from servicedesk.tenancy.permissions import SEE_ORGANISATIONS

WRITES = ("GET", "POST")


@door(SEE_ORGANISATIONS)
def list_organisations(request: Any) -> HttpResponse:
    person = request.person
    context = {
        "hospitals": selectors.hospitals(person),
        "vendors": selectors.vendors(person),
        "engagements": selectors.engagements(person),
        "may_register": REGISTER_ORGANISATIONS.reach_of(person),
        "today": timezone.localdate(),
    }
    return render(request, "accounts/organisations.html", context)


@door(REGISTER_ORGANISATIONS, methods=WRITES)
def add_hospital(request: Any) -> HttpResponse:
    form = HospitalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.register_hospital(form.save(commit=False), by=request.person, at=timezone.now())
        return redirect("organisations")
    return _page(request, form, _("Register a hospital"))


@door(REGISTER_ORGANISATIONS, methods=WRITES)
def add_vendor(request: Any) -> HttpResponse:
    form = VendorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.register_vendor(form.save(commit=False), by=request.person, at=timezone.now())
        return redirect("organisations")
    return _page(request, form, _("Register a vendor"))


@door(REGISTER_ORGANISATIONS, methods=WRITES, of=Hospital)
def change_hospital(request: Any, hospital: Hospital) -> HttpResponse:
    return _change(request, HospitalForm(request.POST or None, instance=hospital))


@door(REGISTER_ORGANISATIONS, methods=WRITES, of=Vendor)
def change_vendor(request: Any, vendor: Vendor) -> HttpResponse:
    return _change(request, VendorForm(request.POST or None, instance=vendor))


def _change(request: Any, form: forms.ModelForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        services.change_organisation(form.save(commit=False), by=request.person, at=timezone.now())
        return redirect("organisations")
    return _page(request, form, _("Change the entry"))


@door(REGISTER_ORGANISATIONS, methods=WRITES)
def add_engagement(request: Any) -> HttpResponse:
    form = EngagementForm(request.POST or None, by=request.person)
    if request.method == "POST" and form.is_valid():
        services.engage(**form.cleaned_data, by=request.person, at=timezone.now())
        return redirect("organisations")
    return _page(request, form, _("Register who serves whom"))


@door(REGISTER_ORGANISATIONS, methods=WRITES, of=Engagement)
def change_engagement(request: Any, engagement: Engagement) -> HttpResponse:
    form = EngagementEndForm(request.POST or None, instance=engagement)
    if request.method == "POST" and form.is_valid():
        services.change_engagement(engagement, **form.cleaned_data, by=request.person, at=timezone.now())
        return redirect("organisations")
    return _page(request, form, _("Until when the vendor serves"))


def _page(request: Any, form: forms.ModelForm, title: Promise) -> HttpResponse:
    return render(request, "accounts/organisation.html", {"form": form, "title": title})
