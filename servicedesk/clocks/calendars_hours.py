"""Weekly hours as people write them: '08:00-12:00 14:00-18:00' per weekday, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from unicodedata import normalize

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.sla.calendar import ALL_DAY, DAY_MINUTES, Hours, Impossible, clock

Week = tuple[Hours, ...]
WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
SHORT = (
    gettext_lazy("Mo"),
    gettext_lazy("Tu"),
    gettext_lazy("We"),
    gettext_lazy("Th"),
    gettext_lazy("Fr"),
    gettext_lazy("Sa"),
    gettext_lazy("Su"),
)
TIME = r"(\d{1,2}):(\d{2})"
SEGMENT = re.compile(rf"{TIME}\s*[-–—~至到]+\s*{TIME}")
BETWEEN = re.compile(r"[\s,、;和及]*")
REST = frozenset({"", "-", "—", "/", "休", "休息", "off", "closed", "none"})
WHOLE_DAY = frozenset({"全天", "24小时", "24h", "all day"})


def hours_from(text: str) -> Hours:
    """The segments of one day, in order. Full-width signs are as good as others, and 24:00 is the day's end."""
    plain = normalize("NFKC", text).strip().lower()
    if plain in REST:
        return ()
    if plain in WHOLE_DAY:
        return ALL_DAY
    segments = sorted(_segments(plain))
    for (start, end), (next_start, next_end) in pairwise(segments):
        if next_start < end:
            words = {"first": _said(start, end), "second": _said(next_start, next_end)}
            raise Impossible("%(first)s and %(second)s overlap.", **words)
    return tuple(segments)


def _segments(plain: str) -> list[tuple[int, int]]:
    found, at = [], 0
    while at < len(plain):
        at = BETWEEN.match(plain, at).end()  # type: ignore[union-attr]
        if at == len(plain):
            break
        segment = SEGMENT.match(plain, at)
        if not segment:
            raise Impossible("“%(text)s” is not written like 08:00-12:00.", text=plain[at : at + 20])
        found.append(_checked(segment))
        at = segment.end()
    return found


def _checked(segment: re.Match[str]) -> tuple[int, int]:
    start, end = _minute(segment[1], segment[2]), _minute(segment[3], segment[4])
    if start == end:
        raise Impossible("%(segment)s begins and ends at the same time.", segment=_said(start, end))
    if start > end:
        raise Impossible(
            "%(segment)s ends before it begins. Past midnight, write up to 24:00, and from 00:00 on the next day.",
            segment=_said(start, end),
        )
    return start, end


def _minute(hour: str, minute: str) -> int:
    at = int(hour) * 60 + int(minute)
    if int(minute) > 59 or at > DAY_MINUTES:
        raise Impossible("%(time)s is no time of a day.", time=f"{hour}:{minute}")
    return at


def _said(start: int, end: int) -> str:
    return f"{clock(start)}-{clock(end)}"


def text_of(hours: Hours) -> str:
    return " ".join(_said(start, end) for start, end in hours)


def week_of(stored: Sequence[Sequence[Sequence[int]]]) -> Week:
    """As a calendar's row keeps it."""
    return tuple(tuple((start, end) for start, end in day) for day in stored)


def in_words(week: Week) -> list[tuple[str, str]]:
    """Weekdays of the same hours as one line: ('Monday to Friday', '08:00-12:00 14:00-18:00')."""
    lines = []
    for hours, days in groupby(range(7), key=lambda day: week[day]):
        places = list(days)
        first, last = WEEKDAYS[places[0]], WEEKDAYS[places[-1]]
        name = str(first) if len(places) == 1 else _("%(first)s to %(last)s") % {"first": first, "last": last}
        lines.append((name, _("day and night") if hours == ALL_DAY else text_of(hours) or _("no hours")))
    return lines
