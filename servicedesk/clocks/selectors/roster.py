"""The roster as its pages show it: teams, a month of cells, what nobody covers. Every list begins at `visible_to`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from servicedesk.clocks.land import DayKind, Land
from servicedesk.clocks.models import Desk, Duty, Swap, Team
from servicedesk.clocks.shifts import (
    DAY,
    Column,
    Interval,
    Shift,
    Slot,
    columns_of,
    days_between,
    gaps,
    level_name,
    moment,
    shifts_of,
    slot,
)
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person

MOST_VERSIONS = 200
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


@dataclass
class Cell:
    slot: Slot
    column: Column
    duties: list[Duty]
    is_over: bool = False
    is_now: bool = False
    is_hole: bool = False  # a promise runs day and night, and here nobody would answer
    fault: str = ""

    @property
    def key(self) -> str:
        return self.slot.key

    @property
    def fits(self) -> bool:
        """One duty from beginning to end; anything else shows its times."""
        return len(self.duties) == 1 and interval(self.duties[0]) == (self.slot.starts_at, self.slot.ends_at)


@dataclass
class Day:
    on: date
    kind: DayKind
    is_today: bool
    is_past: bool = False  # in a month that has today in it: on a phone it is folded away
    cells: list[Cell] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"day-{self.on:%Y%m%d}"

    @property
    def has_hole(self) -> bool:
        return any(cell.is_hole for cell in self.cells)


@dataclass
class Month:
    team: Team
    first: date
    days: list[Day]
    levels: list[tuple[int, str]]
    shifts: list[Shift]
    is_provisional: bool

    @property
    def previous(self) -> str:
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def next(self) -> str:
        return f"{self.first + timedelta(days=31):%Y-%m}"

    @property
    def value(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def has_today(self) -> bool:
        return any(day.is_today for day in self.days)

    @property
    def has_past(self) -> bool:
        return any(day.is_past for day in self.days)

    @property
    def is_empty(self) -> bool:
        return not any(cell.duties for day in self.days for cell in day.cells)


def interval(duty: Duty) -> Interval:
    return duty.starts_at, duty.ends_at


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


def days_of_month(first: date) -> list[date]:
    following = (first + timedelta(days=31)).replace(day=1)
    return days_between(first, following - timedelta(days=1))


def month_of(team: Team, first: date, land: Land, *, at: datetime) -> Month:
    days = rows_of(team, days_of_month(first), land, at=at)
    levels = [(level, level_name(level)) for level in range(1, team.levels + 1)]
    return Month(team, first, days, levels, shifts_of(team), first.year not in land.published)


def rows_of(team: Team, days: Sequence[date], land: Land, *, at: datetime) -> list[Day]:
    """Two queries, however many days."""
    standing = duties_between([team], moment(days[0], 0), moment(days[-1] + timedelta(days=2), 0))
    by_level: dict[int, list[Duty]] = defaultdict(list)
    for duty in standing:
        by_level[duty.level].append(duty)
    warns = Desk.objects.filter(team=team, is_round_the_clock=True).exists()
    today, columns = timezone.localdate(at), columns_of(team)
    is_current = days[0] <= today <= days[-1]
    found = []
    for on in days:
        cells = [_cell(on, column, by_level[column.level], warns, at) for column in columns]
        found.append(Day(on, land.kind_of(on), on == today, is_current and on < today, cells))
    return found


def _cell(on: date, column: Column, standing: list[Duty], warns: bool, at: datetime) -> Cell:
    place = slot(on, column.level, column.shift)
    duties = [duty for duty in standing if duty.starts_at < place.ends_at and place.starts_at < duty.ends_at]
    is_over, is_near = place.ends_at <= at, place.starts_at < at + AHEAD
    is_hole = (
        warns and not is_over and is_near and bool(gaps(map(served, duties), max(place.starts_at, at), place.ends_at))
    )
    return Cell(place, column, duties, is_over, place.starts_at <= at < place.ends_at, is_hole)


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


def next_duties(person: Person, *, at: datetime, limit: int = 5) -> list[Duty]:
    """The person's own, the one that runs first. `has_swap`: they have asked to be relieved of it."""
    asked = Swap.objects.filter(duty=OuterRef("pk"), vendor=OuterRef("vendor"), decided_at=None)
    mine = Duty.objects.visible_to(person).filter(member_id=person.membership_id, ends_at__gt=at)
    return list(mine.select_related("team").annotate(has_swap=Exists(asked)).order_by("starts_at", "id")[:limit])


def colleagues(duty: Duty, person: Person, *, at: datetime) -> QuerySet[Membership]:
    return rosterable(person, at=at).exclude(pk=duty.member_id)


def swaps(person: Person) -> QuerySet[Swap]:
    return Swap.objects.visible_to(person).select_related("duty__team", "asked_by", "to", "decided_by")


def open_swaps(person: Person) -> QuerySet[Swap]:
    return swaps(person).filter(decided_at=None).order_by("duty__starts_at", "id")


def decided_swaps(person: Person, *, limit: int = 50) -> QuerySet[Swap]:
    return swaps(person).exclude(decided_at=None).order_by("-decided_at", "-id")[:limit]


@dataclass(frozen=True)
class Version:
    type: str  # "+", "~" or "-"
    name: str
    starts_at: datetime
    ends_at: datetime
    at: datetime
    why: str


@dataclass(frozen=True)
class Past:
    """What became of the duties that began in a cell, newest first."""

    cell: Cell
    versions: list[Version]


def pasts_of(team: Team, day: Day, person: Person) -> list[Past]:
    """Two queries for a whole day; a cell without a past is left out."""
    start, end = min(cell.slot.starts_at for cell in day.cells), max(cell.slot.ends_at for cell in day.cells)
    rows = Duty.history.filter(starts_at__gte=start, starts_at__lt=end, team_id=team.pk, vendor_id=team.vendor_id)
    versions = list(rows.order_by("-history_date", "-history_id")[:MOST_VERSIONS])
    names = names_of((one.member_id for one in versions), person)
    pasts = [Past(cell, [_version(one, names) for one in versions if _began_in(cell, one)]) for cell in day.cells]
    return [past for past in pasts if past.versions]


def _began_in(cell: Cell, version: Any) -> bool:
    slot = cell.slot
    return bool(slot.level == version.level and slot.starts_at <= version.starts_at < slot.ends_at)


def _version(one: Any, names: dict[UUID, str]) -> Version:
    name = names.get(one.member_id, "?")
    return Version(
        one.history_type, name, one.starts_at, one.ends_at, one.history_date, one.history_change_reason or ""
    )


def beginning_between(team: Team, first: date, last: date, level: int | None) -> list[UUID]:
    rows = Duty.objects.filter(team=team, starts_at__gte=moment(first, 0), starts_at__lt=moment(last, DAY))
    return list((rows if level is None else rows.filter(level=level)).values_list("pk", flat=True))


def names_of(member_ids: Iterable[UUID], person: Person) -> dict[UUID, str]:
    return dict(Membership.objects.visible_to(person).filter(pk__in=set(member_ids)).values_list("pk", "name"))
