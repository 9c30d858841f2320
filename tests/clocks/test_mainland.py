"""The statutory year as the State Council published it, checked day by day for 2026."""

from __future__ import annotations

from datetime import date, timedelta

from servicedesk.clocks.mainland import PUBLISHED_THROUGH, calendar, statutory
from servicedesk.sla.calendar import ALL_DAY
from tests.sla.cases import OFFICE

# 国务院办公厅关于2026年部分节假日安排的通知
STRETCHES_2026 = (
    ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
    ("09-25", "09-27"), ("10-01", "10-07"),
)  # fmt: skip
WORKED_2026 = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def test_2026_is_as_published():
    closed = set()
    for first, last in STRETCHES_2026:
        length = (day(last) - day(first)).days + 1
        closed |= {day(first) + timedelta(days=number) for number in range(length)}
    assert statutory(2026).closed == closed
    assert statutory(2026).worked == {day(text) for text in WORKED_2026}


def test_a_six_day_week_rests_on_the_saturday_of_a_holiday_too():
    six = calendar((OFFICE,) * 6 + ((),))
    assert not six.is_working_day(day("10-03"))
    assert six.is_working_day(day("10-10"))


def test_next_year_is_provisional_with_the_days_that_the_law_names():
    office = calendar((ALL_DAY,) * 5 + ((), ()))
    assert PUBLISHED_THROUGH + 1 not in office.known
    assert date(PUBLISHED_THROUGH + 1, 10, 1) in office.closed
    assert statutory(PUBLISHED_THROUGH + 1).worked == frozenset()
