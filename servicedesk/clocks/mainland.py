"""Statutory days of mainland China, with 调休: closed days and worked weekends, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from holidays.countries.china import China

from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR, ONE_DAY, Calendar, Hours

WEEKEND = (5, 6)
PUBLISHED_THROUGH = 2026  # the State Council announces a year in the November before it; until then it is provisional


@dataclass(frozen=True)
class Year:
    closed: frozenset[date]
    worked: frozenset[date]


@cache
def statutory(year: int) -> Year:
    """As published; for a year that is not yet, the holidays that the law itself names, without made-up days."""
    days = China(years=year)  # type: ignore[no-untyped-call]
    worked = frozenset(day for day in days.weekend_workdays if day.year == year)
    return Year(frozenset(with_weekends({day for day in days if day.year == year}, worked)), worked)


def with_weekends(named: set[date], worked: frozenset[date]) -> set[date]:
    """'Together with the weekend', which neither a notice nor the library spells out; a six-day week would miss it."""
    closed = set(named)
    for day in sorted(named):
        for step in (ONE_DAY, -ONE_DAY):
            beside = day + step
            while beside.weekday() in WEEKEND and beside not in worked:
                closed.add(beside)
                beside += step
    return closed


def calendar(week: tuple[Hours, ...], *, name: str = "") -> Calendar:
    """The land's days with these weekly hours. A worked weekend has the hours of an ordinary weekday."""
    weekday = next(hours for hours in week if hours)
    years = [statutory(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    return Calendar(
        week=week,
        closed=frozenset().union(*(year.closed for year in years)),
        worked={day: weekday for year in years for day in year.worked},
        known=frozenset(range(FIRST_YEAR, PUBLISHED_THROUGH + 1)),
        name=name,
    )
