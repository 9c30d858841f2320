"""What the calendars' pages list. Each is asked once, however long it gets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from servicedesk.clocks.calendars_hours import in_words, week_of
from servicedesk.clocks.calendars_year import Year, year_of
from servicedesk.clocks.models import ExtraDay, LandYear, WorkCalendar
from servicedesk.clocks.services.years import year_in_force
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Person

CHANGES_SHOWN = 50


@dataclass(frozen=True)
class InForce:
    """A calendar as the page shows it."""

    row: WorkCalendar
    vendor: str
    hours: list[tuple[str, str]]

    @property
    def is_always(self) -> bool:
        return self.row.known is None

    @property
    def known_until(self) -> int | None:
        return max(self.row.known) if self.row.known else None


@dataclass(frozen=True)
class DayChange:
    """One line of the history of the hospital's own days, removed ones included."""

    row: Any
    who: str

    @property
    def is_removal(self) -> bool:
        return bool(self.row.history_type == "-")

    @property
    def is_new(self) -> bool:
        return bool(self.row.history_type == "+")


def hospitals_of(person: Person) -> list[Hospital]:
    return list(Hospital.objects.visible_to(person).order_by("short_name", "pk"))


def own_days(hospital_id: int, person: Person) -> list[ExtraDay]:
    return list(ExtraDay.objects.visible_to(person).filter(hospital_id=hospital_id))


def calendars_in_force(hospital_id: int, person: Person) -> list[InForce]:
    rows = list(WorkCalendar.objects.visible_to(person).filter(hospital_id=hospital_id, replaced_at=None))
    vendors = _vendors({row.vendor_id for row in rows})
    shown = [InForce(row, vendors.get(row.vendor_id, "—"), in_words(week_of(row.week))) for row in rows]
    return sorted(shown, key=lambda calendar: (calendar.vendor, calendar.row.name))


def _vendors(ids: set[int]) -> dict[int, str]:
    return dict(Vendor.objects.filter(pk__in=ids).values_list("pk", "name"))


def vendor_name(vendor_id: int) -> str:
    return _vendors({vendor_id}).get(vendor_id, "—")


def land_year(number: int, own: Iterable[ExtraDay] = ()) -> Year:
    """Of a calendar year; a stretch over New Year may reach into the one before."""
    row = year_in_force(number)
    return year_of(number, row.closed if row else (), row.worked if row else (), own)


def versions(year: int) -> list[LandYear]:
    return list(LandYear.objects.filter(year=year).order_by("-version"))


def changes_of_days(hospital_id: int, person: Person) -> list[DayChange]:
    """The history table is behind the same wall; whom the reader may not see is left unnamed."""
    if person.hospitals and hospital_id not in person.hospitals:
        return []
    found = ExtraDay.history.filter(hospital_id=hospital_id).order_by("-history_date", "-history_id")
    rows = list(found[:CHANGES_SHOWN])
    users = {row.history_user_id for row in rows} - {None}
    members = Membership.objects.visible_to(person).filter(user_id__in=users)
    names = dict(members.values_list("user_id", "name"))
    return [DayChange(row, names.get(row.history_user_id, "")) for row in rows]
