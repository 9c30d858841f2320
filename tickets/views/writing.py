"""Reply and note, the drafts behind them, and who else is writing."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from tickets.enums import Writing
from tickets.forms.writing import NoteForm, ReplyForm
from tickets.models import Ticket
from tickets.permissions import SEE_TICKETS, SPEAK, WRITE_NOTES
from tickets.presence import look_in
from tickets.services import working
from tickets.services.drafts import drop_draft, keep_draft
from tickets.services.mentions import people_of
from tickets.situation import situation_of
from tickets.views.acts import ACTS, WRITES, moment_in, number_in, refuse_if_somebody_else
from tickets.views.page import ticket_page

KINDS = {*Writing.values, *(act.draft for act in ACTS if act.form)}
NOT_FIELDS = {"csrfmiddlewaretoken", "kind", "seen", "since", "as"}


@door(SPEAK, methods=WRITES, of=Ticket)
def say(request: Any, ticket: Ticket) -> HttpResponse:
    return _send(request, ticket, Writing.REPLY, ReplyForm, working.say)


@door(WRITE_NOTES, methods=WRITES, of=Ticket)
def note(request: Any, ticket: Ticket) -> HttpResponse:
    """Two notes at once disturb nobody: a note is never stale."""
    return _send(request, ticket, Writing.NOTE, NoteForm, working.note)


def _send(request: Any, ticket: Ticket, kind: Writing, form_of: type[ReplyForm], service: Any) -> HttpResponse:
    """Who comes back here from signing in anew finds what they wrote on the ticket's page."""
    if request.method != "POST":
        return redirect("ticket", pk=ticket.pk)
    form, at = form_of(request.POST, auto_id=f"{kind}-%s"), timezone.now()
    if not form.is_valid():
        return ticket_page(request, situation_of(ticket, at=at), written={kind: form}, status=400)
    seen = {"seen": number_in(request.POST.get("seen"))} if kind is Writing.REPLY else {}
    try:
        refuse_if_somebody_else(request)
        with transaction.atomic():
            service(ticket, form.cleaned_data["text"], by=request.person, at=at, **seen)
            drop_draft(ticket, kind, by=request.person)
    except Refused as refusal:
        return _refused(request, ticket, kind, form, refusal)
    return redirect("ticket", pk=ticket.pk)


def _refused(request: Any, ticket: Ticket, kind: Writing, form: ReplyForm, refusal: Refused) -> HttpResponse:
    """The words stay, what is new is shown, and one press sends them all the same."""
    at, is_stale = timezone.now(), refusal.code == "stale"
    if not is_stale:  # the page says it, with what is new
        form.add_error(None, str(refusal.sentence))
    return ticket_page(
        request,
        situation_of(Ticket.objects.get(pk=ticket.pk), at=at),
        written={kind: form},
        is_stale=is_stale,
        since=moment_in(request.POST.get("since")),
        status=refusal.status,
    )


@door(SPEAK, methods=("POST",), of=Ticket)
def save_draft(request: Any, ticket: Ticket) -> HttpResponse:
    """By the page itself, within two seconds of the last key."""
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        return JsonResponse({"kept": False}, status=400)
    fields = {name: text for name, text in request.POST.items() if name not in NOT_FIELDS}
    try:
        keep_draft(ticket, kind, fields, by=request.person, at=timezone.now())
    except Refused as refusal:
        return JsonResponse({"kept": False, "sentence": str(refusal.sentence)}, status=refusal.status)
    return JsonResponse({"kept": True})


@door(SEE_TICKETS, of=Ticket)
def pulse(request: Any, ticket: Ticket) -> HttpResponse:
    """A few bytes every two seconds: has anything changed, who else is here. The form's token comes along, because
    signing in anew in another tab makes a new one."""
    here = look_in(ticket, request.person, is_typing="typing" in request.GET, at=timezone.now())
    return JsonResponse(
        {
            "version": ticket.version,
            "me": str(request.person.membership_id),
            "here": [{"name": one.name, "typing": one.is_typing} for one in here],
            "token": get_token(request),
        }
    )


@door(SPEAK, of=Ticket)
def mentionable(request: Any, ticket: Ticket) -> HttpResponse:
    is_inside = "inside" in request.GET
    names = people_of(ticket, by=request.person, at=timezone.now(), is_inside=is_inside)
    return JsonResponse({"names": sorted(names)[:50]})
