"""The readable rows of a matrix as the check looks at them: by category, severity and window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from contracts.drafts import Facts
from contracts.finding import Known
from servicedesk.sla.promise import Unit, Window

EMPTY: Facts = {"promises": []}


@dataclass(frozen=True)
class Sight:
    """The readable rows with their places, seen as triples of category, severity and window."""

    rows: list[tuple[int, Facts]]
    known: Known
    marks_itself: tuple[str, ...]

    @property
    def windows(self) -> tuple[Window, ...]:
        if all(row["window"] == Window.ALWAYS for _place, row in self.rows):
            return (Window.ALWAYS,)
        return Window.WORKING, Window.OFF

    @property
    def in_place(self) -> list[Facts]:
        """Unreadable rows keep their places, and say nothing."""
        known = dict(self.rows)
        return [known.get(place, EMPTY) for place in range(max(known, default=-1) + 1)]

    def triples(self) -> Iterator[tuple[str, str, Window]]:
        for category in self.known.categories:
            for severity in self.known.severities:
                for window in self.windows:
                    yield category, severity, window

    def fitting(self, category: str, severity: str, window: Window, *, emergency: bool) -> list[tuple[int, Facts]]:
        return [
            (place, row)
            for place, row in self.rows
            if row["emergency"] is emergency
            and category in row["categories"]
            and severity in row["severities"]
            and row["window"] in (Window.ALWAYS, window)
        ]

    def terms(self, category: str, severity: str, window: Window, *, emergency: bool) -> dict[str, Told]:
        fitting = self.fitting(category, severity, window, emergency=emergency)
        return {p["metric"]: Told(place, p) for place, row in fitting for p in row["promises"]}

    def length(self, promise: Facts) -> float:
        return length(promise, self.known.week_minutes)

    def names(self, categories: Sequence[str]) -> str:
        if len(categories) == len(self.known.categories) > 1:
            return _("all kinds of service")
        shown = [self.known.categories.get(code, code) for code in categories]
        if len(shown) <= 3:
            return _(", ").join(shown)
        return _("%(names)s and %(count)s more") % {"names": _(", ").join(shown[:3]), "count": len(shown) - 3}


@dataclass(frozen=True)
class Told:
    place: int
    promise: Facts


def length(promise: Facts, week_minutes: int) -> float:
    """How long it usually is, in minutes: to compare, never to reckon a deadline."""
    factors = {
        Unit.ELAPSED_MINUTES: 1.0,
        Unit.WORKING_MINUTES: 7 * 24 * 60 / max(1, week_minutes),
        Unit.WORKING_DAYS: 24 * 60 * 7 / 5,
        Unit.CALENDAR_DAYS: 24 * 60,
    }
    return float(promise["target"] * factors[Unit(promise["unit"])])


def where(severity: str, window: str) -> str:
    said = [_("severity %(letter)s") % {"letter": severity}] if severity else []
    if window != Window.ALWAYS:
        said.append(_("in working hours") if window == Window.WORKING else _("outside working hours"))
    return _(", ").join(said)


def at_(names: str, severity: str, window: str) -> str:
    """For whom a sentence speaks: kinds of service, severity, hours."""
    there = where(severity, window)
    return _("%(names)s (%(where)s)") % {"names": names, "where": there} if there else names
