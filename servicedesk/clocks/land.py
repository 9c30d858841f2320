"""Which days the land works: the newest statutory arrangement, for whoever plans people by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from servicedesk.clocks.mainland import WEEKEND
from servicedesk.clocks.services.calendars import land_years


class DayKind(StrEnum):
    WORKDAY = "workday"
    MAKE_UP = "make_up"  # 调休: a weekend day that is worked
    WEEKEND = "weekend"
    HOLIDAY = "holiday"

    @property
    def is_worked(self) -> bool:
        return self in {DayKind.WORKDAY, DayKind.MAKE_UP}


@dataclass(frozen=True)
class Land:
    closed: frozenset[date]
    worked: frozenset[date]
    published: frozenset[int]

    def kind_of(self, on: date) -> DayKind:
        if on in self.worked:
            return DayKind.MAKE_UP
        if on in self.closed:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if on.weekday() in WEEKEND else DayKind.WORKDAY


def the_land() -> Land:
    years = land_years()
    return Land(
        closed=frozenset(date.fromisoformat(day) for year in years for day in year.closed),
        worked=frozenset(date.fromisoformat(day) for year in years for day in year.worked),
        published=frozenset(year.year for year in years if year.is_published),
    )
