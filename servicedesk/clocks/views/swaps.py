from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.clocks.forms.roster import SwapForm
from servicedesk.clocks.models import Duty, Swap
from servicedesk.clocks.permissions import KEEP_ROSTER, SEE_ROSTER, SWAP_DUTY
from servicedesk.clocks.selectors import roster
from servicedesk.clocks.services import swaps as services
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused


@door(SEE_ROSTER)
def list_swaps(request: Any) -> HttpResponse:
    person, now = request.person, timezone.now()
    context = {
        "open_swaps": roster.open_swaps(person),
        "decided": roster.decided_swaps(person),
        "mine": roster.next_duties(person, at=now, limit=10),
        "may_keep": KEEP_ROSTER.reach_of(person),
        "may_swap": SWAP_DUTY.reach_of(person),
        "now": now,
    }
    return render(request, "clocks/roster_swaps.html", context)


@door(SWAP_DUTY, methods=("GET", "POST"), of=Duty)
def ask_swap(request: Any, duty: Duty) -> HttpResponse:
    person, now = request.person, timezone.now()
    if duty.member_id != person.membership_id:
        raise Refused(_("This duty is not yours."))
    form = SwapForm(request.POST or None, colleagues=roster.colleagues(duty, person, at=now))
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_swap(duty, to=form.cleaned_data["to"], why=form.cleaned_data["why"], by=person, at=now)
        except Refused as refusal:
            form.add_error("to", str(refusal.sentence))
        else:
            messages.success(request, _("Asked. Whoever keeps the roster decides; until then the duty stays yours."))
            return redirect("swaps")
    return render(request, "clocks/roster_swap.html", {"form": form, "duty": duty, "team": duty.team})


@door(KEEP_ROSTER, methods=("POST",), of=Swap)
def grant_swap(request: Any, swap: Swap) -> HttpResponse:
    services.grant_swap(swap, by=request.person, at=timezone.now())
    messages.success(request, _("The duty has changed hands. Both have been told."))
    return redirect("swaps")


@door(KEEP_ROSTER, methods=("POST",), of=Swap)
def refuse_swap(request: Any, swap: Swap) -> HttpResponse:
    services.refuse_swap(swap, by=request.person, at=timezone.now())
    messages.success(request, _("The duty stays where it is. Both have been told."))
    return redirect("swaps")


@door(SWAP_DUTY, methods=("POST",), of=Swap)
def withdraw_swap(request: Any, swap: Swap) -> HttpResponse:
    services.withdraw_swap(swap, by=request.person, at=timezone.now())
    return redirect("swaps")
