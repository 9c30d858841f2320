"""The roster as its pages show it: teams, a month of cells, what nobody covers. Every list begins at `visible_to`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import starmap
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from servicedesk.clocks.models import Desk, Duty, Swap, Team
from servicedesk.clocks.permissions import SEE_ROSTER
from servicedesk.clocks.shifts import (
    DAY,
    Interval,
    gaps,
    level_name,
    moment,
)
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person

AHEAD = timedelta(days=14)  # how far a hole is warned of
ON_ROSTER = (Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER)


@dataclass(frozen=True)
class Hole:
    team: Team
    level: int
    starts_at: datetime
    ends_at: datetime

    @property
    def line(self) -> str:
        return level_name(self.level)

    @property
    def on(self) -> date:
        return timezone.localdate(self.starts_at)


def teams(person: Person) -> QuerySet[Team]:
    return Team.objects.visible_to(person)


@dataclass
class AtWork:
    """A team on the list of teams: whom it answers for, and who is on duty."""

    team: Team
    desks: list[Desk]
    duties: list[Duty]


def teams_at_work(person: Person, *, at: datetime) -> list[AtWork]:
    """Three queries, however many teams."""
    found = [AtWork(team, [], []) for team in teams(person)]
    by_id = {one.team.pk: one for one in found}
    for desk in Desk.objects.visible_to(person).filter(team__in=by_id).select_related("hospital"):
        by_id[desk.team_id].desks.append(desk)
    for duty in duties_between([one.team for one in found], at, at + timedelta(microseconds=1)):
        by_id[duty.team_id].duties.append(duty)
    return found


def watched_day_and_night() -> Exists:
    return Exists(Desk.objects.filter(team=OuterRef("pk"), vendor=OuterRef("vendor"), is_round_the_clock=True))


def desks_of_vendor(person: Person) -> QuerySet[Desk]:
    return Desk.objects.visible_to(person).select_related("hospital", "team").order_by("hospital__name", "label", "id")


def rosterable(person: Person, *, at: datetime) -> QuerySet[Membership]:
    """Who may be put on duty: those of the vendor who answer calls, and are still there."""
    return Membership.objects.visible_to(person).active(at=at).filter(role__in=ON_ROSTER).order_by("name", "id")


def duties_between(
    teams: Iterable[Team], start: datetime, end: datetime, *, using: str = DEFAULT_DB_ALIAS
) -> list[Duty]:
    rows = Duty.objects.using(using).filter(team__in=list(teams), starts_at__lt=end, ends_at__gt=start)
    return list(rows.select_related("member").order_by("starts_at", "level", "id"))


def served(duty: Duty) -> Interval:
    """Somebody who leaves the company answers no longer, whatever the roster says."""
    until = duty.member.until_at
    return duty.starts_at, duty.ends_at if until is None else max(duty.starts_at, min(duty.ends_at, until))


def holes(teams: Sequence[Team], *, at: datetime, until: datetime, using: str = DEFAULT_DB_ALIAS) -> list[Hole]:
    """Of teams that answer for a promise running day and night; earliest first, one query."""
    covered: dict[tuple[Any, int], list[Interval]] = defaultdict(list)
    for duty in duties_between(teams, at, until, using=using):
        covered[duty.team_id, duty.level].append(served(duty))
    found = [
        Hole(team, level, start, end)
        for team in teams
        for level in range(1, team.levels + 1)
        for start, end in gaps(covered[team.pk, level], at, until)
    ]
    return sorted(found, key=lambda hole: (hole.starts_at, hole.team.name, hole.level))


def holes_ahead(person: Person, *, at: datetime, team: Team | None = None) -> list[Hole]:
    watched = teams(person).filter(watched_day_and_night())
    if team is not None:
        watched = watched.filter(pk=team.pk)
    found = list(watched)
    return holes(found, at=at, until=at + AHEAD) if found else []


@dataclass(frozen=True, slots=True)
class NextDuty:
    """`has_swap`: they have asked to be relieved of it."""

    pk: UUID
    starts_at: datetime
    ends_at: datetime
    team: str
    level: int
    has_swap: bool

    @property
    def line(self) -> str:
        return level_name(self.level)


def next_duties(person: Person, *, at: datetime, limit: int = 5) -> list[NextDuty]:
    """The person's own, the one that runs first, by a function that keeps its plan (migration 0005)."""
    if SEE_ROSTER.reach_of(person) is None:
        return []
    with connection.cursor() as cursor:
        words = "SELECT * FROM clocks_next_duties(%s, %s, %s, %s)"
        cursor.execute(words, [person.vendor_id, person.membership_id, at, limit])
        return list(starmap(NextDuty, cursor.fetchall()))


def colleagues(duty: Duty, person: Person, *, at: datetime) -> QuerySet[Membership]:
    return rosterable(person, at=at).exclude(pk=duty.member_id)


def swaps(person: Person) -> QuerySet[Swap]:
    return Swap.objects.visible_to(person).select_related("duty__team", "asked_by", "to", "decided_by")


def open_swaps(person: Person) -> QuerySet[Swap]:
    return swaps(person).filter(decided_at=None).order_by("duty__starts_at", "id")


def decided_swaps(person: Person, *, limit: int = 50) -> QuerySet[Swap]:
    return swaps(person).exclude(decided_at=None).order_by("-decided_at", "-id")[:limit]


def beginning_between(team: Team, first: date, last: date, level: int | None) -> list[UUID]:
    rows = Duty.objects.filter(team=team, starts_at__gte=moment(first, 0), starts_at__lt=moment(last, DAY))
    return list((rows if level is None else rows.filter(level=level)).values_list("pk", flat=True))
