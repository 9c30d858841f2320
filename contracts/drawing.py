"""A time line as numbers for an SVG: from the report down to each due time, days off and make-up workdays beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from servicedesk.clocks.words import METRICS
from servicedesk.sla.calendar import ONE_DAY, Calendar
from servicedesk.sla.clock import Clock

TOP, LENGTH, APART = 24, 300, 46  # pixels: above the report, from it to the last due time, between two labels
MOST_DAYS = 400
LABEL = 16


@dataclass(frozen=True)
class Mark:
    y: int
    at: datetime
    words: str  # empty for the report itself
    is_provisional: bool = False

    @property
    def below(self) -> int:
        return self.y + 16


@dataclass(frozen=True)
class Band:
    """A stretch of days without work, or of weekend days that are worked."""

    y: int
    height: int
    is_made_up: bool
    words: str  # empty where there is no room for them

    @property
    def middle(self) -> int:
        return self.y + self.height // 2 + 4


@dataclass(frozen=True)
class Drawing:
    marks: tuple[Mark, ...]
    bands: tuple[Band, ...]
    is_to_scale: bool

    @property
    def start(self) -> int:
        return self.marks[0].y

    @property
    def end(self) -> int:
        return self.marks[-1].y

    @property
    def reach(self) -> int:
        return self.end - self.start

    @property
    def height(self) -> int:
        return self.end + APART

    @property
    def has_made_up(self) -> bool:
        return any(band.is_made_up for band in self.bands)

    @property
    def has_days_off(self) -> bool:
        return any(not band.is_made_up for band in self.bands)


def drawing(clocks: Sequence[Clock], calendar: Calendar, at: datetime) -> Drawing | None:
    """None where nothing has a due time yet."""
    dues: dict[datetime, list[Clock]] = {}
    for clock in clocks:
        if clock.due_at:
            dues.setdefault(clock.due_at, []).append(clock)
    if not dues:
        return None
    moments = [at, *sorted(dues)]
    places = _places(moments)
    zone = ZoneInfo(calendar.zone)
    marks = [Mark(places[0], at.astimezone(zone), "")]
    for y, moment in zip(places[1:], moments[1:], strict=True):
        due = dues[moment]
        words = _(", ").join(str(METRICS[clock.promise.metric]) for clock in due)
        marks.append(Mark(y, moment.astimezone(zone), words, any(clock.is_provisional for clock in due)))
    return Drawing(tuple(marks), tuple(_bands(calendar, moments, places)), places == _to_scale(moments))


def _to_scale(moments: Sequence[datetime]) -> list[int]:
    whole = (moments[-1] - moments[0]) or timedelta(microseconds=1)
    return [TOP + round(LENGTH * ((moment - moments[0]) / whole)) for moment in moments]


def _places(moments: Sequence[datetime]) -> list[int]:
    """To scale where the labels leave room for it; else pushed apart."""
    places: list[int] = []
    for y in _to_scale(moments):
        places.append(max(y, places[-1] + APART) if places else y)
    return places


def _bands(calendar: Calendar, moments: Sequence[datetime], places: Sequence[int]) -> Iterator[Band]:
    first, last = calendar.day_of(moments[0]), calendar.last_day_before(moments[-1])
    if (last - first).days > MOST_DAYS:
        return
    zone = ZoneInfo(calendar.zone)
    for is_made_up, begin, end in _stretches(calendar, first, last):
        top = _place_of(datetime.combine(begin, time(), zone), moments, places)
        bottom = _place_of(datetime.combine(end + ONE_DAY, time(), zone), moments, places)
        if bottom > top:
            middle = (top + bottom) // 2
            has_room = is_made_up or bottom - top >= LABEL  # a worked weekend is what nobody expects
            is_free = has_room and all(not -LABEL < middle - y < 2 * LABEL - 2 for y in places)
            yield Band(top, bottom - top, is_made_up, _named(begin, end, is_made_up) if is_free else "")


def _stretches(calendar: Calendar, first: date, last: date) -> Iterator[tuple[bool, date, date]]:
    """Days off and made-up ones, each run of them as one: whether made up, from, to."""
    begin, kind, day = first, _kind(calendar, first), first
    while day <= last:
        day += ONE_DAY
        now = _kind(calendar, day) if day <= last else None
        if now != kind or day > last:
            if kind is not None:
                yield kind, begin, day - ONE_DAY
            begin, kind = day, now


def _kind(calendar: Calendar, day: date) -> bool | None:
    """True: a weekend day that is worked. False: a day off. None: an ordinary day."""
    if not calendar.is_working_day(day):
        return False
    return True if not calendar.week[day.weekday()] else None


def _named(begin: date, end: date, is_made_up: bool) -> str:
    days = f"{begin:%m-%d}" if begin == end else f"{begin:%m-%d} – {end:%m-%d}"
    return (_("%(days)s worked") if is_made_up else _("%(days)s off")) % {"days": days}


def _place_of(moment: datetime, moments: Sequence[datetime], places: Sequence[int]) -> int:
    if moment <= moments[0]:
        return places[0]
    if moment >= moments[-1]:
        return places[-1]
    left = bisect_right(moments, moment) - 1
    (begin, end), (top, bottom) = list(pairwise(moments))[left], list(pairwise(places))[left]
    return top + round((bottom - top) * ((moment - begin) / (end - begin)))
