"""Open clocks move to another version of their calendar, and to the due times it gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import prefetch_related_objects

from servicedesk.clocks.models import Clock, WorkCalendar
from servicedesk.clocks.reading import calendar_of, clock_of
from servicedesk.tenancy.wall import Person


def move_clocks(clocks: Sequence[Clock], *, calendar: WorkCalendar, by: Person, at: datetime) -> None:
    """Only open ones are given, inside the caller's transaction and locked by it; finished ones keep their version."""
    kept = calendar_of(calendar)
    prefetch_related_objects(clocks, "spans")
    for clock in clocks:
        core = clock_of(clock, clock.spans.all(), kept)
        clock.calendar, clock.due_at, clock.is_provisional = calendar, core.due_at, core.is_provisional
    Clock.objects.bulk_update(clocks, ["calendar", "due_at", "is_provisional"], batch_size=500)
