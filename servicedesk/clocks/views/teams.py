from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.history import history_of
from servicedesk.clocks.forms.teams import TeamForm
from servicedesk.clocks.models import Team
from servicedesk.clocks.permissions import KEEP_ROSTER, SEE_ROSTER
from servicedesk.clocks.selectors import on_duty, roster
from servicedesk.clocks.services import teams as services
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused

WRITES = ("GET", "POST")


@door(SEE_ROSTER)
def list_teams(request: Any) -> HttpResponse:
    now = timezone.now()
    context = {
        "teams": roster.teams_at_work(request.person, at=now),
        "may_keep": KEEP_ROSTER.reach_of(request.person),
        "holes": roster.holes_ahead(request.person, at=now),
        "open_swaps": roster.open_swaps(request.person).count(),
        "desks_without_team": on_duty.desks_without_team(request.person),
    }
    return render(request, "clocks/roster_teams.html", context)


@door(KEEP_ROSTER, methods=WRITES)
def add_team(request: Any) -> HttpResponse:
    """Two shifts that leave no hole: the first team need not begin on an empty page."""
    shifts = [[_("Day shift"), 480, 1080], [_("Night shift"), 1080, 1920]]
    return _team_page(request, Team(vendor_id=request.person.vendor_id, shifts=shifts))


@door(KEEP_ROSTER, methods=WRITES, of=Team)
def change_team(request: Any, team: Team) -> HttpResponse:
    return _team_page(request, team)


def _team_page(request: Any, team: Team) -> HttpResponse:
    person, is_new = request.person, team._state.adding
    desks = [desk for desk in roster.desks_of_vendor(person) if desk.is_writable_by(person)]
    form = TeamForm(request.POST or None, instance=team, desks=desks)
    if request.method == "POST" and form.is_valid():
        try:
            services.keep_team(form.save(commit=False), desk_ids=form.desk_ids, by=person, at=timezone.now())
        except Refused as refusal:
            form.add_error("levels", str(refusal.sentence))
        else:
            messages.success(request, _("Saved. A new cut of the day holds for what is planned from now on."))
            return redirect("roster", team.pk)
    history = None if is_new else history_of(team, person)
    return render(
        request, "clocks/roster_team.html", {"form": form, "team": team, "is_new": is_new, "history": history}
    )
