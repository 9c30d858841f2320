"""What is to be said about the years: one is not published yet, or it is and waits to be taken over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from servicedesk.clocks.models import Clock, LandYear, WorkCalendar
from servicedesk.clocks.permissions import KEEP_CALENDARS, PUBLISH_YEARS
from servicedesk.clocks.services.calendar_changes import plan_of_years
from servicedesk.tenancy.wall import Person

ANNOUNCED_FROM = 10  # the month from which next year's arrangement is expected


@dataclass(frozen=True)
class Note:
    kind: str  # info or warning
    words: str
    url_name: str
    verb: str | Promise


def notes_for(person: Person | None, *, at: datetime) -> list[Note]:
    """For the first page of whoever can do something about it."""
    if person is None:
        return []
    if PUBLISH_YEARS.reach_of(person):
        return _for_platform(at)
    return _for_hospital(person.hospital_id, at) if KEEP_CALENDARS.reach_of(person) and person.hospital_id else []


def awaited_year(*, at: datetime) -> int | None:
    """The year whose arrangement should be known by now, or soon, and is not."""
    today = timezone.localtime(at).date()
    expected = [today.year, today.year + 1] if today.month >= ANNOUNCED_FROM else [today.year]
    published = set(LandYear.objects.filter(year__in=expected, is_published=True).values_list("year", flat=True))
    return next((year for year in expected if year not in published), None)


def unpublished_sentence(year: int) -> str:
    return _("The arrangement of %(year)s is not published yet. Due times that touch it are provisional.") % {
        "year": year
    }


def _for_platform(at: datetime) -> list[Note]:
    year = awaited_year(at=at)
    if year is None:
        return []
    words = _("The arrangement of %(year)s is not entered yet. Enter it as soon as the notice is out.") % {"year": year}
    return [Note("warning", words, "years", gettext_lazy("Enter the year"))]


def _for_hospital(hospital_id: int, at: datetime) -> list[Note]:
    found = [_take_over(hospital_id, at)] if is_behind(hospital_id) else []
    year = awaited_year(at=at) or _unpublished_that_is_touched(hospital_id)
    if year is not None:
        found.append(Note("info", unpublished_sentence(year), "calendars", gettext_lazy("Open the calendars")))
    return [note for note in found if note]


def _unpublished_that_is_touched(hospital_id: int) -> int | None:
    """The first such year that an open promise of the hospital reaches into."""
    touching = Clock.objects.filter(hospital_id=hospital_id, outcome=None, is_provisional=True)
    times = touching.aggregate(first=Min("counts_from"), last=Max("due_at"))
    if times["last"] is None:
        return None
    reached = range(timezone.localtime(times["first"]).year, timezone.localtime(times["last"]).year + 1)
    published = set(LandYear.objects.filter(year__in=reached, is_published=True).values_list("year", flat=True))
    return next((year for year in reached if year not in published), None)


def is_behind(hospital_id: int) -> bool:
    """A cheap look: might a published year wait for this hospital? The plan itself says what would move."""
    running = Exists(Clock.objects.filter(calendar=OuterRef("pk"), outcome=None))
    rows = WorkCalendar.objects.filter(Q(replaced_at=None) | running, hospital_id=hospital_id, known__isnull=False)
    found = list(rows.values_list("land", "replaced_at"))
    if not found:
        return False
    newest = LandYear.objects.order_by("year", "-version").distinct("year").values_list("year", "version")
    current = {str(year): version for year, version in newest}
    return any(land != current or replaced_at for land, replaced_at in found)


def _take_over(hospital_id: int, at: datetime) -> Note | None:
    made = plan_of_years(hospital_id, at=at)
    if not made.replacements:
        return None
    return Note(
        "warning", take_over_sentence(made.taken_over, len(made.moved)), "take_over_years", gettext_lazy("Look")
    )


def take_over_sentence(years: list[int], count: int) -> str:
    moving = ngettext("%(count)s promise would move", "%(count)s promises would move", count) % {"count": count}
    if not years:
        return _("Some calendars do not have the newest days: %(moving)s. Look, and take them over.") % {
            "moving": moving
        }
    words = {"years": _(", ").join(map(str, years)), "moving": moving}
    return _("The arrangement of %(years)s is published: %(moving)s. Look, and take it over.") % words
