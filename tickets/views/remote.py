"""Remote access (ICU-15): asked for, granted on a phone, logged, listed for auditors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Contract
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.tables import page_of
from tickets.enums import Access
from tickets.forms.remote import AskForm, GrantForm, RemoteFilter, RevokeForm, SaidForm, WorkForm
from tickets.hanging import may
from tickets.models import RemoteAuthorisation, Ticket
from tickets.permissions import ASK_REMOTE, GRANT_REMOTE, SEE_REMOTE
from tickets.services import remote
from tickets.spreadsheet import LIMIT, TYPE, Cell, spreadsheet
from tickets.views.attempting import attempt

POST = ("POST",)


@door(SEE_REMOTE)
def list_remote(request: Any) -> HttpResponse:
    now = timezone.now()
    form = RemoteFilter(request.GET, contracts=_contracts(request))
    page = page_of(_rows(request, form, now), request.GET, sorts={"asked": "asked_at"}, default="-asked")
    context = {
        "form": form,
        "page": page,
        "rows": [(row, row.access_at(now)) for row in page.rows],
        "may_ask": may(ASK_REMOTE, request.person),
        "limit": LIMIT,
    }
    return render(request, "tickets/remote_list.html", context)


def _contracts(request: Any) -> Any:
    rows = Contract.objects.visible_to(request.person).filter(activated_at__isnull=False)
    return rows.select_related("hospital", "vendor").order_by("hospital_id", "name")


def _rows(request: Any, form: RemoteFilter, now: Any) -> Any:
    rows = RemoteAuthorisation.objects.visible_to(request.person).select_related("hospital", "vendor", "ticket")
    return form.narrow(rows, at=now)


@door(SEE_REMOTE, methods=POST)
def export(request: Any) -> HttpResponse:
    """What the screen shows, by the same filter."""
    now = timezone.now()
    form = RemoteFilter(request.POST, contracts=_contracts(request))
    if not form.is_valid():
        raise Refused(_("These filters do not fit together. Go back and choose them again."))
    rows = list(_rows(request, form, now).order_by("-asked_at", "-id")[: LIMIT + 1])
    record(Act.REMOTE_EXPORTED, by=request.person, at=now, words={"rows": len(rows[:LIMIT])})
    name = f"remote-{timezone.localtime(now):%Y%m%d-%H%M%S}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(_sheet(rows, now), content_type=TYPE, headers=headers)


def _sheet(rows: list[RemoteAuthorisation], now: Any) -> bytes:
    titles = (
        *(_("Asked"), _("Asked by"), _("Hospital"), _("Vendor"), _("What is reached"), _("What for")),
        *(_("Ticket"), _("State"), _("Decided"), _("Decided by"), _("What the hospital says"), _("From"), _("Until")),
        *(_("Access began"), _("Who had access"), _("Access ended"), _("What was done"), _("Revoked"), _("Why")),
    )
    lines = [_cells(row, now) for row in rows[:LIMIT]]
    return spreadsheet(_("Remote access"), titles, lines, is_whole=len(rows) <= LIMIT)


def _cells(row: RemoteAuthorisation, now: Any) -> list[Cell]:
    number = row.ticket.number if row.ticket else ""
    return [
        *(row.asked_at, row.asked_name, row.hospital.name, row.vendor.name, row.what, row.why),
        *(number, str(row.access_at(now).label), row.decided_at, row.decided_name, row.said),
        *(row.from_at, row.until_at, row.started_at, row.started_name, row.ended_at),
        *(row.work, row.revoked_at, row.revoked_why),
    ]


@door(ASK_REMOTE, methods=("GET", "POST"))
def ask(request: Any) -> HttpResponse:
    ticket = _ticket(request)
    contracts = _contracts(request).filter(ended_at=None)
    form = AskForm(request.POST or None, contracts=contracts, ticket=ticket)
    made: list[RemoteAuthorisation] = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(remote.ask_remote(form.wish(), by=request.person, at=timezone.now()))
    ):
        return redirect(made[0])
    context = {"form": form, "ticket": ticket}
    return render(request, "tickets/remote_ask.html", context, status=409 if form.errors else 200)


def _ticket(request: Any) -> Ticket | None:
    try:
        key = UUID(request.GET.get("ticket", ""))
    except ValueError:
        return None
    return Ticket.objects.visible_to(request.person).select_related("contract").filter(pk=key).first()


@door(SEE_REMOTE, of=RemoteAuthorisation)
def show_remote(request: Any, row: RemoteAuthorisation) -> HttpResponse:
    return _page(request, row)


def _page(request: Any, row: RemoteAuthorisation, **with_errors: Any) -> HttpResponse:
    person, now = request.person, timezone.now()
    access = row.access_at(now)
    may_ask, may_grant = may(ASK_REMOTE, person), may(GRANT_REMOTE, person)
    context = {
        "row": row,
        "now": now,
        "access": access,
        "is_open": access in (Access.GRANTED, Access.UNDER_WAY),
        "why_no_start": remote.why_no_start(row, at=now),
        "may_ask": may_ask,
        "may_grant": may_grant,
        "is_unlogged": row.started_at is not None and not row.work,
        "grant": GrantForm(asked=row.minutes, auto_id="grant_%s"),
        "refuse": SaidForm(auto_id="refuse_%s"),
        "revoke": RevokeForm(auto_id="revoke_%s"),
        "work": WorkForm(auto_id="work_%s"),
        **with_errors,
    }
    return render(request, "tickets/remote.html", context, status=409 if with_errors else 200)


def _written(
    request: Any, row: RemoteAuthorisation, name: str, form: type[Form] | partial[Form], act: Callable[..., Any]
) -> HttpResponse:
    """In one of the page's forms. Refused, the page comes back with what was typed there."""
    filled = form(request.POST, auto_id=f"{name}_%s")
    if attempt(filled, lambda: act(row, **filled.cleaned_data, **_by(request))):
        return redirect(row)
    return _page(request, row, **{name: filled})


def _by(request: Any) -> dict[str, Any]:
    return {"by": request.person, "at": timezone.now()}


@door(GRANT_REMOTE, methods=POST, of=RemoteAuthorisation)
def grant(request: Any, row: RemoteAuthorisation) -> HttpResponse:
    return _written(request, row, "grant", partial(GrantForm, asked=row.minutes), remote.grant_remote)


@door(GRANT_REMOTE, methods=POST, of=RemoteAuthorisation)
def refuse(request: Any, row: RemoteAuthorisation) -> HttpResponse:
    return _written(request, row, "refuse", SaidForm, remote.refuse_remote)


@door(GRANT_REMOTE, methods=POST, of=RemoteAuthorisation)
def revoke(request: Any, row: RemoteAuthorisation) -> HttpResponse:
    return _written(request, row, "revoke", RevokeForm, remote.revoke_remote)


@door(ASK_REMOTE, methods=POST, of=RemoteAuthorisation)
def start(request: Any, row: RemoteAuthorisation) -> HttpResponse:
    remote.start_remote(row, **_by(request))
    return redirect(row)


@door(ASK_REMOTE, methods=POST, of=RemoteAuthorisation)
def end(request: Any, row: RemoteAuthorisation) -> HttpResponse:
    return _written(request, row, "work", WorkForm, remote.end_remote)
