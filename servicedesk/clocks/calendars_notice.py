"""The State Council's notice of a year's days off, read as it is written; or a table of dates and kinds.

    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。

Every date belongs to the next verb of its sentence (放假, 上班). What belongs to none (a signature, a recommended rest)
is passed over and said. Weekdays and lengths that the notice states are checked against the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from unicodedata import normalize

from servicedesk.clocks.mainland import WEEKEND, with_weekends
from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR, ONE_DAY, Impossible

MOST_DAYS_OFF = 60  # of the 365; the most generous year so far had 33
TO = r"[至到~\-–—]"
DAY = (  # 号 only after a month: the notice itself has a number, 〔2025〕7号
    r"(?:(?P<{0}year>\d{{4}})年)?(?:(?P<{0}month>\d{{1,2}})月)?(?P<{0}day>\d{{1,2}})(?:日|(?<=月\d)号|(?<=月\d\d)号|(?={1}\d))"
    r"(?:\((?P<{0}note>[^()]*)\))?"
)
TOKEN = re.compile(
    rf"(?P<stretch>{DAY.format('first_', TO)}(?:{TO}+{DAY.format('last_', TO)})?)"
    r"|(?P<verb>不?放假|不?上班|补?休息|补休)"
)
COUNT = re.compile(r"(?:调休|公休)?,?共?(\d{1,2})天")
ABOUT = re.compile(r"(?:关于|现将)(\d{4})年")
WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
WEEKDAYS = "一二三四五六日"


@dataclass
class Arrangement:
    closed: set[date] = field(default_factory=set)
    worked: set[date] = field(default_factory=set)
    passed_over: list[str] = field(default_factory=list)


def arrangement(text: str, year: int) -> Arrangement:
    """What a text says of a year, or `Impossible` with the sentence for whoever typed it."""
    from servicedesk.clocks.calendars_table import is_table, read_table

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Impossible("Years from %(first)s to %(last)s can be entered.", first=FIRST_YEAR, last=LAST_YEAR)
    found = read_table(text) if is_table(text) else read_notice(text, year)
    _drop_weekends_elsewhere(found, year)
    _refuse_impossible(found, year)
    found.closed = with_weekends(found.closed, frozenset(found.worked))
    return found


def read_notice(text: str, year: int) -> Arrangement:
    plain = re.sub(r"\s+", "", normalize("NFKC", text))
    if (about := ABOUT.search(plain)) and int(about[1]) != year:
        raise Impossible("This notice is about %(found)s, not about %(year)s.", found=about[1], year=year)
    found = Arrangement()
    for sentence in re.split(r"[。;!]", plain):
        _read_sentence(sentence, year, found)
    return found


def _read_sentence(sentence: str, year: int, found: Arrangement) -> None:
    waiting: list[re.Match[str]] = []
    for token in TOKEN.finditer(sentence):
        if token["stretch"]:
            waiting.append(token)
            continue
        days = {"放假": found.closed, "上班": found.worked}.get(token["verb"])
        if days is None:
            found.passed_over += [match["stretch"] for match in waiting]
        else:
            _take(waiting, sentence[token.end() :], token["verb"], year, days)
        waiting = []
    found.passed_over += [match["stretch"] for match in waiting]


def _take(waiting: list[re.Match[str]], rest: str, verb: str, year: int, days: set[date]) -> None:
    taken, month = [], 0
    for match in waiting:
        stretch = list(_days_of(match, year, month))
        taken += stretch
        month = stretch[-1].month
    count = COUNT.match(rest) if verb == "放假" else None
    if count and waiting and int(count[1]) != len(taken):
        words = {"stretch": waiting[0]["stretch"], "said": count[1], "found": len(taken)}
        raise Impossible("The notice says %(said)s days at “%(stretch)s”, but these are %(found)s.", **words)
    days.update(taken)


def _days_of(match: re.Match[str], year: int, month: int) -> Iterator[date]:
    first = _day(match, "first_", year, month)
    last = _day(match, "last_", first.year, first.month) if match["last_day"] else first
    if last < first:
        raise Impossible("“%(stretch)s” runs backwards.", stretch=match["stretch"])
    if (last - first).days >= MOST_DAYS_OFF:
        raise Impossible("“%(stretch)s” is longer than any holiday can be.", stretch=match["stretch"])
    while first <= last:
        yield first
        first += ONE_DAY


def _day(match: re.Match[str], which: str, year: int, month: int) -> date:
    said = int(match[f"{which}month"] or month)
    if not said:
        raise Impossible("“%(text)s” says no month.", text=match["stretch"])
    day = real_day(int(match[f"{which}year"] or year), said, int(match[f"{which}day"]), match["stretch"])
    weekday = WEEKDAY.search(match[f"{which}note"] or "")
    if weekday and WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
        words = {"day": day, "said": "周" + weekday[1], "weekday": "周" + WEEKDAYS[day.weekday()]}
        raise Impossible("%(day)s is %(weekday)s, not %(said)s as the notice says. Check both.", **words)
    return day


def real_day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Impossible("There is no such day as “%(text)s”.", text=text) from None


def _drop_weekends_elsewhere(found: Arrangement, year: int) -> None:
    """A stretch over New Year names weekend days of the year beside it; they are off without being named."""
    beside = {day for day in found.closed if day.year != year and day.weekday() in WEEKEND}
    if len(beside) < len(found.closed):
        found.closed -= beside
        found.passed_over += [day.isoformat() for day in sorted(beside)]


def _refuse_impossible(found: Arrangement, year: int) -> None:
    if not found.closed:
        raise Impossible("No day off was found. Paste the notice's numbered lines, or a table of dates and kinds.")
    if other := sorted(day for day in found.closed | found.worked if day.year != year):
        raise Impossible("%(day)s is a day of another year than %(year)s.", day=other[0], year=year)
    if both := sorted(found.closed & found.worked):
        raise Impossible("%(day)s stands both among the days off and among the worked days.", day=both[0])
    if ordinary := sorted(day for day in found.worked if day.weekday() not in WEEKEND):
        words = {"day": ordinary[0], "weekday": "周" + WEEKDAYS[ordinary[0].weekday()]}
        raise Impossible("%(day)s is %(weekday)s: only a Saturday or Sunday can be a make-up workday.", **words)
    if len(found.closed) > MOST_DAYS_OFF:
        raise Impossible("%(count)s days off are more than a year can have.", count=len(found.closed))


def stretches(days: set[date] | frozenset[date] | list[date]) -> list[tuple[date, date]]:
    """Days that follow each other, as their first and last."""
    ordered = sorted(days)
    breaks = [place for place, (one, two) in enumerate(pairwise(ordered), 1) if two - one != ONE_DAY]
    places = [0, *breaks, len(ordered)] if ordered else []
    return [(ordered[start], ordered[end - 1]) for start, end in pairwise(places)]
