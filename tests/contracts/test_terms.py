"""The dates of a contract: when a term ends, what a signing covers, what that makes of the contract on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.enums import Status
from contracts.terms import (
    ONE_DAY,
    Facts,
    Stretch,
    covered_until,
    following,
    is_sound,
    last_day,
    next_year,
    reminder_for,
    status_of,
    year_of,
)

TERM = Stretch(date(2026, 3, 1), date(2028, 2, 29))
FIRST, SECOND = Stretch(date(2026, 3, 1), date(2027, 2, 28)), Stretch(date(2027, 3, 1), date(2028, 2, 29))


@pytest.mark.parametrize(
    ("from_on", "months", "ends"),
    [
        (date(2026, 3, 1), 24, date(2028, 2, 29)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 11, 15), 12, date(2027, 11, 14)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),  # no such date in 2025: the month's last day is the last one
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
    ],
)
def test_a_term_ends_the_day_before_the_corresponding_date(from_on, months, ends):
    """PACS-1, SMART-1"""
    assert last_day(from_on, months=months) == ends


def yearly(*signings: Stretch, ended_on: date | None = None) -> Facts:
    return Facts(True, TERM, True, signings, ended_on)


@pytest.mark.parametrize(
    ("facts", "on", "status"),
    [
        (Facts(False, TERM, True, (FIRST,)), date(2026, 5, 1), Status.DRAFT),
        (Facts(True, None, False), date(2026, 5, 1), Status.DRAFT),
        (yearly(FIRST), date(2026, 2, 28), Status.COMING),
        (yearly(FIRST), date(2026, 3, 1), Status.ACTIVE),
        (yearly(FIRST), date(2026, 11, 29), Status.ACTIVE),  # 91 days left
        (yearly(FIRST), date(2026, 11, 30), Status.EXPIRING),  # 90
        (yearly(FIRST), date(2027, 2, 28), Status.EXPIRING),  # its last day is still promised
        (yearly(FIRST), date(2027, 3, 1), Status.LAPSED),
        (yearly(FIRST, SECOND), date(2027, 2, 28), Status.ACTIVE),  # the next one is signed already
        (yearly(SECOND, FIRST), date(2027, 3, 1), Status.ACTIVE),
        (yearly(FIRST, SECOND), date(2028, 2, 29), Status.EXPIRING),
        (yearly(FIRST, SECOND), date(2028, 3, 1), Status.ENDED),
        (yearly(FIRST), date(2028, 3, 1), Status.ENDED),
        (yearly(), date(2026, 3, 1), Status.LAPSED),
        (yearly(FIRST, ended_on=date(2026, 6, 1)), date(2026, 5, 31), Status.ACTIVE),
        (yearly(FIRST, ended_on=date(2026, 6, 1)), date(2026, 6, 1), Status.ENDED),
        (Facts(True, TERM, False), date(2027, 6, 1), Status.ACTIVE),
    ],
)
def test_dates_alone_say_how_a_contract_stands(facts, on, status):
    """PACS-1"""
    assert status_of(facts, on) == status


def test_a_gap_between_two_signings_is_lapsed_time():
    """PACS-1"""
    late = Stretch(date(2027, 4, 1), date(2028, 2, 29))
    facts = yearly(FIRST, late)
    assert status_of(facts, date(2027, 3, 15)) == Status.LAPSED
    assert status_of(facts, date(2027, 4, 1)) == Status.ACTIVE
    assert covered_until(facts, date(2027, 1, 1)) == FIRST.to_on


@pytest.mark.parametrize(
    ("term", "ends"),
    [
        (TERM, date(2030, 2, 28)),
        (Stretch(date(2026, 1, 1), date(2026, 12, 31)), date(2027, 12, 31)),
        (Stretch(date(2024, 2, 29), date(2025, 2, 28)), date(2026, 2, 28)),
        (Stretch(date(2026, 5, 15), date(2026, 6, 14)), date(2026, 7, 14)),
        (Stretch(date(2026, 5, 1), date(2026, 5, 10)), date(2026, 5, 20)),  # of an odd length: as many days
    ],
)
def test_the_term_after_this_one(term, ends):
    """PACS-1"""
    assert following(term) == Stretch(term.to_on + ONE_DAY, ends)


def test_coverage_reaches_over_signings_that_follow_each_other():
    assert covered_until(yearly(FIRST, SECOND), date(2026, 3, 1)) == TERM.to_on
    assert covered_until(yearly(FIRST), date(2027, 3, 1)) is None


def test_the_next_contract_year_ends_with_the_term_at_the_latest():
    assert next_year(TERM, ()) == FIRST
    assert next_year(TERM, [FIRST]) == SECOND
    assert next_year(TERM, [FIRST, SECOND]) is None
    assert year_of(TERM, date(2027, 9, 1)) == Stretch(date(2027, 9, 1), TERM.to_on)


@pytest.mark.parametrize(
    ("left", "told"), [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (7, 7), (0, 7), (-1, None)]
)
def test_reminders_come_90_60_30_and_7_days_before(left, told):
    """PACS-1, ALL-12: a day on which nothing ran is made up for by the next one."""
    on = date(2026, 6, 1)
    assert reminder_for(on + left * ONE_DAY, on) == told


def test_the_bar_of_a_term():
    half = Stretch(date(2026, 1, 1), date(2026, 12, 31))
    assert (half.days, half.middle) == (365, date(2026, 7, 3))
    assert [half.share_over(day) for day in (date(2025, 1, 1), half.from_on, half.to_on, date(2028, 1, 1))] == [
        0,
        0,
        99,
        100,
    ]


@pytest.mark.parametrize(("day", "sound"), [(date(1900, 1, 1), False), (date(9999, 12, 31), False), (TERM.to_on, True)])
def test_years_that_nobody_means(day, sound):
    assert is_sound(day) is sound


def test_far_years_do_not_break_the_arithmetic():
    assert status_of(Facts(True, Stretch(date(1900, 1, 1), date(9999, 12, 31)), False), TERM.from_on) == Status.ACTIVE
    assert Stretch(date(1900, 1, 1), date(9999, 12, 31)).days > timedelta(days=2_000_000).days
