"""From rows to the core: the calendar and the clock as `sla` knows them. Nothing here asks the database twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from servicedesk.clocks.models import Clock, Span, WorkCalendar
from servicedesk.clocks.promises import restored
from servicedesk.sla import calendar as core
from servicedesk.sla import clock as running
from servicedesk.sla.clock import Outcome, Pause
from servicedesk.sla.promise import Severity


def calendar_of(row: WorkCalendar) -> core.Calendar:
    return core.Calendar(
        week=tuple(_hours(day) for day in row.week),
        closed=frozenset(map(date.fromisoformat, row.closed)),
        worked={date.fromisoformat(day): _hours(hours) for day, hours in row.worked.items()},
        known=None if row.known is None else frozenset(row.known),
        name=row.name,
    )


def _hours(segments: Iterable[Sequence[int]]) -> core.Hours:
    return tuple((start, end) for start, end in segments)


@lru_cache(maxsize=64)  # three megabytes each, once asked
def calendar(calendar_id: UUID, *, using: str = "default") -> core.Calendar:
    """A version never changes, so it is read once in a process's life. The caller's clock has passed the wall."""
    return calendar_of(WorkCalendar.objects.using(using).get(pk=calendar_id))


def clock_of(row: Clock, spans: Iterable[Span], kept: core.Calendar) -> running.Clock:
    return running.Clock(
        promise=restored(row.promise),
        calendar=kept,
        counts_from=row.counts_from,
        armed_at=row.armed_at,
        pauses=tuple(Pause(span.start_at, span.end_at, span.why, str(span.by or "")) for span in spans),
        agreed=row.agreed_at,
        stopped_at=row.stopped_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        cycle=row.cycle,
        severity=Severity(row.severity),
        raised_over=row.raised_over,
    )


def core_of(row: Clock, spans: Sequence[Span] | None = None) -> running.Clock:
    """With its pauses; a list prefetches them, or brings them along."""
    return clock_of(row, row.spans.all() if spans is None else spans, calendar(row.calendar_id))


def facts_of(clock: running.Clock) -> dict[str, Any]:
    """What a clock row stores of the core's clock; its pauses are rows of their own."""
    return {
        "counts_from": clock.counts_from,
        "armed_at": clock.armed_at,
        "agreed_at": clock.agreed,
        "due_at": clock.due_at,
        "is_provisional": clock.is_provisional,
        "stopped_at": clock.stopped_at,
        "outcome": clock.outcome,
        "cycle": clock.cycle,
        "severity": clock.severity.value,
        "raised_over": clock.raised_over,
    }
