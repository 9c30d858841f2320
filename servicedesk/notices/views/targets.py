from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from servicedesk.notices import selectors
from servicedesk.notices.enums import Channel, Wants
from servicedesk.notices.forms import ReceiverForm, ReplayForm, TargetForm
from servicedesk.notices.models import Receiver, Target
from servicedesk.notices.permissions import MANAGE_TARGETS
from servicedesk.notices.services import dead_letters
from servicedesk.notices.services import targets as services
from servicedesk.notices.views.frame import page, posted
from servicedesk.notices.views.paging import page_of
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused


@door(MANAGE_TARGETS, methods=("GET", "POST"))
def targets(request: Any) -> HttpResponse:
    form = TargetForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.allow_target(**form.cleaned_data, by=request.person, at=timezone.now())
            return redirect("targets")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    found = {"targets": selectors.targets(request.person), "receivers": selectors.receivers(request.person)}
    return page(request, "notices/targets.html", {"form": form, **found}, tab="targets")


@door(MANAGE_TARGETS, methods=("POST",), of=Target)
def withdraw_target(request: Any, target: Target) -> HttpResponse:
    services.withdraw_target(target, by=request.person, at=timezone.now())
    messages.success(request, _("%(target)s is no longer called.") % {"target": target})
    return redirect("targets")


@door(MANAGE_TARGETS, methods=("GET", "POST"))
def add_receiver(request: Any) -> HttpResponse:
    form = ReceiverForm(posted(request))
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data | {"channel": Channel(form.cleaned_data["channel"])}
        try:
            services.add_receiver(**_typed(words), by=request.person, at=timezone.now())
            return redirect("targets")
        except Refused as refusal:
            form.add_error("url", str(refusal.sentence))
    return page(request, "notices/receiver.html", {"form": form}, tab="targets")


@door(MANAGE_TARGETS, methods=("GET", "POST"), of=Receiver)
def change_receiver(request: Any, receiver: Receiver) -> HttpResponse:
    present = {"name": receiver.name, "channel": receiver.channel, "wants": receiver.wants, "events": receiver.events}
    form = ReceiverForm(posted(request), initial=present, is_change=True)
    if request.method == "POST" and form.is_valid():
        words = {name: value for name, value in form.cleaned_data.items() if name != "channel"}
        try:
            services.change_receiver(receiver, **_typed(words), by=request.person, at=timezone.now())
            return redirect("targets")
        except Refused as refusal:
            form.add_error("url", str(refusal.sentence))
    return page(request, "notices/receiver.html", {"form": form, "receiver": receiver}, tab="targets")


@door(MANAGE_TARGETS, methods=("POST",), of=Receiver)
def switch_receiver(request: Any, receiver: Receiver) -> HttpResponse:
    services.switch_receiver(receiver, on=not receiver.is_on, by=request.person, at=timezone.now())
    return redirect("targets")


@door(MANAGE_TARGETS, methods=("POST",), of=Receiver)
def try_receiver(request: Any, receiver: Receiver) -> HttpResponse:
    services.try_receiver(receiver, by=request.person, at=timezone.now())
    messages.success(request, _("The test message is on its way. This list shows what becomes of it."))
    return redirect("deliveries")


@door(MANAGE_TARGETS, methods=("GET", "POST"), of=Receiver)
def receiver_acts(request: Any, receiver: Receiver) -> HttpResponse:
    """What a program was told, and once more what it lost."""
    form = ReplayForm(posted(request))
    if request.method == "POST" and form.is_valid():
        count = dead_letters.replay(receiver, since=form.cleaned_data["since"], by=request.person, at=timezone.now())
        sentence = ngettext("%(count)s event is sent again.", "%(count)s events are sent again.", count)
        messages.success(request, sentence % {"count": count})
        return redirect("receiver_acts", pk=receiver.pk)
    rows, older = page_of(request, lambda before: selectors.acts_told(receiver, request.person, before=before))
    context = {"form": form, "receiver": receiver, "rows": rows, "older": older}
    return page(request, "notices/acts.html", context, tab="targets")


def _typed(words: dict[str, Any]) -> dict[str, Any]:
    return words | {"wants": Wants(words["wants"])}
