"""One ticket: its stream, its promises, its facts, and what this person may do about it now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from servicedesk.audit.history import history_of
from servicedesk.clocks.permissions import DECIDE_WAIVER, SEE_CLOCKS
from servicedesk.clocks.selectors.on_duty import Answering, on_duty_now
from servicedesk.files.models import StoredFile
from servicedesk.files.permissions import ADD_FILES, SEE_FILES
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Reach
from servicedesk.tenancy.wall import Person
from tickets import panels
from tickets.acts import grouped, next_of, offers
from tickets.calls import raise_awaited
from tickets.closing import standing
from tickets.enums import MacroFor, Writing
from tickets.forms.writing import NoteForm, ReplyForm
from tickets.lines import chips, new_since, stream_of
from tickets.macros import initial_of, macro_in
from tickets.models import Ticket
from tickets.panels_linked import pressing
from tickets.permissions import KEEP_MACROS, SEE_NOTES, SEE_TICKETS, SPEAK, WRITE_NOTES
from tickets.services.drafts import drafts_on
from tickets.situation import Situation, situation_of
from tickets.ward import due_words


@door(SEE_TICKETS, of=Ticket)
def show_ticket(request: Any, ticket: Ticket) -> HttpResponse:
    return ticket_page(request, situation_of(ticket, at=timezone.now()))


@door(SEE_NOTES, of=Ticket)
def show_history(request: Any, ticket: Ticket) -> HttpResponse:
    """What the audit trail says of this ticket; a note stands there as an act on itself."""
    return render(request, "tickets/history.html", {"ticket": ticket, "history": history_of(ticket, request.person)})


@door(SEE_TICKETS, of=Ticket)
def show_around(request: Any, ticket: Ticket) -> HttpResponse:
    """What belongs to it and what is known of its system: comes into the page when somebody has scrolled there."""
    return _part(request, ticket, panels.AROUND)


@door(SEE_TICKETS, of=Ticket)
def show_checklists(request: Any, ticket: Ticket) -> HttpResponse:
    return _part(request, ticket, panels.CHECKLISTS)


def _part(request: Any, ticket: Ticket, them: tuple[panels.Panel, ...]) -> HttpResponse:
    """Without a script it is a page of its own."""
    now = timezone.now()
    context = {"ticket": ticket, "panels": panels.shown(them, ticket, request.person, now), "now": now}
    return render(request, "tickets/_panels.html" if request.htmx else "tickets/panels.html", context)


def ticket_page(
    request: Any, now: Situation, *, written: dict[str, forms.Form] | None = None, is_stale: bool = False,
    since: Any = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """`written`: a form of the composer as it came and was not taken."""
    person = request.person
    for form in (written or {}).values():  # where one was, not at the top of the page
        form.fields["text"].widget.attrs["autofocus"] = True
    context = {
        "situation": now,
        "ticket": now.ticket,
        "now": now.at,
        **_read(request, now),
        **_aside(now, person),
        **_composer(request, now, written or {}),
        "is_stale": is_stale,
        "news": new_since(now.ticket, person, since=since) if is_stale else [],
    }
    return render(request, "tickets/ticket.html", context, status=status)


def _read(request: Any, now: Situation) -> dict[str, Any]:
    show = request.GET.get("show", "")
    return {
        "stream": stream_of(now.ticket, request.person, show=show, before=request.GET.get("before", "")),
        "chips": chips(request.person),
        "show": show if show in chips(request.person) else "",
        "is_older": "before" in request.GET,
        "is_ward": SEE_NOTES.reach_of(request.person) is None,
    }


def _aside(now: Situation, person: Person) -> dict[str, Any]:
    ticket, desk = now.ticket, now.ticket.contract.desk
    on_duty = on_duty_now([desk.pk], at=now.at).get(desk.pk, ()) if ticket.is_open else ()
    return {
        "on_duty": Answering(desk, on_duty),
        "first_call": now.standing.get(Metric.CALL) if now.awaits_call else None,
        "raised": raise_awaited(ticket) if now.runs(Metric.CALL) else None,
        "promised": due_words(now),
        "files": _files(now, person),
        "may_add_files": ADD_FILES.reach_of(person) is not None and ticket.is_writable_by(person),
        "may_see_clocks": SEE_CLOCKS.reach_of(person) is not None,
        "may_waive": DECIDE_WAIVER.reach_of(person) is not None and ticket.is_writable_by(person),
        "closing": standing(ticket, person, at=now.at),
        "pressing": pressing(ticket, person),
        "hangs": now.hangs,
    }


def _files(now: Situation, person: Person) -> list[dict[str, Any]]:
    if SEE_FILES.reach_of(person) is Reach.ORGANISATION or not now.files:
        return now.files
    own = StoredFile.objects.visible_to(person).filter(matter=now.ticket.matter_id)
    return list(own.values("id", "name", "size"))


def _composer(request: Any, now: Situation, written: dict[str, forms.Form]) -> dict[str, Any]:
    person, ticket = request.person, now.ticket
    may_write = ticket.is_writable_by(person)
    begun = drafts_on(ticket, by=person)
    offered = offers(now, person)
    may_note = may_write and bool(WRITE_NOTES.reach_of(person))
    is_begun = Writing.REPLY in written or Writing.REPLY in begun  # what was typed is shown until it is sent
    may_speak = may_write and bool(SPEAK.reach_of(person)) and (ticket.is_open or is_begun)
    return {
        "offers": offered,
        "next_offers": next_of(offered, now),
        "grouped": grouped(offered),
        "not_now": [offer for offer in offered if not offer.is_possible],
        "reply": written.get(Writing.REPLY) or _form(ReplyForm, Writing.REPLY, request, now, begun),
        "note": written.get(Writing.NOTE) or _form(NoteForm, Writing.NOTE, request, now, begun),
        "open_tab": _open_tab(request, written, begun) if may_speak else Writing.NOTE if may_note else "acts",
        "begun": {f"ticket_{kind}" for kind in begun},
        "may_speak": may_speak,
        "may_note": may_note,
        "may_use_macros": may_write and KEEP_MACROS.reach_of(person) is not None,
    }


def _form(of: type[ReplyForm], kind: Writing, request: Any, now: Situation, begun: dict[str, Any]) -> forms.Form:
    """What was begun stands before the ready-made answer that was chosen: nothing written is thrown away."""
    macro = macro_in(request.GET, request.person)
    chosen = initial_of(macro, now, request.person)["text"] if macro and macro.leads_to == kind else ""
    text = "\n".join(part for part in (begun.get(kind, {}).get("text", ""), chosen) if part)
    return of(initial={"text": text}, prefix="", auto_id=f"{kind}-%s")


def _open_tab(request: Any, written: dict[str, forms.Form], begun: dict[str, Any]) -> str:
    if written:
        return next(iter(written))
    macro = macro_in(request.GET, request.person)
    if macro and macro.leads_to in (MacroFor.REPLY, MacroFor.NOTE):
        return macro.leads_to
    return Writing.NOTE if Writing.NOTE in begun and Writing.REPLY not in begun else Writing.REPLY
