"""Who comes when: people taking turns over a span of days, and last month's pattern laid over this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from servicedesk.clocks.land import Land

FOUR_WEEKS, FIVE_WEEKS = timedelta(weeks=4), timedelta(weeks=5)


@dataclass(frozen=True)
class Rotation:
    """`days_off` None: the same people in the same turn on days off too. An empty one leaves those days as they are."""

    workdays: Sequence[UUID]
    days_off: Sequence[UUID] | None
    by_week: bool = False

    def turns(self, days: Iterable[date], land: Land) -> Iterator[tuple[date, UUID]]:
        counts = {True: 0, False: 0}
        first_monday: date | None = None
        for on in days:
            monday = on - timedelta(days=on.weekday())
            first_monday = first_monday or monday
            is_worked = self.days_off is None or land.kind_of(on).is_worked
            people = self.workdays if is_worked else self.days_off or ()
            turn = (monday - first_monday).days // 7 if self.by_week else counts[is_worked]
            counts[is_worked] += 1
            if people:
                yield on, people[turn % len(people)]


def model_day(on: date) -> date:
    """The day of the month before that stands at the same weekday: four weeks earlier, or five."""
    earlier = on - FOUR_WEEKS
    return earlier if (earlier.year, earlier.month) != (on.year, on.month) else on - FIVE_WEEKS
