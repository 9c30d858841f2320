"""Choose → look → confirm. The page of the look carries what was typed, and the mark of what it showed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from servicedesk.clocks.calendars_plan import Plan
from servicedesk.clocks.services.calendar_changes import Stale

NOT_CARRIED = frozenset({"csrfmiddlewaretoken", "mark", "edit"})


def is_editing(request: Any) -> bool:
    """Back from the look to the form, with everything typed."""
    return "edit" in request.POST


def confirmed(
    request: Any, *, planned: Callable[[], Plan], act: Callable[..., Plan], context: dict[str, Any], done: str
) -> HttpResponse:
    """Without a mark, the look; with the mark of what still holds, the act; with another one, a new look."""
    mark = request.POST.get("mark")
    if not mark:
        return show_plan(request, planned(), context)
    try:
        made = act(mark=mark)
    except Stale as stale:
        return show_plan(request, stale.plan, {**context, "stale": stale.sentence}, status=409)
    messages.success(request, said(made))
    return redirect(done)


def show_plan(request: Any, made: Plan, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shown = {**context, "plan": made, "carried": carried(request)}
    return render(request, "clocks/change_preview.html", shown, status=status)


def carried(request: Any) -> list[tuple[str, str]]:
    lists = ((name, values) for name, values in request.POST.lists() if name not in NOT_CARRIED)
    return [(name, value) for name, values in lists for value in values]


def said(made: Plan) -> str:
    count = len(made.moved)
    if not count:
        return _("Saved. No due time moved.")
    return ngettext("Saved. %(count)s due time moved.", "Saved. %(count)s due times moved.", count) % {"count": count}
