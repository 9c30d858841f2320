"""A vendor's teams: how their day is cut, how many levels answer, and for which contracts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Desk, Duty, Team
from servicedesk.clocks.shifts import MOST_LEVELS, MOST_SHIFTS, fault_of
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def keep_team(team: Team, *, desk_ids: Collection[UUID] | None = None, by: Person, at: datetime) -> Team:
    """Write a new or changed team down. `desk_ids`: all it answers for from now on; None leaves them as they are.

    Duties already planned stay as they are: a new cut of the day holds for what is planned from now on.
    """
    _refuse_impossible(team)
    if Duty.objects.filter(team=team.pk, level__gt=team.levels, ends_at__gt=at).exists():
        raise Refused(_("Somebody is planned on a level that would go. Clear those days first."))
    team.save()
    record(Act.TEAM_KEPT, team, by=by, at=at, words={"shifts": len(team.shifts), "levels": team.levels})
    if desk_ids is not None:
        _give_desks(team, set(desk_ids), by=by, at=at)
    return team


def _refuse_impossible(team: Team) -> None:
    if fault := fault_of(team.shifts):
        raise Refused(fault)
    if not 1 <= team.levels <= MOST_LEVELS or len(team.shifts) > MOST_SHIFTS:
        raise Refused(_("A team has one to four levels and at most six shifts."))


def _give_desks(team: Team, wanted: set[UUID], *, by: Person, at: datetime) -> None:
    """Only desks of hospitals the vendor still serves change hands."""
    mine = Desk.objects.visible_to(by).filter(hospital_id__in=by.writable)
    held = set(mine.filter(team=team).values_list("pk", flat=True))
    if wanted == held:
        return
    for desk in mine.filter(pk__in=wanted ^ held):
        desk.team = team if desk.pk in wanted else None
        desk.save(update_fields=["team"])
        record(Act.DESKS_GIVEN, desk, by=by, at=at, words={"team": str(desk.team_id or "")})
