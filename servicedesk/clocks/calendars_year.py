"""A year as twelve months of days, each with what makes it differ from an ordinary one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from servicedesk.clocks.calendars_hours import SHORT, WEEKDAYS
from servicedesk.clocks.mainland import WEEKEND
from servicedesk.clocks.models import ExtraDay


class Kind(StrEnum):
    ORDINARY = "ordinary"
    WEEKEND = "weekend"
    CLOSED = "closed"
    WORKED = "worked"
    OWN_CLOSED = "own-closed"
    OWN_WORKED = "own-worked"


WORDS: dict[Kind, str | Promise] = {
    Kind.CLOSED: gettext_lazy("Statutory day off"),
    Kind.WORKED: gettext_lazy("Make-up workday"),
    Kind.OWN_CLOSED: gettext_lazy("The hospital's own day off"),
    Kind.OWN_WORKED: gettext_lazy("A weekend that the hospital works"),
}
MARKS: dict[Kind, str | Promise] = {
    Kind.CLOSED: pgettext_lazy("mark of a day", "off"),
    Kind.WORKED: pgettext_lazy("mark of a day", "on"),
    Kind.OWN_CLOSED: pgettext_lazy("mark of a day", "own off"),
    Kind.OWN_WORKED: pgettext_lazy("mark of a day", "own on"),
}


@dataclass(frozen=True)
class Day:
    on: date
    kind: Kind
    why: str = ""

    @property
    def mark(self) -> str:
        return str(MARKS.get(self.kind, ""))

    @property
    def words(self) -> str:
        said = str(WORDS.get(self.kind, ""))
        return _("%(kind)s: %(why)s") % {"kind": said, "why": self.why} if self.why else said


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Day | None]]  # Monday first; None beside the month


@dataclass(frozen=True)
class Year:
    """The land's days, and those of one hospital where it has some."""

    number: int
    closed: frozenset[date]
    worked: frozenset[date]
    own: Mapping[date, ExtraDay]

    @property
    def weekdays(self) -> list[tuple[Promise, Promise]]:
        return list(zip(SHORT, WEEKDAYS, strict=True))

    @property
    def months(self) -> list[Month]:
        return [self._month(date(self.number, month, 1)) for month in range(1, 13)]

    def _month(self, first: date) -> Month:
        beyond = (first + timedelta(days=31)).replace(day=1)
        days = [self.day(first + timedelta(days=number)) for number in range((beyond - first).days)]
        cells: list[Day | None] = [None] * first.weekday() + [*days]
        cells += [None] * (-len(cells) % 7)
        return Month(first, [cells[place : place + 7] for place in range(0, len(cells), 7)])

    def day(self, on: date) -> Day:
        if own := self.own.get(on):
            return Day(on, Kind.OWN_WORKED if own.is_worked else Kind.OWN_CLOSED, own.why)
        if on in self.worked:
            return Day(on, Kind.WORKED)
        if on in self.closed:
            return Day(on, Kind.CLOSED)
        return Day(on, Kind.WEEKEND if on.weekday() in WEEKEND else Kind.ORDINARY)


def year_of(number: int, closed: Iterable[str], worked: Iterable[str], own: Iterable[ExtraDay] = ()) -> Year:
    return Year(
        number,
        frozenset(map(date.fromisoformat, closed)),
        frozenset(map(date.fromisoformat, worked)),
        {day.on: day for day in own},
    )
