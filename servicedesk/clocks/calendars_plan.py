"""What a change of days or hours would do: which calendars get another version, and which open promises move.

Nothing here writes. The plan is shown, and later made anew under locks; its mark tells whether it is still the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from servicedesk.clocks.calendars_hours import Week, week_of
from servicedesk.clocks.models import Clock, WorkCalendar
from servicedesk.clocks.reading import calendar_of, clock_of
from servicedesk.clocks.services.calendars import Days, composed
from servicedesk.clocks.words import METRICS, in_words
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.clock import Clock as Core
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused

CONTENT = ("week", "closed", "worked", "known")
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Move:
    """An open promise that runs by a calendar about to be replaced: what it says now, and what it would say then."""

    clock: Clock
    old_due_at: datetime | None
    was_provisional: bool
    due_at: datetime | None
    is_provisional: bool

    @property
    def is_moved(self) -> bool:
        return self.due_at != self.old_due_at

    @property
    def is_settled(self) -> bool:
        """The same moment, no longer provisional."""
        return not self.is_moved and self.was_provisional and not self.is_provisional

    @property
    def promise(self) -> Any:
        return METRICS[Metric(self.clock.metric)]

    @property
    def is_later(self) -> bool:
        return bool(self.due_at and self.old_due_at and self.due_at > self.old_due_at)


@dataclass(frozen=True)
class Replacement:
    old: WorkCalendar
    new: WorkCalendar
    moves: list[Move]


@dataclass(frozen=True)
class Plan:
    hospital_id: int
    days: Days
    replacements: list[Replacement]

    @cached_property
    def moves(self) -> list[Move]:
        found = [move for replacement in self.replacements for move in replacement.moves]
        return sorted(found, key=lambda move: (move.old_due_at or FAR, str(move.clock.pk)))

    @cached_property
    def moved(self) -> list[Move]:
        return [move for move in self.moves if move.is_moved]

    @property
    def settled(self) -> int:
        return sum(move.is_settled for move in self.moves)

    @property
    def kept(self) -> int:
        return len(self.moves) - len(self.moved)

    @property
    def taken_over(self) -> list[int]:
        """Published years that the calendars do not know yet, or know otherwise."""
        newest = {str(year.year): year.version for year in self.days.years if year.is_published}
        lands = [replacement.old.land for replacement in self.replacements if replacement.old.known is not None]
        return sorted({int(year) for land in lands for year, version in newest.items() if land.get(year) != version})

    @cached_property
    def mark(self) -> str:
        """Of every fact the preview shows or rests on: when one differs later, what was looked at no longer holds."""
        return sha256(json.dumps(list(self._facts()), default=str).encode()).hexdigest()

    def _facts(self) -> Iterator[Any]:
        yield [[day.on, day.is_worked, day.why] for day in sorted(self.days.extra, key=lambda day: day.on)]
        for replacement in self.replacements:
            yield [replacement.old.pk, *(getattr(replacement.new, name) for name in CONTENT)]
        for move in self.moves:
            yield [move.clock.pk, move.old_due_at, move.was_provisional, move.due_at, move.is_provisional]


def plan(
    hospital_id: int, *, days: Days, at: datetime, hours: Mapping[UUID, Week] | None = None, locked: bool = False
) -> Plan:
    """All calendars of the hospital with these days; or, with `hours`, those calendars alone with their new hours."""
    found = _calendars(hospital_id, set(hours) if hours else None, locked=locked)
    pairs = [(old, new) for old, new in _renewed(found, days, hours or {}, at) if _differ(old, new)]
    clocks = _open_clocks([old.pk for old, _ in pairs], locked=locked)
    return Plan(hospital_id, days, [Replacement(old, new, _moves(clocks[old.pk], new)) for old, new in pairs])


def _calendars(hospital_id: int, only: set[UUID] | None, *, locked: bool) -> list[WorkCalendar]:
    """Those in force, and former versions that open promises still run by."""
    running = Exists(Clock.objects.filter(calendar=OuterRef("pk"), outcome=None))
    rows = WorkCalendar.objects.filter(Q(replaced_at=None) | running, hospital_id=hospital_id)
    rows = rows.filter(pk__in=only) if only is not None else rows
    rows = rows.select_for_update(no_key=True) if locked else rows  # clocks may be started by it meanwhile
    return sorted(rows, key=lambda row: (row.replaced_at is None, row.vendor_id, row.name, row.version))


def _renewed(
    rows: list[WorkCalendar], days: Days, hours: Mapping[UUID, Week], at: datetime
) -> Iterator[tuple[WorkCalendar, WorkCalendar]]:
    """Former versions first, so that the one in force gets the highest number."""
    latest = _latest_versions(rows)
    for old in rows:
        key = (old.vendor_id, old.name)
        new = composed(
            hospital_id=old.hospital_id,
            vendor_id=old.vendor_id,
            name=old.name,
            week=hours.get(old.pk) or week_of(old.week),
            version=latest[key] + 1,
            at=at,
            days=days,
        )
        new.replaced_at = at if old.replaced_at else None
        latest[key] += _differ(old, new)
        yield old, new


def _latest_versions(rows: list[WorkCalendar]) -> Counter[tuple[int, str]]:
    found = WorkCalendar.objects.filter(
        hospital_id__in={row.hospital_id for row in rows}, name__in={row.name for row in rows}
    )
    counted = found.order_by().values_list("vendor_id", "name").annotate(latest=Max("version"))
    return Counter({(vendor_id, name): latest for vendor_id, name, latest in counted})


def _differ(old: WorkCalendar, new: WorkCalendar) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in CONTENT)


def _open_clocks(calendar_ids: list[UUID], *, locked: bool) -> dict[UUID, list[Clock]]:
    found: dict[UUID, list[Clock]] = {pk: [] for pk in calendar_ids}
    rows: QuerySet[Clock] = Clock.objects.filter(calendar_id__in=calendar_ids, outcome=None)
    rows = rows.order_by("matter_id", "metric", "place")
    if locked:  # their matters first, as every act does, so that neither waits for the other in a ring
        matters = Matter.objects.filter(pk__in=rows.order_by().values("matter_id")).order_by("pk")
        list(matters.select_for_update(no_key=True).values_list("pk"))
        rows = rows.select_for_update(of=("self",), no_key=True)
    for clock in rows.select_related("matter").prefetch_related("spans"):
        found[clock.calendar_id].append(clock)
    return found


def _moves(clocks: Iterable[Clock], new: WorkCalendar) -> list[Move]:
    kept = calendar_of(new)
    try:
        return [_move(clock, clock_of(clock, clock.spans.all(), kept)) for clock in clocks]
    except Impossible as reason:  # with an hour a week, a promise reaches beyond all years
        raise Refused(in_words(reason)) from None


def _move(clock: Clock, core: Core) -> Move:
    return Move(clock, clock.due_at, clock.is_provisional, core.due_at, core.is_provisional)
