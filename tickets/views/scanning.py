"""The page behind a sticker. Nobody is signed in: it lets one report, shows what was announced to be down and what
others tapped lately, and of tickets only those that this very browser reported, by a signed receipt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.accounts.services import tries
from servicedesk.accounts.services.tries import QUARTER, Limit
from servicedesk.clocks.selectors.on_duty import answering
from servicedesk.tenancy.doors import Audience, door
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import opened
from servicedesk.ui.middleware import client_address
from tickets import offering
from tickets.at_place import named, tapped_lately, targets_at
from tickets.enums import OPEN
from tickets.following import Followed
from tickets.forms.scanning import ScanForm
from tickets.known import announced_at, similar_lately
from tickets.models import Sticker, Ticket, Visit
from tickets.offering import Target
from tickets.permissions import WORK_TICKETS
from tickets.services import visiting, working
from tickets.services.scanning import WITH, AlsoHit, report_by_sticker, say_me_too
from tickets.services.stickers import find_sticker
from tickets.symptoms import choices_for

# Codes that are none, per address: a whole hospital may stand behind one. Reports, per sticker.
MISSES = Limit("sticker", 60, QUARTER, QUARTER)
REPORTS = Limit("sticker report", 40, QUARTER, QUARTER)
RECEIPT, KEY, SALT, KEPT = "receipt", "hit", "tickets.receipt", 5
GOOD_FOR = timedelta(days=7)
GONE, INVALID, TOO_MANY = 410, 422, 429
NOTHING_HERE = gettext_lazy("Under this contract nothing can be reported this way. Call the hotline.")

Page = Callable[..., HttpResponse]


def of_sticker(page: Page) -> Page:
    """Opens the wall for the sticker's hospital while the page is made. What cannot be found is gone."""

    @wraps(page)
    def come_in(request: Any, token: str, **kwargs: Any) -> HttpResponse:
        now, address = timezone.now(), client_address(request)
        if tries.is_spent(MISSES, address, at=now):
            return render(request, "tickets/scan_gone.html", {"is_locked": True}, status=TOO_MANY)
        found = find_sticker(token[:100])
        if found is None:
            tries.take(MISSES, address, at=now)
            return render(request, "tickets/scan_gone.html", status=GONE)
        with opened(found.context):
            sticker = Sticker.objects.select_related(*WITH).get(pk=found.sticker_id)
            return page(request, sticker, token=token, now=now, **kwargs)

    return come_in


@door(Audience.PUBLIC, methods=("GET", "POST"))
@of_sticker
def scan(request: Any, sticker: Sticker, *, token: str, now: datetime) -> HttpResponse:
    targets = targets_at(sticker, at=now)
    phone = sticker.department.phone if sticker.department else ""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ScanForm(*sent, targets=targets, initial={"phone": phone})
    if request.method == "POST":
        if tries.is_spent(REPORTS, str(sticker.pk), at=now):
            form.add_error(None, _("Too many reports from this sticker just now. Please call."))
        elif form.is_valid() and (ticket := _reported(request, sticker, form, now)):
            return _with_receipt(request, _sent(request, token, ticket), ticket)
        if _wants_json(request):
            return JsonResponse(_what_is_wrong(form), status=INVALID)
    page = {"sticker": sticker, "token": token, "form": form, **_offered(sticker, targets, now)}
    return render(request, "tickets/scan.html", {**page, **_of_this_browser(request, sticker)})


def _reported(request: Any, sticker: Sticker, form: ScanForm, now: datetime) -> Ticket | None:
    photos = request.FILES.getlist("photo")[:1]
    try:
        with transaction.atomic():
            ticket = report_by_sticker(sticker, form.tapped(), photos, at=now)
            _count(sticker, at=now)
        return ticket
    except Refused as refusal:
        form.add_error(_beside(form, refusal, photos), str(refusal.sentence))
        tries.take(REPORTS, str(sticker.pk), at=now)
    return None


def _count(sticker: Sticker, *, at: datetime) -> None:
    """Last, or the next one at this device would wait for the scanner as well; and asked once more, for those that
    came at the same moment all found something left."""
    if not tries.take(REPORTS, str(sticker.pk), at=at).allowed:
        raise Refused(_("Too many reports from this sticker just now. Please call."))


def _beside(form: ScanForm, refusal: Refused, photos: list[Any]) -> str | None:
    if refusal.code in form.fields:
        return str(refusal.code)
    return "photo" if photos and refusal.code not in {"refused", "not_promised", "system"} else None


def _sent(request: Any, token: str, ticket: Ticket) -> HttpResponse:
    there = reverse("scan_follow", args=[token, ticket.number])
    return JsonResponse({"to": there}) if _wants_json(request) else redirect(there)


def _what_is_wrong(form: ScanForm) -> dict[str, Any]:
    errors = {field: [str(error) for error in found] for field, found in form.errors.items()}
    return {"errors": errors, "patient": form.looks_like_a_patient}


def _offered(sticker: Sticker, targets: list[Target], now: datetime) -> dict[str, Any]:
    """What can be tapped, and whom one may call instead."""
    desks = {target.contract.desk_id: target.contract.desk for target in targets}
    only = targets[0] if len(targets) == 1 else None
    cannot = offering.why_not_for_wards(only, at=now) if only else "" if targets else str(NOTHING_HERE)
    return {
        "systems": named(targets) if only is None else [],
        "choices": choices_for({target.contract.blueprint for target in targets}, tapped_lately(sticker, at=now)),
        "outages": announced_at(sticker.hospital_id, targets),
        "similar": similar_lately(targets, at=now),
        "numbers": answering(list(desks.values()), at=now),
        "goes_by_phone": bool(only and not cannot and offering.grave_for_wards(only, at=now)),
        "may_go_by_phone": only is None,
        "cannot": cannot,
    }


def _of_this_browser(request: Any, sticker: Sticker) -> dict[str, Any]:
    visits, own = _visits_here(request, sticker), _own(request, sticker).order_by("-id")[:3]
    return {"visits": visits, "own": own, "key": uuid4(), "noted": "noted" in request.GET}


# ── an engineer who is signed in and has come ────────────────────────────────────────────────────────────────────────
def _visits_here(request: Any, sticker: Sticker) -> list[Visit]:
    """By the person's own rights: whoever merely holds the sticker learns of none."""
    person = request.person
    if person is None or WORK_TICKETS.reach_of(person) is None:
        return []
    with opened(person.context):
        rows = Visit.objects.visible_to(person).filter(arrived_at=None, dropped_at=None)
        rows = rows.filter(ticket__hospital=sticker.hospital_id, ticket__state__in=OPEN).select_related("ticket")
        return list(rows.order_by("planned_at", "id")[:5])


@door(WORK_TICKETS, methods=("POST",), of=Visit)
def check_in(request: Any, visit: Visit, *, token: str) -> HttpResponse:
    """The sticker is the proof: it hangs where the engineer has to be."""
    found = find_sticker(token[:100])
    if found is None:
        raise Refused(_("This sticker is revoked."), code="revoked")
    with opened(found.context):  # one of a place is the hospital's alone
        sticker = Sticker.objects.select_related("place", "system").get(pk=found.sticker_id)
    visiting.arrive(visit, sticker=sticker, by=request.person, at=timezone.now())
    messages.success(request, _("You are checked in."))
    return redirect("ticket", pk=visit.ticket_id)


# ── afterwards, for this very browser ────────────────────────────────────────────────────────────────────────────────
@door(Audience.PUBLIC)
@of_sticker
def follow(request: Any, sticker: Sticker, *, token: str, number: str, now: datetime) -> HttpResponse:
    ticket = _own(request, sticker).filter(number=number).first()
    if ticket is None:
        return render(request, "tickets/scan_gone.html", {"token": token}, status=GONE)
    template = "tickets/_scan_live.html" if "live" in request.GET else "tickets/scan_follow.html"
    context = {"sticker": sticker, "token": token, "shown": Followed(ticket, now), "urged": "urged" in request.GET}
    return render(request, template, context)


@door(Audience.PUBLIC, methods=("POST",))
@of_sticker
def urge(request: Any, sticker: Sticker, *, token: str, number: str, now: datetime) -> HttpResponse:
    ticket = _own(request, sticker).filter(number=number).first()
    if ticket is None:
        return render(request, "tickets/scan_gone.html", {"token": token}, status=GONE)
    if ticket.is_open:
        working.urge(ticket, by=None, at=now)
    return redirect(reverse("scan_follow", args=[token, number]) + "?urged")


@door(Audience.PUBLIC, methods=("POST",))
@of_sticker
def me_too(request: Any, sticker: Sticker, *, token: str, number: str, now: datetime) -> HttpResponse:
    """Only on what the page itself shows: announced, or like what one is about to report."""
    targets = targets_at(sticker, at=now)
    shown = (*announced_at(sticker.hospital_id, targets), *similar_lately(targets, at=now))
    known = {one.number: one.ticket for one in shown}
    if number not in known or tries.is_spent(REPORTS, str(sticker.pk), at=now):
        return render(request, "tickets/scan_gone.html", {"token": token}, status=GONE)
    phone = sticker.department.phone if sticker.department else ""
    key = _key(request)
    with transaction.atomic():
        say_me_too(known[number], AlsoHit(key, sticker.department, str(sticker), phone=phone), by=None, at=now)
        _count(sticker, at=now)
    response = redirect(reverse("scan", args=[token]) + "?noted")
    _keep(response, KEY, str(key))
    return response


def _key(request: Any) -> UUID:
    """This browser's own, so that it counts once."""
    try:
        return UUID(request.get_signed_cookie(KEY, request.POST.get("key", ""), salt=SALT, max_age=GOOD_FOR))
    except ValueError:
        return uuid4()


def _own(request: Any, sticker: Sticker) -> Any:
    """The tickets that this browser holds a receipt for."""
    text = request.get_signed_cookie(RECEIPT, "", salt=SALT, max_age=GOOD_FOR)
    rows = Ticket.objects.filter(hospital_id=sticker.hospital_id, pk__in=[key for key in text.split(",") if key])
    return rows.select_related("contract__desk")


def _with_receipt(request: Any, response: HttpResponse, ticket: Ticket) -> HttpResponse:
    before = request.get_signed_cookie(RECEIPT, "", salt=SALT, max_age=GOOD_FOR).split(",")
    keys = list(dict.fromkeys([str(ticket.pk), *(key for key in before if key)]))[:KEPT]
    _keep(response, RECEIPT, ",".join(keys))
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_signed_cookie(
        name, value, salt=SALT, max_age=GOOD_FOR, path="/r/", httponly=True, samesite="Lax", secure=secure
    )


def _wants_json(request: Any) -> bool:
    return "application/json" in request.headers.get("Accept", "")
