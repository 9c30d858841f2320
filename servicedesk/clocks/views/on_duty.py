from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from servicedesk.clocks.permissions import SEE_ON_DUTY
from servicedesk.clocks.selectors.on_duty import desks_answering
from servicedesk.tenancy.doors import door


@door(SEE_ON_DUTY)
def on_duty(request: Any) -> HttpResponse:
    now = timezone.now()
    return render(
        request, "clocks/roster_on_duty.html", {"answering": desks_answering(request.person, at=now), "now": now}
    )
