"""All arithmetic with a contract's dates, in this one place. Pure: days come in, words and days go out.

A term counts from the day of the contract's effect and ends the day before the corresponding date; where a month has
no such date, its last day is the last one (Civil Code, article 202). Last days are included everywhere.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.enums import Status
from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR

ONE_DAY = timedelta(days=1)
SOON = timedelta(days=90)
REMINDED = (90, 60, 30, 7)  # days before


@dataclass(frozen=True)
class Stretch:
    """From a day to a day, both included."""

    from_on: date
    to_on: date

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= self.to_on

    def overlaps(self, other: Stretch) -> bool:
        return self.from_on <= other.to_on and other.from_on <= self.to_on

    def contains(self, other: Stretch) -> bool:
        return self.from_on <= other.from_on and other.to_on <= self.to_on

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    @property
    def middle(self) -> date:
        """The first day by which half of it is over."""
        return self.from_on + timedelta(days=(self.days + 1) // 2)

    def share_over(self, on: date) -> int:
        """Percent of it that lie behind this day, for the term's bar."""
        return max(0, min(100, (on - self.from_on).days * 100 // self.days))


@dataclass(frozen=True)
class Facts:
    """What decides a contract's status."""

    is_activated: bool
    term: Stretch | None
    is_signed_yearly: bool
    signings: tuple[Stretch, ...] = ()
    ended_on: date | None = None  # ended early


def is_sound(day: date) -> bool:
    """1900 and 9999 are slips of the finger; calendars know these years only."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def last_day(from_on: date, *, months: int) -> date:
    """The last day of a term of this many months that begins on this day."""
    year, month = divmod(from_on.year * 12 + from_on.month - 1 + months, 12)
    days = monthrange(year, month + 1)[1]
    if from_on.day > days:
        return date(year, month + 1, days)
    return date(year, month + 1, from_on.day) - ONE_DAY


def year_of(term: Stretch, from_on: date) -> Stretch:
    """The contract year that begins on this day, at the longest until the term's end."""
    return Stretch(from_on, min(last_day(from_on, months=12), term.to_on))


def next_year(term: Stretch, signings: Sequence[Stretch]) -> Stretch | None:
    """What is to be signed next; nothing, once the signings reach the term's end."""
    begins = max((signing.to_on for signing in signings), default=term.from_on - ONE_DAY) + ONE_DAY
    return year_of(term, begins) if begins <= term.to_on else None


def following(term: Stretch) -> Stretch:
    """The next term: as many months as this one, or, where it has an odd length, as many days."""
    begins = term.to_on + ONE_DAY
    most = (begins.year - term.from_on.year) * 12 + begins.month - term.from_on.month
    for months in (most, most - 1):  # one less where the first day has no corresponding date
        if months > 0 and last_day(term.from_on, months=months) == term.to_on:
            return Stretch(begins, last_day(begins, months=months))
    return Stretch(begins, begins + timedelta(days=term.days - 1))


def covered_until(facts: Facts, on: date) -> date | None:
    """The last day of the promised time that this day lies in. None: nothing is promised on it."""
    if not facts.is_activated or facts.term is None or not facts.term.holds(on):
        return None
    if facts.ended_on and on >= facts.ended_on:
        return None
    if not facts.is_signed_yearly:
        return facts.term.to_on
    return _reached(facts.signings, on)


def _reached(signings: Iterable[Stretch], on: date) -> date | None:
    until: date | None = None
    for signing in sorted(signings, key=lambda signing: signing.from_on):
        if signing.holds(on) or (until and signing.from_on <= until + ONE_DAY):
            until = max(signing.to_on, until or signing.to_on)
    return until


def lapsed_on(facts: Facts, on: date) -> date | None:
    """The last day that was signed before this one."""
    return max((signing.to_on for signing in facts.signings if signing.to_on < on), default=None)


def status_of(facts: Facts, on: date) -> Status:
    if not facts.is_activated or facts.term is None:
        return Status.DRAFT
    if (facts.ended_on and on >= facts.ended_on) or on > facts.term.to_on:
        return Status.ENDED
    if on < facts.term.from_on:
        return Status.COMING
    until = covered_until(facts, on)
    if until is None:
        return Status.LAPSED
    return Status.EXPIRING if until - on <= SOON else Status.ACTIVE


def reminder_for(runs_out_on: date, on: date) -> int | None:
    """Which of the reminders this day belongs to: the nearest one, so that a missed day still tells, and tells once."""
    left = (runs_out_on - on).days
    return min((days for days in REMINDED if left <= days), default=None) if left >= 0 else None
