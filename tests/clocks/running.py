"""Calendars with office hours and open promises that run by them, for the tests of what moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from servicedesk.clocks.calendars_notice import arrangement
from servicedesk.clocks.models import Clock, LandYear, Span, WorkCalendar
from servicedesk.clocks.planning import plan_fresh
from servicedesk.clocks.promises import stored
from servicedesk.clocks.reading import calendar_of, facts_of
from servicedesk.clocks.services import years
from servicedesk.clocks.services.calendars import make_calendar
from servicedesk.sla.clock import Clock as Core
from servicedesk.sla.clock import Pause
from servicedesk.sla.promise import Metric, Promise, Severity, Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT, make_desk
from tests.world import make_matter

LUNCH = ((480, 720), (840, 1080))
OFFICE = (LUNCH,) * 5 + ((), ())
REPORTED = datetime(2026, 12, 28, 2, tzinfo=UTC)  # a Monday, 10:00
NOTICE_2027 = "元旦：1月1日（周五）至5日（周二）放假调休，共5天。1月9日（周六）、1月10日（周日）上班。"
WORKING_DAYS = Promise(Metric.RESTORE, 5, Unit.WORKING_DAYS, closes_with_hours=True)


def office(hospital: Hospital, vendor: Vendor, name: str = "工作时间", week: Any = OFFICE) -> WorkCalendar:
    with wall.opened(Context.of_hospital(hospital.id)):
        return make_calendar(hospital_id=hospital.id, vendor_id=vendor.id, name=name, week=week, at=AT)


def started(
    calendar: WorkCalendar,
    promise: Promise = WORKING_DAYS,
    *,
    at: datetime = REPORTED,
    label: str = "报表不准",
    **facts: Any,
) -> Clock:
    """As the services start one, with its pauses and steps."""
    with wall.opened(Context.of_hospital(calendar.hospital_id)):
        hospital, vendor = Hospital.objects.get(pk=calendar.hospital_id), Vendor.objects.get(pk=calendar.vendor_id)
    desk, matter = make_desk(hospital, vendor), make_matter(hospital, vendor, label)
    core = Core(promise, calendar_of(calendar), at, at, severity=Severity.B, **facts)
    with wall.opened(Context.of_hospital(hospital.id)):
        clock = Clock.objects.create(
            hospital=hospital, vendor=vendor, matter=matter, desk=desk, calendar=calendar, metric=promise.metric,
            category="fault", promise=stored(promise), **facts_of(core),
        )  # fmt: skip
        for pause in core.pauses:
            Span.objects.create(
                hospital=hospital, vendor=vendor, clock=clock, start_at=pause.start, end_at=pause.end, why="等待停机"
            )
        plan_fresh([(clock, core)], using="default")
    return clock


def paused(at: datetime, until: datetime | None = None) -> tuple[Pause, ...]:
    return (Pause(at, until),)


def publish(text: str = NOTICE_2027, year: int = 2027) -> LandYear:
    """By the product itself; the page's own path is tested with the pages."""
    with wall.opened(Context.of_platform()):
        found = arrangement(text, year)
        mark = years.difference(found, year).mark
        return years.enter_year(found, year=year, source="国办发明电〔2026〕8号", mark=mark, by=None, at=AT)


def clocks_of(hospital: Hospital) -> dict[Any, tuple[Any, ...]]:
    with wall.opened(Context.of_hospital(hospital.id)):
        rows = Clock.objects.filter(hospital=hospital)
        return {row.pk: (row.calendar_id, row.due_at, row.is_provisional, row.outcome) for row in rows}


def versions_of(hospital: Hospital) -> list[tuple[int, str, int, bool]]:
    with wall.opened(Context.of_hospital(hospital.id)):
        rows = WorkCalendar.objects.filter(hospital=hospital).order_by("vendor_id", "name", "version")
        return [(row.vendor_id, row.name, row.version, row.replaced_at is None) for row in rows]
