"""A composed calendar against an independent one that asks each day by itself. SMART-6."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from servicedesk.clocks.mainland import PUBLISHED_THROUGH, statutory
from servicedesk.clocks.models import ExtraDay, LandYear
from servicedesk.clocks.reading import calendar_of
from servicedesk.clocks.services.calendars import Days, composed
from tests.sla.cases import WEEKS

AT = datetime(2026, 11, 21, tzinfo=UTC)
YEARS = (2025, 2026, 2027)
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
LAND = [
    LandYear(
        year=year,
        version=1,
        is_published=year <= PUBLISHED_THROUGH,
        closed=[day.isoformat() for day in sorted(statutory(year).closed)],
        worked=[day.isoformat() for day in sorted(statutory(year).worked)],
    )
    for year in YEARS
]
# Half of the days drawn are ones that the land itself says something about.
NOTABLE = sorted({day for year in YEARS for day in statutory(year).closed | statutory(year).worked if day >= FIRST})
own_days = st.dictionaries(st.sampled_from(NOTABLE) | st.dates(FIRST, LAST), st.booleans(), max_size=12)


def slow_hours(day, week, own):
    """The hospital's word first, then the land's, then the week's."""
    ordinary = week[day.weekday()]
    as_a_weekday = ordinary or next(hours for hours in week if hours)
    if day in own:
        return as_a_weekday if own[day] else ()
    if any(day in statutory(year).worked for year in YEARS):
        return as_a_weekday
    return () if any(day in statutory(year).closed for year in YEARS) else ordinary


def made(week, own):
    extra = [ExtraDay(hospital_id=1, on=on, is_worked=is_worked, why="x") for on, is_worked in own.items()]
    return composed(hospital_id=1, vendor_id=1, name="x", week=week, version=1, at=AT, days=Days(LAND, extra))


@given(st.sampled_from([week for week in WEEKS if week != WEEKS[3]]), own_days)
@hypothesis_settings(max_examples=150)
def test_composed_equals_the_slow_one(week, own):
    row = made(week, own)
    calendar = calendar_of(row)
    assert [calendar.hours_of(day) for day in EVERY_DAY] == [slow_hours(day, week, own) for day in EVERY_DAY]
    assert calendar.known == {2025, 2026}


@given(own_days)
def test_day_and_night_knows_no_days(own):
    row = made(WEEKS[3], own)
    assert (row.closed, row.worked, row.known) == ([], {}, None)
