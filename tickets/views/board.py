"""The live board of those who lead: fetched into their first page, and a page of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import door
from tickets.board import board_of
from tickets.permissions import SEE_BOARD

KINDS_BESIDE = 8  # on a first page; all of them on the board's own


@door(SEE_BOARD)
def board(request: Any) -> HttpResponse:
    now = timezone.now()
    found = board_of(request.person, at=now)
    is_whole = not request.htmx or "whole" in request.GET
    kinds = found.kinds if is_whole else found.kinds[:KINDS_BESIDE]
    context = {"board": found, "kinds": kinds, "now": now, "is_whole": is_whole,
               "more_kinds": len(found.kinds) - len(kinds),
               "trend_head": [_("Day"), _("Came in"), _("Finished")]}  # fmt: skip
    return render(request, "tickets/_board.html" if request.htmx else "tickets/board.html", context)
