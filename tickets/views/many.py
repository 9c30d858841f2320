"""Acts on the tickets that were ticked in the queue, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from tickets.forms.queue import GiveForm, SayForm
from tickets.models import Ticket
from tickets.permissions import REPORT_FAULTS, SPEAK, WORK_TICKETS
from tickets.services import queueing
from tickets.services.queueing import AT_ONCE, Result, on_each
from tickets.services.working import accept, say, urge

KEPT = "queue_results"  # the session's key
DONE: dict[str, str | Promise] = {
    "accept": pgettext_lazy("queue", "accepted"),
    "give": pgettext_lazy("queue", "given"),
    "say": pgettext_lazy("queue", "written on"),
    "urge": pgettext_lazy("queue", "urged"),
    "undo": pgettext_lazy("queue", "taken back"),
    "unurge": pgettext_lazy("queue", "no longer urged"),
}
UNDO = {"give": "take_tickets_back", "urge": "take_urges_back"}
STAYS: dict[str, str | Promise] = {
    "accept": gettext_lazy(
        "Accepting is not taken back: the time to respond has stopped, and the reporters were told who takes care of "
        "it. Give to a colleague what is not yours."
    ),
    "say": gettext_lazy("A message is not taken back: others may have read it. Write another one that puts it right."),
}


@door(WORK_TICKETS, methods=("POST",))
def accept_many(request: Any) -> HttpResponse:
    by, at = request.person, timezone.now()
    return _done(request, "accept", on_each(_chosen(request), lambda one: accept(one, by=by, at=at), by=by), at=at)


@door(WORK_TICKETS, methods=("POST",))
def give_many(request: Any) -> HttpResponse:
    by, at = request.person, timezone.now()
    form = GiveForm(request.POST if "to" in request.POST else None, by=by)
    if not form.is_valid():
        return _asked(request, form, _("Give to a colleague"), pgettext("queue", "Give"))
    to = form.cleaned_data["to"]
    results = on_each(_chosen(request), lambda one: queueing.give_if_other(one, to, by=by, at=at), by=by)
    return _done(request, "give", results, at=at, to=to.name)


@door(SPEAK, methods=("POST",))
def say_many(request: Any) -> HttpResponse:
    by, at = request.person, timezone.now()
    form = SayForm(request.POST if "text" in request.POST else None)
    if not form.is_valid():
        return _asked(request, form, _("Write on these tickets"), pgettext("queue", "Send"))
    text = form.cleaned_data["text"]
    return _done(request, "say", on_each(_chosen(request), lambda one: say(one, text, by=by, at=at), by=by), at=at)


@door(REPORT_FAULTS, methods=("POST",))
def urge_many(request: Any) -> HttpResponse:
    by, at = request.person, timezone.now()

    def asked(ticket: Ticket) -> None:
        if not urge(ticket, by=by, at=at):
            raise Refused(_("Haste was asked for a moment ago."))

    return _done(request, "urge", on_each(_chosen(request), asked, by=by), at=at)


@door(WORK_TICKETS, methods=("POST",))
def take_back(request: Any) -> HttpResponse:
    """Undoes the last giving, ticket by ticket; what somebody changed since stays."""
    by, at = request.person, timezone.now()
    given = _last_done(request, "give")
    before = Membership.objects.visible_to(by).in_bulk([one["before"] for one in given.values() if one["before"]])

    def back(ticket: Ticket) -> Ticket:
        was = given[ticket.pk]
        to = before.get(UUID(was["before"])) if was["before"] else None
        return queueing.take_giving_back(ticket, to, seen=was["version"], by=by, at=at)

    return _done(request, "undo", on_each(list(given), back, by=by), at=at)


@door(REPORT_FAULTS, methods=("POST",))
def take_urges_back(request: Any) -> HttpResponse:
    """As if haste had not been asked for; where somebody asked again since, it stays."""
    by, at = request.person, timezone.now()
    urged = _last_done(request, "urge")
    urged_at = datetime.fromisoformat(request.session[KEPT]["at"])

    def back(ticket: Ticket) -> None:
        was = urged[ticket.pk]["urged_before"]
        before = datetime.fromisoformat(was) if was else None
        queueing.take_urge_back(ticket, before, urged_at=urged_at, by=by, at=at)

    return _done(request, "unurge", on_each(list(urged), back, by=by), at=at)


def _last_done(request: Any, act: str) -> dict[UUID, dict[str, Any]]:
    kept = request.session.get(KEPT) or {"act": "", "results": []}
    if kept["act"] != act or not (done := [one for one in kept["results"] if not one["refused"]]):
        raise Refused(_("There is nothing to take back."), code="nothing")
    return {UUID(one["ticket"]): one for one in done}


def _chosen(request: Any) -> list[UUID]:
    """What is no id is nobody's ticket; one beyond the bound is kept, so that the bound can say so."""
    found = []
    for text in request.POST.getlist("ticket")[: AT_ONCE + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _asked(request: Any, form: forms.Form, title: str, verb: str) -> HttpResponse:
    """The one thing more that is needed, with the tickets named once again."""
    ids = _chosen(request)
    if not ids:
        raise Refused(_("Choose the tickets first."), code="none_chosen")
    tickets = Ticket.objects.visible_to(request.person).filter(pk__in=ids).only("number", "title", "state")
    context = {"form": form, "title": title, "verb": verb, "tickets": tickets, "back": _back(request)}
    return render(request, "tickets/queue_act.html", context)


def _done(request: Any, act: str, results: Sequence[Result], *, at: datetime, to: str = "") -> HttpResponse:
    done = [one for one in results if not one.refused]
    request.session[KEPT] = {"act": act, "at": at.isoformat(), "to": to, "results": [_plain(one) for one in results]}
    if len(results) == 1 and done:
        words = {"number": done[0].number, "done": _said(act, to)}
        messages.success(request, _("%(number)s: %(done)s.") % words)
        if act not in UNDO and not done[0].said:
            return redirect(_back(request))
    return redirect(f"{_back(request)}{'&' if '?' in _back(request) else '?'}done=1")


def _said(act: str, to: str) -> str:
    return pgettext("queue", "given to %(name)s") % {"name": to} if to else str(DONE[act])


def _plain(one: Result) -> dict[str, Any]:
    return {
        "ticket": str(one.ticket),
        "number": one.number,
        "title": one.title,
        "refused": one.refused,
        "said": one.said,
        "before": str(one.before) if one.before else "",
        "urged_before": one.urged_before.isoformat() if one.urged_before else "",
        "version": one.version,
    }


def _back(request: Any) -> str:
    """To the list as it was. Only our own query travels, never an address."""
    query = request.POST.get("back", "").lstrip("?")[:500]
    return f"{reverse('tickets')}?{query}" if query and "\n" not in query and "\r" not in query else reverse("tickets")


def last_results(request: Any) -> dict[str, Any] | None:
    """What the queue shows above its rows after an act on several."""
    kept = request.session.get(KEPT) if request.GET.get("done") == "1" else None
    if not kept:
        return None
    results = kept["results"]
    done = [one for one in results if not one["refused"]]
    words = {"count": len(done), "done": _said(kept["act"], kept.get("to", ""))}
    return {
        "sentence": ngettext("%(count)s ticket %(done)s", "%(count)s tickets %(done)s", len(done)) % words,
        "refused": [one for one in results if one["refused"]],
        "done": done,
        "undo": UNDO.get(kept["act"], "") if done else "",
        "stays": STAYS.get(kept["act"], "") if done else "",
    }
