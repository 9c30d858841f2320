"""The two laws that working time keeps, on any calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sla.cases import calendars

SOME_TIME = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
SOME_MINUTES = st.integers(0, 20_000)


@pytest.mark.slow
@given(calendars(), SOME_TIME, SOME_MINUTES)
def test_what_was_added_has_elapsed(calendar, start, minutes):
    assert calendar.elapsed(start, calendar.add(start, minutes)) == timedelta(minutes=minutes)


@pytest.mark.slow
@given(calendars(), SOME_TIME, SOME_MINUTES, SOME_MINUTES)
def test_adding_in_two_steps_is_adding_once(calendar, start, first, second):
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)
