from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.tables import page_of
from tickets.feedback import holds, record_holds
from tickets.forms.records import RecordFilter
from tickets.models import MaintenanceRecord
from tickets.paper import paper
from tickets.permissions import SEE_RECORDS
from tickets.records import figures, records
from tickets.services.exporting import export_records
from tickets.services.recurring import came_back_as
from tickets.spreadsheet import LIMIT, TYPE

SORTS = {"closed": "closed_at", "reported": "reported_at", "number": "number"}


@door(SEE_RECORDS)
def list_records(request: Any) -> HttpResponse:
    form = RecordFilter(request.GET, request.person)
    condition = form.condition() if form.is_valid() else Q(pk__in=[])
    found = records(request.person, condition)
    page = page_of(found, request.GET, sorts=SORTS, default="-closed")
    context = {"form": form, "page": page, "limit": LIMIT, "chips": _chips(form)}
    if form.is_valid() and form.cleaned_data["contract"]:
        context["figures"] = figures(request.person, condition)
    return render(request, "tickets/records.html", context)


def _chips(form: RecordFilter) -> list[dict[str, str]]:
    """What is set, each with the address without it: on a phone the fields themselves are folded away."""
    return [{"words": f"{form.fields[name].label}: {_said(form, name, value)}", "href": _without(form.data, name)}
            for name, value in form.chosen.items()]  # fmt: skip


def _said(form: RecordFilter, name: str, value: str) -> str:
    choices = getattr(form.fields[name], "choices", ())
    return str(dict(choices).get(value, value))


def _without(query: Any, name: str) -> str:
    rest = query.copy()
    del rest[name]
    return f"?{rest.urlencode()}"


@door(SEE_RECORDS, of=MaintenanceRecord)
def show_record(request: Any, record: MaintenanceRecord) -> HttpResponse:
    context = {
        "record": record,
        "paper": paper(record.facts),
        "holds": record_holds(record),
        "form": record.feedback,
        "form_holds": holds(record.feedback) if record.feedback else None,
        "returns": came_back_as(record.ticket),
    }
    return render(request, "tickets/record.html", context)


@door(SEE_RECORDS, methods=("POST",))
def export(request: Any) -> HttpResponse:
    form, now = RecordFilter(request.POST, request.person), timezone.now()
    if not form.is_valid():
        raise Refused(_("These filters do not fit together. Go back and choose them again."))
    content = export_records(form.condition(), by=request.person, at=now, filters=form.closed_words())
    name = f"records-{timezone.localtime(now):%Y%m%d-%H%M%S}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=TYPE, headers=headers)
