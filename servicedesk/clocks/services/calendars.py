"""Calendars are composed from the land's years and the hospital's own days, and then never change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from servicedesk.clocks.models import ExtraDay, LandYear, WorkCalendar
from servicedesk.clocks.reading import calendar_of
from servicedesk.sla.calendar import ALL_DAY, Hours
from servicedesk.tenancy.plans import Said, Statement

ROUND_THE_CLOCK: tuple[Hours, ...] = (ALL_DAY,) * 7

LOCK = 7310  # one change of a hospital's calendars at a time


HOLD = Statement.of("hold_calendars", f"SELECT pg_advisory_xact_lock_shared({LOCK}, %s::int)")


def holding_calendars(hospital_id: int) -> Said:
    """Until this transaction ends, no change comes between reading a calendar and the clocks that start by it."""
    return HOLD, [hospital_id]


def land_years() -> list[LandYear]:
    """The newest version of each year."""
    return list(LandYear.objects.order_by("year", "-version").distinct("year"))


@dataclass(frozen=True)
class Days:
    """What a hospital's calendars are composed from: the land's years and its own days."""

    years: list[LandYear]
    extra: list[ExtraDay]


def days_of(hospital_id: int) -> Days:
    return Days(land_years(), list(ExtraDay.objects.filter(hospital_id=hospital_id)))


def composed(
    *,
    hospital_id: int,
    vendor_id: int,
    name: str,
    week: Sequence[Hours],
    version: int,
    at: datetime,
    days: Days | None = None,
) -> WorkCalendar:
    """Not saved. A worked weekend has the hours of an ordinary weekday; 24x7 knows no days off."""
    row = WorkCalendar(
        hospital_id=hospital_id,
        vendor_id=vendor_id,
        name=name,
        version=version,
        week=[[list(segment) for segment in hours] for hours in week],
        made_at=at,
    )
    if tuple(map(tuple, week)) != ROUND_THE_CLOCK:
        _fill(row, week, days or days_of(hospital_id))
    calendar_of(row)  # refuses what cannot be
    return row


def _fill(row: WorkCalendar, week: Sequence[Hours], days: Days) -> None:
    years, own = days.years, {is_worked: set[str]() for is_worked in (True, False)}
    for extra in days.extra:
        own[extra.is_worked].add(extra.on.isoformat())
    weekday = next((hours for hours in week if hours), ())
    row.closed = sorted({day for year in years for day in year.closed} - own[True] | own[False])
    row.worked = {
        day: [list(segment) for segment in week[date.fromisoformat(day).weekday()] or weekday]
        for day in sorted({day for year in years for day in year.worked} - own[False] | own[True])
    }
    row.known = [year.year for year in years if year.is_published]
    row.land = {str(year.year): year.version for year in years}


@transaction.atomic
def make_calendar(*, hospital_id: int, vendor_id: int, name: str, week: Sequence[Hours], at: datetime) -> WorkCalendar:
    """The next version of this name between the two parties; clocks that run by the former one keep it."""
    mine = WorkCalendar.objects.filter(hospital_id=hospital_id, vendor_id=vendor_id, name=name)
    latest: int | None = mine.aggregate(latest=Max("version"))["latest"]
    row = composed(hospital_id=hospital_id, vendor_id=vendor_id, name=name, week=week, version=(latest or 0) + 1, at=at)
    mine.filter(replaced_at=None).update(replaced_at=at)
    row.save(force_insert=True)
    return row
