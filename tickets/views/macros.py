"""The organisation's ready-made answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.history import history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.tables import page_of
from tickets.forms.writing import MacroForm
from tickets.macros import address_of
from tickets.models import Macro, Ticket
from tickets.permissions import KEEP_MACROS
from tickets.services import macros

WRITES = ("GET", "POST")


@door(KEEP_MACROS)
def list_macros(request: Any) -> HttpResponse:
    rows = Macro.objects.visible_to(request.person)
    page = page_of(rows, request.GET, sorts={"name": "name", "leads_to": "leads_to"}, default="name")
    return render(request, "tickets/macros.html", {"page": page})


@door(KEEP_MACROS, methods=WRITES)
def add_macro(request: Any) -> HttpResponse:
    return _edit(request, Macro(), _("New ready-made answer"))


@door(KEEP_MACROS, methods=WRITES, of=Macro)
def change_macro(request: Any, macro: Macro) -> HttpResponse:
    return _edit(request, macro, macro.name, history=history_of(macro, request.person))


def _edit(request: Any, macro: Macro, title: str, **more: Any) -> HttpResponse:
    form = MacroForm(request.POST or None, instance=macro)
    if request.method == "POST" and form.is_valid():
        try:
            macros.keep_macro(form.save(commit=False), by=request.person, at=timezone.now())
            messages.success(request, _("Kept. It is in the list on every ticket."))
            return redirect("macros")
        except Refused as refusal:
            form.add_error("name", str(refusal.sentence))
    return render(request, "tickets/macro.html", {"form": form, "macro": macro, "title": title, **more})


@door(KEEP_MACROS, methods=("POST",), of=Macro)
def remove_macro(request: Any, macro: Macro) -> HttpResponse:
    macros.remove_macro(macro, by=request.person, at=timezone.now())
    return redirect("macros")


@door(KEEP_MACROS, of=Ticket)
def choose_macro(request: Any, ticket: Ticket) -> HttpResponse:
    """Over the ticket's page, or on a page of its own: each answer leads to the form it fills in."""
    rows = Macro.objects.visible_to(request.person)
    context = {"ticket": ticket, "macros": [(macro, address_of(macro, ticket)) for macro in rows]}
    return render(request, "tickets/_macro_choice.html" if request.htmx else "tickets/macro_choice.html", context)
