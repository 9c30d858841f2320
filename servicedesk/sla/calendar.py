"""When is it working time? Weekly hours, days off, make-up days (调休), and the arithmetic of both.

A calendar is an immutable version: a year that becomes known later makes another one. 24x7 is a calendar like any
other. Time goes in aware and comes out as UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2015, 2050
DAY_MINUTES = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000  # in microseconds, in which instants are counted
ONE_DAY = timedelta(days=1)

Segment = tuple[int, int]  # minutes of the day, the second one excluded; 1440 is the next day's 00:00
Hours = tuple[Segment, ...]
ALL_DAY: Hours = ((0, DAY_MINUTES),)


class Impossible(ValueError):
    """A calendar, a promise or a moment that cannot be: a sentence fit for the person who typed it, and its words.

    The core speaks English only; `clocks.words.in_words` says it in the person's language.
    """

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence % words if words else sentence)
        self.sentence, self.words = sentence, words


def outside(when: date) -> Impossible:
    words = {"when": when, "first": FIRST_YEAR, "last": LAST_YEAR}
    return Impossible("%(when)s lies outside the years %(first)s to %(last)s, or reaches beyond them.", **words)


def instant(moment: datetime) -> int:
    """Microseconds since 1970."""
    if moment.tzinfo is None:
        raise Impossible("%(moment)s says no time zone.", moment=moment)
    return (moment - EPOCH) // MICROSECOND


def moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


@dataclass(frozen=True)
class Table:
    """The working time of all years as a row of segments, with what was worked before each: found by bisection."""

    starts: list[int]
    ends: list[int]
    before: list[int]  # microseconds worked before a segment begins
    after: list[int]

    def worked_until(self, at: int) -> int:
        place = bisect_right(self.starts, at) - 1
        return self.before[place] + min(at, self.ends[place]) - self.starts[place] if place >= 0 else 0

    def reached(self, worked: int) -> int:
        """The first instant by which this much was worked."""
        place = bisect_left(self.after, worked)
        return self.ends[place] - (self.after[place] - worked)


@dataclass(frozen=True)
class Calendar:
    """`closed` days have no hours, whatever the weekday; `worked` ones have theirs, and win over `closed`.

    `known` are the years whose statutory arrangement is published; None where none is needed (24x7).
    """

    week: tuple[Hours, ...]
    closed: frozenset[date] = frozenset()
    worked: Mapping[date, Hours] = field(default_factory=dict, hash=False)
    known: frozenset[int] | None = None
    zone: str = "Asia/Shanghai"
    name: str = ""

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise Impossible("A week has seven days.")
        for hours in (*self.week, *self.worked.values()):
            refuse_impossible(hours)
        if not any(self.week):
            raise Impossible("A calendar needs working hours on at least one day of the week.")

    # ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def hours_of(self, day: date) -> Hours:
        if day in self.worked:
            return self.worked[day]
        return () if day in self.closed else self.week[day.weekday()]

    def day_of(self, moment: datetime) -> date:
        near = 1 < moment.year < 9999  # nearer to the ends of time, another zone's date may not exist
        day = moment.astimezone(self._zone).date() if near else moment.date()
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise outside(day)
        return day

    def last_day_before(self, end: datetime) -> date:
        """24:00 belongs to the day that ends with it."""
        return self.day_of(end - MICROSECOND)

    def is_working_day(self, day: date) -> bool:
        return bool(self.hours_of(day))

    def working_day(self, day: date, nth: int) -> date:
        """The nth working day after this one; with 0, this one if it is worked, else the next."""
        ordinals = self._working_ordinals
        place = bisect_right(ordinals, day.toordinal()) + nth - 1 if nth else bisect_left(ordinals, day.toordinal())
        if place >= len(ordinals):
            raise outside(day)
        return date.fromordinal(ordinals[place])

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def close_of(self, day: date, *, with_hours: bool) -> datetime:
        """24:00 is the next day's 00:00."""
        hours = self.hours_of(day)
        return self._at(day, hours[-1][1]) if with_hours and hours else self.midnight(day + ONE_DAY)

    def hours_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for start, end in self.hours_of(day):
            yield self._at(day, start), self._at(day, end)

    # ── minutes ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, start: datetime, minutes: int) -> datetime:
        """The first instant by which that many working minutes have passed. None have: the start itself."""
        at = instant(start)
        return moment(self.reach(at, minutes * MINUTE)) if minutes else start.astimezone(UTC)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return timedelta(microseconds=self.worked_between(instant(start), instant(end)))

    def worked_between(self, start: int, end: int) -> int:
        return self.table.worked_until(end) - self.table.worked_until(start)

    def reach(self, start: int, worked: int) -> int:
        table = self.table
        wanted = table.worked_until(start) + worked
        if start < table.starts[0] or wanted > table.after[-1]:
            raise outside(moment(start))
        return table.reached(wanted)

    def is_open(self, moment: datetime) -> bool:
        at, table = instant(moment), self.table
        place = bisect_right(table.starts, at) - 1
        return place >= 0 and at < table.ends[place]

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        """Does the way from one to the other touch a year that is not published yet?"""
        return bool(self.unknown_years(start, end))

    def unknown_years(self, start: datetime, end: datetime) -> list[int]:
        last = max(self.day_of(start), self.last_day_before(end)).year
        years = range(self.day_of(start).year, last + 1)
        return [year for year in years if self.known is not None and year not in self.known]

    # ── worked out once ──────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def _at(self, day: date, minute: int) -> datetime:
        return (datetime.combine(day, time(), self._zone) + timedelta(minutes=minute)).astimezone(UTC)

    @cached_property
    def _working_ordinals(self) -> list[int]:
        first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
        return [ordinal for ordinal in range(first, last + 1) if self.is_working_day(date.fromordinal(ordinal))]

    @cached_property
    def table(self) -> Table:
        days = map(date.fromordinal, self._working_ordinals)
        spans = list(_joined((instant(start), instant(end)) for day in days for start, end in self.hours_on(day)))
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        after = list(accumulate(end - start for start, end in spans))
        return Table(starts, ends, [0, *after[:-1]], after)


def _joined(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Segments that touch become one: 24x7 has no seam at midnight."""
    begun, until = next(spans)
    for start, end in spans:
        if start != until:
            yield begun, until
            begun = start
        until = end
    yield begun, until


def refuse_impossible(hours: Hours) -> None:
    for start, end in hours:
        if not 0 <= start < end <= DAY_MINUTES:
            words = {"start": clock(start), "end": clock(end)}
            raise Impossible("Hours run from one time of a day to a later one, not %(start)s to %(end)s.", **words)
    for before, after in pairwise(hours):
        if after[0] < before[1]:
            words = {"first": clock(before[0]), "second": clock(after[0])}
            raise Impossible("The hours from %(first)s and from %(second)s overlap.", **words)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


ALWAYS = Calendar(week=(ALL_DAY,) * 7, name="24x7")
