"""The queue: a list by time left that keeps itself up to date, its filters and views, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import CatalogueItem, Contract, System
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.ui.tables import Page, page_of
from tickets.changes import place_of, remember, remembered
from tickets.forms.queue import FilterForm
from tickets.models import Ticket
from tickets.permissions import KEEP_VIEWS, REPORT_FAULTS, SEE_TICKETS, SPEAK, WORK_TICKETS
from tickets.queue.next import next_ticket
from tickets.queue.rows import LIVE, READ, mark, rows_of
from tickets.queue.views import OURS, Tab, asked_of_me, chosen, looks_back, saved_views, tabs, views_of, word_asked
from tickets.queue.wanted import NONE, USUAL, Wanted, chips, facts_in, read
from tickets.services.queueing import why_not_mine
from tickets.views.many import last_results

SHOWN, SPLIT = "queue_shows", "queue_split"  # cookies: what fits this screen belongs to this device
A_YEAR = 365 * 24 * 3600
SORTS = {"due": "due_at", "new": "pk"}


@dataclass(frozen=True)
class Sight:
    """One look at the queue: its page of tickets, and the tabs above it."""

    wanted: Wanted
    page: Page
    tabs: list[Tab]

    @property
    def mark(self) -> str:
        return mark(self.page.rows, (tab.count for tab in self.tabs))


def _sight(request: Any, fields: tuple[str, ...], *, at: datetime) -> Sight:
    person = request.person
    wanted = read(request.GET, views=views_of(person), usual=facts_in(_kept(request)) or USUAL)
    rows = chosen(person, wanted, at=at).only(*fields)
    by = "-new" if looks_back(person, wanted) else "due"
    saved = saved_views(person)
    page = page_of(rows, request.GET, sorts=SORTS, default=by)
    return Sight(wanted, page, tabs(person, wanted, saved, request.GET.get("saved", ""), at=at))


def _kept(request: Any) -> list[str]:
    return request.COOKIES.get(SHOWN, "").split(".")


@door(SEE_TICKETS)
def queue(request: Any) -> HttpResponse:
    now, person = timezone.now(), request.person
    sight = _sight(request, READ, at=now)
    wanted = sight.wanted
    is_ward = person.role is Role.WARD_REPORTER
    asked = asked_of_me(person, sight.page.rows) if is_ward else {}
    if wanted.view == OURS:
        asked = word_asked(person, sight.page.rows)
    rows = rows_of(sight.page.rows, person, wanted.facts, asked=asked, at=now)
    context = {
        "now": now,
        "rows": rows,
        "page": sight.page,
        "links": [_link(tab) for tab in sight.tabs],
        "mark": sight.mark,
        "wanted": wanted,
        "chips": chips(wanted, _names(wanted)) if wanted.is_narrowed else [],
        "address": wanted.address(facts=True),
        "pulse": f"{reverse('queue_pulse')}?{request.GET.urlencode()}",
        "looks_back": looks_back(person, wanted),
        "view_of_all": bool(wanted.view),
        "is_split": request.COOKIES.get(SPLIT) == "1" and not is_ward,
        "current": next((tab.saved for tab in sight.tabs if tab.is_current), None),
        "results": last_results(request),
        **_may(person),
    }
    context["may_not_drop"] = why_not_mine(context["current"], person) if context["current"] else ""
    context["bar"] = _decides_the_bar(context)
    response = render(request, "tickets/mine.html" if is_ward else "tickets/queue.html", context)
    if "show" in request.GET:
        response.set_cookie(SHOWN, ".".join(wanted.facts), max_age=A_YEAR, samesite="Lax")
    return response


def _decides_the_bar(context: dict[str, Any]) -> tuple[Any, ...]:
    """All that the bar below the tabs depends on, beside what is filled in (`{% kept %}`)."""
    may = [value for name, value in context.items() if name.startswith("may_")]
    current = context["current"]
    kept = (current.pk, current.name) if current else None
    return (*may, context["looks_back"], context["is_split"], bool(context["chips"]), kept)


def _link(tab: Tab) -> dict[str, Any]:
    count = f"{tab.count}+" if tab.is_more else tab.count
    return {"label": tab.label, "href": f"?{tab.address}", "count": count, "is_current": tab.is_current}


def _may(person: Any) -> dict[str, bool]:
    reach = {"work": WORK_TICKETS, "urge": REPORT_FAULTS, "speak": SPEAK, "keep": KEEP_VIEWS, "report": REPORT_FAULTS}
    may = {f"may_{name}": permission.reach_of(person) is not None for name, permission in reach.items()}
    return may | {"may_act": may["may_work"] or may["may_urge"] or may["may_speak"]}


def _names(wanted: Wanted) -> dict[str, str]:
    """Of what is filtered by, for its chip. The wall shows no name that is not ours."""
    asked = {
        "system": lambda key: System.objects.filter(pk=key).values_list("name", flat=True),
        "category": lambda key: CatalogueItem.objects.filter(category=key).values_list("name", flat=True),
        "contract": lambda key: Contract.objects.filter(pk=key).values_list("name", flat=True),
        "hospital": lambda key: Hospital.objects.filter(pk=key).values_list("short_name", flat=True),
        "vendor": lambda key: Vendor.objects.filter(pk=key).values_list("short_name", flat=True),
        "assignee": lambda key: Ticket.objects.filter(assignee_id=key).values_list("assignee_name", flat=True),
    }
    found = {name: asked[name](key).first() for name, key in wanted.filters.items() if name in asked and key != NONE}
    return {name: str(words) for name, words in found.items() if words}


@door(SEE_TICKETS)
def pulse(request: Any) -> HttpResponse:
    """A page that stands open asks whether it is still true: a few bytes, or nothing."""
    asked = request.GET.copy()
    known = asked.pop("known", [""])[-1]
    place = place_of(request.person, asked.urlencode())
    told = remembered(place)
    if not told:
        told = _sight(request, LIVE, at=timezone.now()).mark
        remember(place, told)
    return HttpResponse(status=204) if known == told else HttpResponse(told, content_type="text/plain")


@door(SEE_TICKETS)
def filter_queue(request: Any) -> HttpResponse:
    wanted = read(request.GET, views=views_of(request.person), usual=facts_in(_kept(request)) or USUAL)
    form = FilterForm(request.person, wanted)
    return render(request, "tickets/queue_filter.html", {"form": form, "wanted": wanted})


@door(SEE_TICKETS)
def open_next(request: Any) -> HttpResponse:
    ticket = next_ticket(request.person, at=timezone.now(), after=_id(request.GET.get("after", "")))
    if ticket is None:
        messages.info(request, _("Nothing waits for you now."))
        return redirect("tickets")
    return redirect(ticket)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
