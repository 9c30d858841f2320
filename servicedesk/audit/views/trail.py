from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit import selectors
from servicedesk.audit.forms import TrailFilter
from servicedesk.audit.lines import lines
from servicedesk.audit.models import Record
from servicedesk.audit.permissions import SEE_TRAIL
from servicedesk.audit.services.exporting import LIMIT, export_trail
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.tables import page_of

SIZE = 50


@door(SEE_TRAIL)
def show_trail(request: Any) -> HttpResponse:
    form = TrailFilter(request.GET, request.person)
    records = selectors.trail(request.person, form.condition()) if form.is_valid() else Record.objects.none()
    page = page_of(records, request.GET, sorts={"at": "at"}, default="-at", size=SIZE)
    context = {
        "form": form,
        "chips": _chips(form),
        "page": page,
        "lines": lines(page.rows, request.person),
        "newest": selectors.newest_block(request.person),
        "limit": LIMIT,
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "audit/trail.html", context)


def _chips(form: TrailFilter) -> list[dict[str, str]]:
    """What is asked for but has no field of its own on the page, each with the address without it."""
    hidden = {"by": _("One person only"), "subject": _("One thing only")}
    return [
        {"words": words, "href": _without(form.data, name)} for name, words in hidden.items() if name in form.chosen
    ]


def _without(query: Any, name: str) -> str:
    rest = query.copy()
    del rest[name]
    return f"?{rest.urlencode()}"


@door(SEE_TRAIL, of=Record)
def show_record(request: Any, record: Record) -> HttpResponse:
    (line,) = lines([record], request.person)
    place = selectors.place_in_chain(record, request.person)
    zone = timezone.get_current_timezone_name()
    return render(request, "audit/record.html", {"line": line, "record": record, "place": place, "zone": zone})


@door(SEE_TRAIL, methods=("POST",))
def export(request: Any) -> HttpResponse:
    form, now = TrailFilter(request.POST, request.person), timezone.now()
    if not form.is_valid():
        raise Refused(_("These filters do not fit together. Go back and choose them again."))
    content = export_trail(form.condition(), by=request.person, at=now, filters=form.closed_words())
    name = f"trail-{timezone.localtime(now):%Y%m%d-%H%M%S}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
