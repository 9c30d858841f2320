"""The service feedback form: shown, handed over, signed over a link, signed as oneself."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts.services import tries
from servicedesk.accounts.services.tries import LINK
from servicedesk.accounts.step_up import step_up
from servicedesk.tenancy.doors import Audience, door
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import opened
from servicedesk.ui.middleware import client_address
from servicedesk.ui.qr import picture
from tickets.closing import standing
from tickets.enums import Way
from tickets.feedback import facts_of, holds, sha256_of
from tickets.forms.closing import SignForm
from tickets.handing import ask_who, give_back, hand_over, handed_ticket, is_handed, is_proved_since
from tickets.models import FeedbackForm, Objection, SigningLink, Ticket
from tickets.objections import refuse_while_open
from tickets.paper import paper
from tickets.permissions import ASK_SIGNATURE, SEE_TICKETS, SIGN_FEEDBACK, WORK_TICKETS
from tickets.services import signing
from tickets.signers import Signer
from tickets.states import Move, why_not

WRITES = ("GET", "POST")
PROVED = "signs"  # the session's key: for which ticket's form, and when, the person proved who they are
TIME_TO_SIGN = 15 * 60


@door(SEE_TICKETS, of=Ticket)
def show_form(request: Any, ticket: Ticket) -> HttpResponse:
    """As it stands; once signed, as it was signed."""
    signed = FeedbackForm.objects.filter(ticket=ticket, cycle=ticket.cycle).first()
    return redirect(signed) if signed else _paper(request, ticket, facts_of(ticket))


@door(SEE_TICKETS, of=FeedbackForm)
def show_feedback(request: Any, form: FeedbackForm) -> HttpResponse:
    return _paper(request, form.ticket, form.facts, form=form, holds=holds(form))


def _paper(request: Any, ticket: Ticket, facts: Any, **more: Any) -> HttpResponse:
    others = FeedbackForm.objects.filter(ticket=ticket).order_by("cycle")
    context = {"ticket": ticket, "paper": paper(facts), "others": others, **more}
    context["standing"] = standing(ticket, request.person, at=timezone.now())
    return render(request, "tickets/feedback.html", context)


@door(SIGN_FEEDBACK, methods=WRITES, of=Ticket)
def sign_as_oneself(request: Any, ticket: Ticket) -> HttpResponse:
    """At a ward's shared computer a session proves little: who signs says their password once more."""
    key, at = request.session.get(PROVED, ("", 0))
    if request.method == "POST" and key == str(ticket.pk) and time.time() - at < TIME_TO_SIGN:
        return _as_oneself(request, ticket)
    return _proved(request, ticket)


@step_up
def _proved(request: Any, ticket: Ticket) -> HttpResponse:
    request.session[PROVED] = [str(ticket.pk), time.time()]
    return _as_oneself(request, ticket)


def _as_oneself(request: Any, ticket: Ticket) -> HttpResponse:
    signer = _signer(request, Way.ACCOUNT, request.person.name)
    return _signing(request, ticket, signer, done=reverse("feedback_form", args=[ticket.pk]))


@door(WORK_TICKETS, methods=WRITES, of=Ticket)
def sign_here(request: Any, ticket: Ticket) -> HttpResponse:
    """On the engineer's device, in the hands of who had the problem: nothing but the form, until it is given back."""
    if request.method == "GET" and (over := _over(request, ticket, Way.HANDED, {"cycle": ticket.cycle})):
        return over
    response = _signing(request, ticket, _signer(request, Way.HANDED), done=request.path)
    hand_over(request, response, ticket)
    return response


@door(Audience.MEMBER)
def take_back(request: Any) -> HttpResponse:
    """The engineer has the device again, and shows that it is them: since it was handed over, not before."""
    if not is_handed(request):
        return redirect("home")
    if not is_proved_since(request):
        return ask_who(request)
    ticket, response = handed_ticket(request), redirect("home")
    if ticket and Ticket.objects.visible_to(request.person).filter(pk=ticket).exists():
        response = redirect("ticket", pk=ticket)
    give_back(request, response)
    return response


@door(ASK_SIGNATURE, methods=("POST",), of=Ticket)
def make_link(request: Any, ticket: Ticket) -> HttpResponse:
    """The one page that shows the link; it is not kept anywhere, so it is not behind a redirect."""
    address = client_address(request)
    link, secret = signing.make_link(ticket, by=request.person, at=timezone.now(), address=address)
    url = request.build_absolute_uri(reverse("sign_by_link", args=[secret]))
    return render(request, "tickets/link.html", {"ticket": ticket, "link": link, "url": url, "code": picture(url)})


@door(Audience.PUBLIC, methods=WRITES)
def sign_by_link(request: Any, token: str) -> HttpResponse:
    found = _find(request, token)
    if found is None:
        return render(request, "tickets/no_link.html", status=410)
    with opened(found.context):
        link = SigningLink.objects.select_related("ticket__hospital", "ticket__contract").get(pk=found.id)
        return _by_link(request, link)


def _find(request: Any, token: str) -> signing.Found | None:
    """Who tries many links that are none is not told when one was."""
    at, address = timezone.now(), client_address(request)
    if tries.is_spent(LINK, address, at=at):
        return None
    found = signing.find_link(token)
    if found is None:
        tries.take(LINK, address, at=at)
    return found


def _by_link(request: Any, link: SigningLink) -> HttpResponse:
    person, ticket = request.person, link.ticket
    if person and person.side is not Side.HOSPITAL:
        return render(request, "tickets/no_link.html", {"is_vendor": True, "ticket": ticket}, status=403)
    if link.used_at and (over := _over(request, ticket, Way.LINK, {"link": link})):
        return over
    if sentence := signing.why_closed(link, at=timezone.now()):
        return render(request, "tickets/no_link.html", {"sentence": sentence}, status=410)
    own = person if person and person.hospital_id == link.hospital_id else None
    signer = _signer(request, Way.LINK, link=link, person=own)
    return _signing(request, ticket, signer, done=request.path)


# ── what the three ways share ────────────────────────────────────────────────────────────────────────────────────────
def _signer(request: Any, way: Way, name: str = "", **more: Any) -> Signer:
    facts = {"person": request.person} | more
    return Signer(way, name, address=client_address(request), device=request.headers.get("User-Agent", ""), **facts)


def _signing(request: Any, ticket: Ticket, signer: Signer, *, done: str) -> HttpResponse:
    form = SignForm(request.POST if request.method == "POST" else None, way=signer.way, oneself=signer.name)
    if request.method == "POST":
        if form.is_valid() and _said(form, ticket, signer):
            return _after(request, ticket, form, signer, done=done)
    elif sentence := why_not(ticket, Move.SIGN, None):
        raise Refused(sentence)
    else:
        refuse_while_open(ticket)
    return _form(request, ticket, form, signer)


def _after(request: Any, ticket: Ticket, form: SignForm, signer: Signer, *, done: str) -> HttpResponse:
    """Whoever signed as themselves goes on in the product; the others read thanks."""
    if signer.way is not Way.ACCOUNT:
        return redirect(done)
    if form.refuses:
        messages.success(request, _("It is noted: not solved. The work goes on."))
        return redirect(ticket)
    messages.success(request, _("Signed. The hospital's IT department confirms it next; then the ticket is closed."))
    return redirect(done)


def _form(request: Any, ticket: Ticket, form: SignForm, signer: Signer) -> HttpResponse:
    facts = facts_of(ticket)
    context = {"ticket": ticket, "form": form, "paper": paper(facts), "seen": sha256_of(facts), "signer": signer}
    return render(request, "tickets/sign.html", context, status=409 if form.errors else 200)


def _said(form: SignForm, ticket: Ticket, signer: Signer) -> bool:
    now = timezone.now()
    named = Signer(signer.way, form.signer_name, signer.person, signer.link, signer.address, signer.device)
    try:
        with transaction.atomic():
            if form.refuses:
                signing.refuse_to_sign(ticket, why=form.cleaned_data["why"], signer=named, at=now)
            else:
                signing.sign(ticket, form.signature(), signer=named, at=now)
    except Refused as refusal:
        form.say(refusal)
        return False
    return True


def _over(request: Any, ticket: Ticket, way: Way, said: dict[str, Any]) -> HttpResponse | None:
    """Thanks, after the redirect; and to whoever comes to the same page later."""
    context = {"ticket": ticket, "way": way, "is_handed": is_handed(request)}
    if form := FeedbackForm.objects.filter(ticket=ticket, **said).first():
        return render(request, "tickets/signed.html", {**context, "form": form})
    if objection := Objection.objects.filter(ticket=ticket, decided_at=None, **said).first():
        return render(request, "tickets/signed.html", {**context, "objection": objection})
    return None
