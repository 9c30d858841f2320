from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.notices import selectors
from servicedesk.notices.enums import Channel, Wants
from servicedesk.notices.forms import ReceiverForm, TargetForm
from servicedesk.notices.models import Receiver, Target
from servicedesk.notices.permissions import MANAGE_TARGETS
from servicedesk.notices.services import targets as services
from servicedesk.notices.views.frame import page, posted
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
    present = {"name": receiver.name, "channel": receiver.channel, "wants": receiver.wants}
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


def _typed(words: dict[str, Any]) -> dict[str, Any]:
    return words | {"wants": Wants(words["wants"])}
