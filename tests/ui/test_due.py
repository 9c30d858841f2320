"""How long is left, said the way people say it; to the second below an hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.ui.due import left

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("after", "chinese", "english", "state"),
    [
        (timedelta(minutes=3, seconds=12), "还剩 3 分 12 秒", "3 min 12 s left", "close"),
        (timedelta(seconds=0), "还剩 0 秒", "0 s left", "close"),
        (timedelta(milliseconds=-1), "超时 1 秒", "1 s overdue", "over"),
        (timedelta(minutes=59, seconds=59), "还剩 59 分 59 秒", "59 min 59 s left", "soon"),
        (timedelta(hours=4, minutes=30), "今天 16:30 前", "before 16:30 today", "calm"),
        (timedelta(days=1, hours=6), "明天 18:00 前", "before 18:00 tomorrow", "calm"),
        (timedelta(days=6), "11月26日 12:00 前", "before 12:00 on 11/26", "calm"),
        (timedelta(days=60), "2027年1月19日 12:00 前", "before 12:00 on 2027/1/19", "calm"),
        (timedelta(seconds=-59), "超时 59 秒", "59 s overdue", "over"),
        (timedelta(minutes=-12), "超时 12 分", "12 min overdue", "over"),
        (timedelta(hours=-3, minutes=-12), "超时 03:12", "03:12 overdue", "over"),
        (timedelta(days=-2, hours=-3, minutes=-12), "超时 2 天 03:12", "2 d 03:12 overdue", "over"),
    ],
)
def test_words(after: timedelta, chinese: str, english: str, state: str) -> None:
    for language, words in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert (left(NOON + after, at=NOON, zone=SHANGHAI).words, left(NOON + after, at=NOON).state) == (
                words,
                state,
            )


def test_a_paused_clock_says_when_it_would_be_due() -> None:
    with translation.override("zh-hans"):
        shown = left(NOON + timedelta(days=1, hours=6), at=NOON, paused=True, zone=SHANGHAI)
    assert (shown.state, shown.words, shown.exact) == ("paused", "暂停 · 恢复则 明天 18:00 前", "2026-11-21 18:00:00")


def test_a_paused_clock_never_looks_overdue() -> None:
    assert left(NOON - timedelta(days=1), at=NOON, paused=True).state == "paused"


def test_midnight_belongs_to_the_day_of_the_reader() -> None:
    """23:30 in Shanghai is still today there, though it is tomorrow in no other zone that matters."""
    at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    with translation.override("en"):
        assert left(at + timedelta(hours=2), at=at, zone=SHANGHAI).words == "before 01:30 tomorrow"


ORDER = ["calm", "soon", "close", "over"]


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**5))
def test_waiting_never_makes_it_calmer(seconds: int, later: int) -> None:
    due = NOON + timedelta(seconds=seconds)
    first, then = (left(due, at=NOON + timedelta(seconds=passed)).state for passed in (0, later))
    assert ORDER.index(then) >= ORDER.index(first)


@pytest.mark.parametrize(
    ("left_of_it", "state"), [(0.51, "calm"), (0.5, "soon"), (0.21, "soon"), (0.2, "close"), (0, "close"), (-1, "over")]
)
@pytest.mark.parametrize("whole", [timedelta(minutes=5), timedelta(hours=4), timedelta(days=2)])
def test_a_chip_that_knows_its_whole_time_turns_at_half_and_at_a_fifth(
    whole: timedelta, left_of_it: float, state: str
) -> None:
    due = NOON + whole * left_of_it
    assert left(due, at=NOON, since=due - whole).state == state
