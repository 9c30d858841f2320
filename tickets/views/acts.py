"""The acts on a ticket: each a small form of its own, opened over the ticket's page, or a single press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.clocks.models import TimeWish
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets import lines
from tickets.acts import Button, button_of
from tickets.calls import raise_awaited
from tickets.enums import Proof
from tickets.forms import acts as forms
from tickets.forms.acts import ActForm, why_form
from tickets.macros import initial_of, macro_in
from tickets.models import Call, TermsWish, Ticket, Visit
from tickets.services import calls, levels, phoning, solving, timing, visiting, waiving, working
from tickets.services.drafts import drafts_on, drop_draft
from tickets.situation import Situation, situation_of
from tickets.stream import locked

WRITES = ("GET", "POST")
Service = Callable[..., Any]


@dataclass(frozen=True)
class ActPage:
    """`do` is called with the situation, by whom and when, and what the form gathered."""

    name: str
    do: Service
    form: type[ActForm] | None = None
    is_grave: bool = False
    may_await_call: bool = False

    @property
    def url_name(self) -> str:
        return f"ticket_{self.name}"

    @property
    def button(self) -> Button:
        return button_of(self.url_name)

    @property
    def draft(self) -> str:
        return self.name


def _ticket(service: Service, *, takes: str = "") -> Service:
    """`takes`: what the service asks for by its place, after the ticket."""

    def do(now: Situation, **facts: Any) -> Any:
        return service(now.ticket, *([facts.pop(takes)] if takes else []), **facts)

    return do


def _visit(service: Service, *, takes: str = "", **more: Any) -> Service:
    def do(now: Situation, **facts: Any) -> Any:
        visit = _row(Visit, now.visit, _("Nobody is called for."))
        return service(visit, *([facts.pop(takes)] if takes else []), **facts, **more)

    return do


def _call(service: Service) -> Service:
    return lambda now, **facts: service(_row(Call, now.call, _("No call waits for your word.")), **facts)


def _wish(service: Service) -> Service:
    return lambda now, **facts: service(_row(TermsWish, now.wish, _("Nothing else was proposed.")), **facts)


def _time(service: Service) -> Service:
    def do(now: Situation, **facts: Any) -> Any:
        if now.proposed is None:
            raise Refused(_("No time is proposed."), code="not_now")
        return service(now.ticket, TimeWish.objects.select_related("matter").get(pk=now.proposed["id"]), **facts)

    return do


def _row(model: Any, found: dict[str, Any] | None, sentence: Any) -> Any:
    if found is None:
        raise Refused(sentence, code="not_now")
    return model.objects.select_related("ticket").get(pk=found["id"])


READ_BY_BOTH = _("Both sides read it.")
WHY_SO = why_form(pgettext_lazy("reason", "Why"), READ_BY_BOTH)
ACTS: tuple[ActPage, ...] = (
    ActPage("accept", _ticket(working.accept)),
    ActPage("go_on", _ticket(working.go_on)),
    ActPage("urge", _ticket(working.urge)),
    ActPage("resume", _ticket(working.resume)),
    ActPage("confirm", _ticket(solving.confirm)),
    ActPage("start_emergency", _ticket(solving.start_emergency_service)),
    ActPage("agree_call", _call(calls.agree_to_call)),
    ActPage("dispute_call", _call(calls.dispute_call),
            why_form(_("What is wrong with the time of the call"), READ_BY_BOTH)),
    ActPage("give", _ticket(working.give, takes="to"), forms.GiveForm),
    ActPage("ask_back", _ticket(working.ask_back), forms.AskBackForm),
    ActPage("hand_over", _ticket(working.hand_over),
            why_form(_("Why it is not yours, and whose it may be"),
                     _("It goes to the hospital, which decides; every promise runs on."))),
    ActPage("give_back", _ticket(working.give_back), why_form(_("Why it is theirs"), READ_BY_BOTH)),
    ActPage("withdraw", _ticket(working.withdraw), why_form(_("Why it is withdrawn"), READ_BY_BOTH), is_grave=True),
    ActPage("pause", _ticket(working.pause), forms.PauseForm),
    ActPage("call_visit", _ticket(visiting.call_for_visit), why_form(_("Why somebody has to come"), READ_BY_BOTH)),
    ActPage("dispatch", _visit(visiting.dispatch, takes="engineer"), forms.DispatchForm),
    ActPage("arrive", _visit(visiting.arrive), forms.ArriveForm),
    ActPage("arrived", _visit(visiting.arrive, proof=Proof.HOSPITAL), forms.ArrivedForm),
    ActPage("leave", _visit(visiting.leave), forms.LeaveForm),
    ActPage("drop_visit", _visit(visiting.drop), why_form(_("Why nobody needs to come"), READ_BY_BOTH)),
    ActPage("work_around", _ticket(solving.work_around), forms.WorkAroundForm),
    ActPage("resolve", _ticket(solving.resolve), forms.ResolveForm),
    ActPage("refuse", _ticket(solving.refuse_solution),
            why_form(_("What is not solved"),
                     _("The next cycle begins: its promises count from now; results so far stay.")),
            may_await_call=True),
    ActPage("close_unsigned", _ticket(solving.close_unsigned),
            why_form(_("Why it is closed without a signature"), READ_BY_BOTH), is_grave=True),
    ActPage("change_severity", _ticket(levels.change_severity, takes="severity"), forms.RaiseForm, may_await_call=True),
    ActPage("keep_level", _ticket(phoning.keep_level), why_form(_("Why it stays as it is"), READ_BY_BOTH)),
    ActPage("propose_severity", _ticket(levels.propose_severity, takes="severity"), forms.SeverityForm),
    ActPage("decide_severity", _wish(levels.decide_wish), forms.WishForm, may_await_call=True),
    ActPage("mark_emergency", _ticket(levels.mark_emergency), WHY_SO),
    ActPage("change_category", _ticket(levels.change_category, takes="item"), forms.CategoryForm, may_await_call=True),
    ActPage("move_start", _ticket(timing.move_start_to_call), WHY_SO),
    ActPage("propose_category", _ticket(levels.propose_category, takes="item"), forms.CategoryForm),
    ActPage("propose_time", _ticket(timing.propose_time, takes="metric"), forms.ProposeTimeForm),
    ActPage("decide_time", _time(timing.decide_time), forms.TimeForm),
    ActPage("ask_waiver", _ticket(waiving.ask_waiver, takes="metric"), forms.AskWaiverForm),
    ActPage("decide_waiver", _ticket(waiving.decide_waiver, takes="metric"), forms.WaiverForm),
)  # fmt: skip


def view_of(act: ActPage) -> Callable[..., Any]:
    @door(act.button.who, methods=WRITES, of=Ticket)
    def view(request: Any, ticket: Ticket) -> HttpResponse:
        now = situation_of(ticket, at=timezone.now())
        if act.form is None:
            return _press(request, act, now)
        return _fill(request, act, act.form, now)

    view.__name__ = act.name
    return view


def _press(request: Any, act: ActPage, now: Situation) -> HttpResponse:
    """Who comes back here from signing in anew is shown the ticket, and presses again."""
    if request.method == "POST":
        try:
            _do(act, now, {}, by=request.person)
        except Refused as refusal:
            messages.error(request, str(refusal.sentence))
    return redirect("ticket", pk=now.ticket.pk)


def _fill(request: Any, act: ActPage, form_of: type[ActForm], now: Situation) -> HttpResponse:
    person = request.person
    refused: Refused | None = None
    if request.method == "POST":
        form = form_of(request.POST, situation=now, person=person)
        if form.is_valid():
            refused = _tried(request, act, now, form)
            if refused is None:
                calls = act.may_await_call and raise_awaited(Ticket.objects.get(pk=now.ticket.pk))
                return redirect("call_now" if calls else "ticket", pk=now.ticket.pk)
            if refused.code != "stale":  # the page says it, with what is new
                form.add_error(None, str(refused.sentence))
    else:
        form = form_of(initial=_begun(request, act, now), situation=now, person=person)
    return _page(request, act, now, form, refused)


def _tried(request: Any, act: ActPage, now: Situation, form: ActForm) -> Refused | None:
    try:
        refuse_if_somebody_else(request)
        _do(act, now, form.facts(), by=request.person, seen=number_in(request.POST.get("seen")))
    except Refused as refusal:
        return refusal
    return None


@transaction.atomic
def _do(act: ActPage, now: Situation, facts: dict[str, Any], *, by: Person, seen: int | None = None) -> None:
    """Whoever wrote on what has changed meanwhile is stopped once, and sends it all the same with the next press."""
    if seen is not None:
        locked(now.ticket, seen=seen)
    act.do(now, **facts, by=by, at=now.at)
    drop_draft(now.ticket, act.draft, by=by)


def _begun(request: Any, act: ActPage, now: Situation) -> dict[str, Any]:
    """What was being written goes before a ready-made answer: nothing written is thrown away by a choice."""
    macro = macro_in(request.GET, request.person)
    given = initial_of(macro, now, request.person) if macro else {}
    chosen = {name: request.GET[name] for name in ("metric", "verdict") if name in request.GET}  # at one promise
    draft = drafts_on(now.ticket, by=request.person).get(act.draft, {})
    if "metric" in chosen and draft.get("metric", chosen["metric"]) != chosen["metric"]:
        draft = {}  # written about another promise
    return given | draft | chosen


def _page(request: Any, act: ActPage, now: Situation, form: ActForm, refused: Refused | None) -> HttpResponse:
    is_stale = refused is not None and refused.code == "stale"
    since = moment_in(request.POST.get("since"))
    context = {
        "act": act,
        "ticket": now.ticket,
        "form": form,
        "situation": now,
        "is_stale": is_stale,
        "news": lines.new_since(now.ticket, request.person, since=since) if is_stale else [],
        "seen": now.ticket.version if is_stale or request.method == "GET" else request.POST.get("seen", ""),
        "since": now.at if is_stale or since is None else since,
        "proposed_time": moment_in((now.proposed or {}).get("time")),
        "called_at": moment_in((now.call or {}).get("called_at")),
        "why_not": act.button.why_not(now.ticket, request.person, now),
        "now": now.at,
    }
    over = request.htmx and request.method == "GET"
    template = "tickets/_act_form.html" if over else "tickets/act.html"
    return render(request, template, context, status=refused.status if refused else 400 if form.errors else 200)


def refuse_if_somebody_else(request: Any) -> None:
    """Who switched to another organisation in another tab does not write in its name by a form opened before."""
    meant = request.POST.get("as")
    if meant and meant != str(request.person.membership_id):
        raise Refused(_("You are signed in as somebody else now. Load the page again; nothing was sent."), code="as")


def number_in(text: Any) -> int | None:
    """A version as the page sent it; what is no number is no version."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None


def moment_in(text: Any) -> datetime | None:
    """At the ends of time no other zone can say it."""
    try:
        moment = datetime.fromisoformat(text or "")
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo and 2000 <= moment.year < 2200 else None
