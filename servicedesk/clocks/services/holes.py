"""Holes are told beforehand: a week and a day before, to those who keep the roster; an open one once a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from servicedesk.clocks.models import Team
from servicedesk.clocks.selectors.roster import Hole, holes, watched_day_and_night
from servicedesk.clocks.services.swaps import keepers
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify

DAYS_BEFORE = (1, 7)


def watched_teams(*, using: str = "watch") -> list[tuple[UUID, int]]:
    """Across all vendors: ids to be handed over, nothing else."""
    return list(Team.objects.using(using).filter(watched_day_and_night()).values_list("pk", "vendor_id"))


def warn_of_holes(team_id: UUID, *, at: datetime) -> None:
    """Told once per hole and lead, however often this runs; inside the vendor's wall."""
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        return
    found = holes([team], at=at, until=at + timedelta(days=max(DAYS_BEFORE)))
    to_tell: dict[str, Hole] = {}
    for hole in found:
        to_tell.setdefault(_event(hole, at), hole)
    for event, hole in to_tell.items():
        _tell(event, hole, at=at)


def _event(hole: Hole, at: datetime) -> str:
    """Holes that begin on one day are one piece of news, on whichever level."""
    if hole.starts_at <= at:
        return f"roster-hole:{hole.team.pk}:open:{timezone.localdate(at)}"
    before = next(days for days in DAYS_BEFORE if hole.starts_at <= at + timedelta(days=days))
    return f"roster-hole:{hole.team.pk}:{before}:{hole.on}"


def _tell(event: str, hole: Hole, *, at: datetime) -> None:
    notify(
        event,
        to=keepers(hole.team.vendor_id, at=at),
        kind=NoticeKind.ROSTER_HOLE,
        subject=hole.team,
        words={"team": hole.team.name, "from": hole.starts_at},
        url=address_of(hole.team, hole.on),
        at=at,
    )


def address_of(team: Team, on: date) -> str:
    return f"{reverse('roster', args=[team.pk])}?month={on:%Y-%m}#day-{on:%Y%m%d}"
