"""Working time: hours, days off, make-up days. The laws of their arithmetic are in test_laws.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk.sla.calendar import ALL_DAY, ALWAYS, FIRST_YEAR, LAST_YEAR, Calendar, Hours, Impossible
from tests.sla.cases import LUNCH, OFFICE, ZONE

WEEKDAYS: tuple[Hours, ...] = (OFFICE,) * 5 + ((), ())
FRIDAY = datetime(2026, 11, 20, tzinfo=ZONE)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (at(20, 17), 60, at(20, 18)),  # the end of the hours, not the next morning
        (at(20, 17, 30), 60, at(23, 8, 30)),
        (at(21, 12), 1, at(23, 8, 1)),
        (at(20, 3), 0, at(20, 3)),
    ],
)
def test_minutes_run_in_hours_only(start, minutes, due):
    assert Calendar(WEEKDAYS).add(start, minutes) == due


def test_lunch_is_no_working_time():
    assert Calendar((LUNCH,) * 5 + ((), ())).add(at(20, 11, 30), 60) == at(20, 13, 30)


def test_24x7_has_no_seam_at_midnight():
    assert len(ALWAYS.table.starts) == 1
    assert ALWAYS.add(at(20, 23, 58), 5) == at(21, 0, 3)


def test_a_make_up_day_has_its_hours_and_wins_over_a_day_off():
    saturday = date(2026, 11, 21)
    calendar = Calendar(WEEKDAYS, frozenset({saturday, date(2026, 11, 23)}), {saturday: LUNCH})
    assert calendar.hours_of(saturday) == LUNCH
    assert calendar.add(at(20, 18), 60 * 8) == at(21, 17)
    assert calendar.working_day(saturday, 1) == date(2026, 11, 24)
    assert [calendar.is_open(at(21, hour)) for hour in (7, 8, 12, 13, 18)] == [False, True, False, True, False]


def test_a_summer_time_zone_counts_real_minutes():
    """Calendars carry their zone; a clock put forward takes an hour out of a night."""
    calendar = Calendar((ALL_DAY,) * 7, zone="Europe/Berlin")
    assert calendar.elapsed(calendar.midnight(date(2026, 3, 29)), calendar.midnight(date(2026, 3, 30))) == timedelta(
        hours=23
    )


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Calendar(((),) * 7), "needs working hours"),
        (lambda: Calendar((OFFICE,) * 6), "seven days"),
        (lambda: Calendar((((480, 720), (700, 1080)),) * 7), "from 08:00 and from 11:40 overlap"),
        (lambda: Calendar((((720, 480),),) * 7), "not 12:00 to 08:00"),
        (lambda: Calendar((((0, 1441),),) * 7), "not 00:00 to 24:01"),
        (lambda: ALWAYS.day_of(datetime(1900, 1, 1, tzinfo=UTC)), f"{FIRST_YEAR} to {LAST_YEAR}"),
        (lambda: ALWAYS.day_of(datetime(9999, 1, 1, tzinfo=UTC)), f"{FIRST_YEAR} to {LAST_YEAR}"),
        (lambda: ALWAYS.add(datetime(1900, 1, 1, tzinfo=UTC), 5), f"{FIRST_YEAR} to {LAST_YEAR}"),
        (lambda: ALWAYS.add(datetime(2050, 12, 31, 15, 59, tzinfo=UTC), 5), f"{FIRST_YEAR} to {LAST_YEAR}"),
        (lambda: ALWAYS.working_day(date(2050, 12, 31), 1), "reaches beyond"),
        (lambda: ALWAYS.add(datetime(2026, 1, 1), 5), "says no time zone"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(Impossible, match=sentence):
        make()


def test_a_year_that_is_not_published_is_provisional():
    calendar = Calendar(WEEKDAYS, known=frozenset({2026}))
    assert not calendar.is_provisional(at(20, 9), at(30, 9))
    assert not calendar.is_provisional(at(20, 9), datetime(2027, 1, 1, tzinfo=ZONE))  # 24:00 of the year before
    assert calendar.is_provisional(at(20, 9), datetime(2027, 1, 1, 0, 1, tzinfo=ZONE))
    assert not ALWAYS.is_provisional(at(20, 9), datetime(2027, 1, 1, tzinfo=ZONE))
