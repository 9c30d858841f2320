"""Stickers with a QR code: made, printed in the same breath, revoked. And how tickets are numbered."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.history import history_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.qr import picture
from servicedesk.ui.tables import page_of
from tickets import stickers
from tickets.forms.stickers import NumbersForm, StickersForm
from tickets.models import NumberRule, Sticker
from tickets.numbers import DIGITS
from tickets.permissions import KEEP_STICKERS, SEE_STICKERS, SET_NUMBERS
from tickets.services import stickers as acts
from tickets.services.numbering import set_number_rule
from tickets.services.stickers import Printable

WRITES = ("GET", "POST")


@door(SEE_STICKERS)
def list_stickers(request: Any) -> HttpResponse:
    rows = Sticker.objects.visible_to(request.person).select_related("system", "place", "department", "contract")
    if request.GET.get("all") is None:
        rows = rows.filter(revoked_at=None)
    asked = request.GET.get("q", "").strip()[:60]
    if asked and "\x00" not in asked:
        rows = rows.filter(_named_like(asked))
    page = page_of(rows, request.GET, sorts={"made": "made_at", "device": "label"}, default="-made")
    may_keep = KEEP_STICKERS.reach_of(request.person) is not None
    context = {"page": page, "may_keep": may_keep, "all": "all" in request.GET, "asked": asked}
    return render(request, "tickets/stickers.html", context)


def _named_like(text: str) -> Q:
    """A hospital has some thousands of them: read through, under the wall."""
    where = ("department__name", "place__building", "place__floor", "place__room")
    fields = ("label", "system__name", "contract__name", *where)
    return reduce(or_, (Q(**{f"{field}__icontains": text}) for field in fields))


@door(KEEP_STICKERS, methods=WRITES)
def make_stickers(request: Any) -> HttpResponse:
    now = timezone.now()
    form = StickersForm(request.POST or None, person=request.person, at=now)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.make_stickers(form.about(), form.cleaned_data["labels"], by=request.person, at=now)
            return _sheets(request, made)
        except Refused as refusal:
            form.add_error("place" if refusal.code == "place" else None, str(refusal.sentence))
    return render(request, "tickets/make_stickers.html", {"form": form})


@door(KEEP_STICKERS, methods=("POST",))
def print_anew(request: Any) -> HttpResponse:
    """New codes for what was ticked; the old paper opens nothing any more."""
    keys = [key for key in request.POST.getlist("sticker") if _is_uuid(key)]
    chosen = list(Sticker.objects.visible_to(request.person).filter(pk__in=keys[: acts.AT_MOST + 1]))
    return _sheets(request, acts.make_anew(chosen, by=request.person, at=timezone.now()))


@door(KEEP_STICKERS, methods=("POST",), of=Sticker)
def revoke_sticker(request: Any, sticker: Sticker) -> HttpResponse:
    acts.revoke_sticker(sticker, by=request.person, at=timezone.now())
    messages.success(request, _("The sticker is revoked; its code opens nothing any more."))
    return redirect("stickers")


def _sheets(request: Any, made: list[Printable]) -> HttpResponse:
    """The one page that shows the codes; they are kept nowhere, so it is not behind a redirect."""
    drawn = [(one.sticker, picture(_address(one.token))) for one in made]
    return render(request, "tickets/sticker_sheets.html", {"sheets": stickers.sheets(drawn), "count": len(made)})


def _address(token: str) -> str:
    return settings.SITE_URL.rstrip("/") + reverse("scan", args=[token])


def _is_uuid(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True


@door(SET_NUMBERS, methods=WRITES)
def number_rule(request: Any) -> HttpResponse:
    now = timezone.now()
    hospital = Hospital.objects.get(pk=request.person.hospital_id)
    rule = NumberRule.objects.filter(hospital=hospital).first()
    digits = rule.digits if rule else DIGITS
    form = NumbersForm(request.POST or None, initial={"digits": digits})
    if request.method == "POST" and form.is_valid():
        set_number_rule(**form.cleaned_data, by=request.person, at=now)
        messages.success(request, _("From now on tickets are numbered like this."))
        return redirect("number_rule")
    sample = f"{hospital.letters}-{timezone.localdate(now):%Y%m%d}-{1:0{digits}d}"
    history = history_of(rule, request.person) if rule else []
    return render(request, "tickets/number_rule.html", {"form": form, "sample": sample, "history": history})
