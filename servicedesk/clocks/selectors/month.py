"""A month of the roster as cells: days down, levels and shifts across; and what became of each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from servicedesk.clocks.land import DayKind, Land
from servicedesk.clocks.models import Desk, Duty, Team
from servicedesk.clocks.selectors.roster import AHEAD, duties_between, served
from servicedesk.clocks.shifts import (
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
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person

MOST_VERSIONS = 200


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
    others: list[Duty] = field(default_factory=list)  # begun this day, outside of today's shifts and levels
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
        others = _others(on, cells, standing)
        is_past = is_current and on < today and not any(cell.is_now for cell in cells)  # after midnight: last night's
        found.append(Day(on, land.kind_of(on), on == today, is_past, others, cells))
    return found


def _others(on: date, cells: Sequence[Cell], standing: Iterable[Duty]) -> list[Duty]:
    """Planned for another cut of the day: no cell shows them, but they hold."""
    shown = {duty.pk for cell in cells for duty in cell.duties}
    start, end = moment(on, 0), moment(on + timedelta(days=1), 0)
    return [duty for duty in standing if start <= duty.starts_at < end and duty.pk not in shown]


def _cell(on: date, column: Column, standing: list[Duty], warns: bool, at: datetime) -> Cell:
    place = slot(on, column.level, column.shift)
    duties = [duty for duty in standing if duty.starts_at < place.ends_at and place.starts_at < duty.ends_at]
    is_over, is_near = place.ends_at <= at, place.starts_at < at + AHEAD
    is_hole = (
        warns and not is_over and is_near and bool(gaps(map(served, duties), max(place.starts_at, at), place.ends_at))
    )
    return Cell(place, column, duties, is_over, place.starts_at <= at < place.ends_at, is_hole)


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


def names_of(member_ids: Iterable[UUID], person: Person) -> dict[UUID, str]:
    return dict(Membership.objects.visible_to(person).filter(pk__in=set(member_ids)).values_list("pk", "name"))
