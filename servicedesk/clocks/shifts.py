"""How a team's day is cut into shifts, and which moments nobody covers. Intervals are half-open: [from, to)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY = 1440
MOST_LEVELS = 4
MOST_SHIFTS = 6
LEVELS: tuple[Promise, ...] = (_("First line"), _("Second line"), _("Third line"), _("Fourth line"))
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Shift:
    """Minutes of the day; beyond 1440 it is the next day's morning."""

    number: int
    name: str
    start: int
    end: int

    @property
    def hours(self) -> str:
        return f"{clock_face(self.start)}–{clock_face(self.end)}"

    @property
    def title(self) -> str:
        return f"{self.name} {self.hours}"


@dataclass(frozen=True, slots=True)
class Column:
    level: int
    shift: Shift

    @property
    def label(self) -> str:
        return f"{level_name(self.level)} {self.shift.name}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of one day on one level: what a cell of the roster stands for."""

    on: date
    level: int
    shift: int
    starts_at: datetime
    ends_at: datetime

    @property
    def key(self) -> str:
        return f"{self.on:%Y%m%d}-{self.level}-{self.shift}"


def level_name(level: int) -> str:
    return str(LEVELS[level - 1]) if 1 <= level <= len(LEVELS) else str(level)


def clock_face(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def shifts_of(team: Any) -> list[Shift]:
    return [Shift(number, str(name), start, end) for number, (name, start, end) in enumerate(team.shifts)]


def columns_of(team: Any) -> list[Column]:
    return [Column(level, shift) for level in range(1, team.levels + 1) for shift in shifts_of(team)]


def moment(on: date, minutes: int) -> datetime:
    midnight = datetime.combine(on, time(), tzinfo=timezone.get_default_timezone())
    return midnight + timedelta(minutes=minutes)


def slot(on: date, level: int, shift: Shift) -> Slot:
    return Slot(on, level, shift.number, moment(on, shift.start), moment(on, shift.end))


def slots_of(team: Any, days: Iterable[date]) -> Iterator[Slot]:
    columns = columns_of(team)
    return (slot(on, column.level, column.shift) for on in days for column in columns)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def fault_of(shifts: Sequence[Sequence[Any]]) -> Promise | None:
    """Why a day can't be cut like this. Also round midnight no two may overlap."""
    if not shifts:
        return _("A team needs at least one shift.")
    spans = sorted((start, end) for _name, start, end in shifts)
    if any(not 0 <= start < DAY or end <= start for start, end in spans):
        return _("A shift begins within the day and ends after it began.")
    if any(end - start > DAY for start, end in spans):
        return _("A shift may not be longer than 24 hours.")
    around = [*spans, (spans[0][0] + DAY, 0)]
    if any(end > following for (_start, end), (following, _end) in pairwise(around)):
        return _("Two shifts overlap.")
    if len({name for name, _start, _end in shifts}) < len(shifts):
        return _("Two shifts have the same name.")
    return None


def gaps(covered: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    """What of [start, end) no interval covers; an empty one covers nothing and parts nothing."""
    found, free_from = [], start
    for begins, ends in sorted(one for one in covered if one[0] < one[1]):
        if begins >= end:
            break
        if begins > free_from:
            found.append((free_from, begins))
        free_from = max(free_from, ends)
    if free_from < end:
        found.append((free_from, end))
    return found
