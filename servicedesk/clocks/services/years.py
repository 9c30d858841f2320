"""A year's statutory days are entered: a new version each time, never a change of an old one. No hospital's clock moves
by it: each hospital takes the year over itself, after a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.calendars_notice import Arrangement, stretches
from servicedesk.clocks.models import LandYear
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

LOCK = 7311


@dataclass(frozen=True)
class Difference:
    """What an arrangement changes against the version in force."""

    year: int
    version: int  # the one in force; 0 when there is none
    was_published: bool
    lists: dict[str, list[tuple[date, date]]]  # stretches of days: closed, worked, no longer closed, no longer worked

    @property
    def is_empty(self) -> bool:
        return self.was_published and not any(self.lists.values())

    @property
    def mark(self) -> str:
        return str(self.version)


class YearMoved(Refused):
    """Somebody else entered the year meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has entered this year meanwhile. Nothing was saved; compare again."))


def year_in_force(year: int) -> LandYear | None:
    return LandYear.objects.filter(year=year).order_by("-version").first()


def difference(found: Arrangement, year: int) -> Difference:
    former = year_in_force(year)
    closed, worked = _days(former.closed if former else []), _days(former.worked if former else [])
    return Difference(
        year,
        former.version if former else 0,
        bool(former and former.is_published),
        {
            "closed": stretches(found.closed - closed),
            "worked": stretches(found.worked - worked),
            "not_closed": stretches(closed - found.closed),
            "not_worked": stretches(worked - found.worked),
        },
    )


def _days(stored: list[Any]) -> set[date]:
    return set(map(date.fromisoformat, stored))


@transaction.atomic
def enter_year(found: Arrangement, *, year: int, source: str, mark: str, by: Person | None, at: datetime) -> LandYear:
    """`mark` is that of the difference that was looked at. Entered is published."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, year])
    changes = difference(found, year)
    if changes.mark != mark:
        raise YearMoved
    if changes.is_empty:
        raise Refused(_("This is what already holds for %(year)s.") % {"year": year})
    row = LandYear.objects.create(
        year=year,
        version=changes.version + 1,
        is_published=True,
        closed=[day.isoformat() for day in sorted(found.closed)],
        worked=[day.isoformat() for day in sorted(found.worked)],
        source=source,
        made_at=at,
        made_by=by.user_id if by else None,
    )
    record(Act.YEAR_ENTERED, by=by, at=at, words={"year": year, "version": row.version})
    return row
