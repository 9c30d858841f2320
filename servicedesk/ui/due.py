"""How long is left, in the words people use; frontend/js/countdown.js counts on from here with the same patterns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

SOON, CLOSE, HOUR = 3600, 900, 3600  # seconds left, where it is not known how long the whole was
HALF, FIFTH = 0.5, 0.2  # of the whole
NEAR = {
    0: gettext_lazy("today"),
    1: gettext_lazy("tomorrow"),
    2: gettext_lazy("the day after tomorrow"),
    -1: gettext_lazy("yesterday"),
}


@dataclass(frozen=True, slots=True)
class Left:
    """What the chip shows: `state` is calm, soon, close, over or paused; `exact` stands one hover away."""

    state: str
    words: str
    exact: str


def patterns() -> dict[str, str]:
    return _patterns_in(get_language())


@cache  # a list asks once for every row
def _patterns_in(language: str | None) -> dict[str, str]:
    return {
        "left_minutes": _("%(minutes)d min %(seconds)d s left"),
        "left_seconds": _("%(seconds)d s left"),
        "over_seconds": _("%(seconds)d s overdue"),
        "over_minutes": _("%(minutes)d min overdue"),
        "over_hours": _("%(clock)s overdue"),
        "over_days": _("%(days)d d %(clock)s overdue"),
    }


def left(
    due_at: datetime | None, *, at: datetime, paused: bool = False, zone: tzinfo | None = None,
    since: datetime | None = None,
) -> Left:  # fmt: skip
    """An act at the due instant is on time, so overdue begins after it. A paused clock has the time it would be due.

    With `since`, when it began to count, the half and the last fifth of its own time decide how loud it is.
    """
    zone = zone or timezone.get_current_timezone()
    if due_at is None:
        return Left("paused" if paused else "calm", _("Paused") if paused else _("No time limit"), "")
    exact = f"{due_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    seconds = int((due_at - at).total_seconds() // 1)
    if paused:
        return Left("paused", _("Paused; if resumed: %(when)s") % {"when": _by(due_at, at, zone)}, exact)
    if seconds < 0:
        return Left("over", _overdue(-seconds), exact)
    words = _to_the_second(seconds) if seconds < HOUR else _by(due_at, at, zone)
    return Left(state_of(seconds, whole_of(due_at, since)), words, exact)


def hour_of(moment: datetime, *, at: datetime) -> str:
    """The hour, and the day where it is not today's."""
    there = timezone.localtime(moment)
    return f"{there:%H:%M}" if there.date() == timezone.localdate(at) else f"{there:%m-%d %H:%M}"


def whole_of(due_at: datetime | None, since: datetime | None) -> int:
    return max(0, int((due_at - since).total_seconds())) if due_at and since else 0


def state_of(seconds: int, whole: int = 0) -> str:
    soon, close = (whole * HALF, whole * FIFTH) if whole else (SOON, CLOSE)
    if seconds <= close:
        return "close"
    return "soon" if seconds <= soon else "calm"


def _to_the_second(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    name = "left_minutes" if minutes else "left_seconds"
    return patterns()[name] % {"minutes": minutes, "seconds": rest}


def _overdue(seconds: int) -> str:
    """By the hours and minutes, as a stop watch shows them; the first hour by minutes, the first minute by seconds."""
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    name = "over_days" if days else "over_hours" if hours else "over_minutes" if minutes else "over_seconds"
    facts = {"days": days, "clock": f"{hours:02}:{minutes:02}", "minutes": minutes, "seconds": seconds}
    return patterns()[name] % facts


def _by(due_at: datetime, at: datetime, zone: tzinfo) -> str:
    due, now = due_at.astimezone(zone), at.astimezone(zone)
    clock = due.strftime("%H:%M")
    return _("before %(time)s %(day)s") % {"day": _day(due.date(), now.date()), "time": clock}


def _day(day: date, today: date) -> str:
    if (day - today).days in NEAR:
        return str(NEAR[(day - today).days])
    if day.year == today.year:
        return _("on %(month)d/%(day)d") % {"month": day.month, "day": day.day}
    return _("on %(year)d/%(month)d/%(day)d") % {"year": day.year, "month": day.month, "day": day.day}
