"""Words that Django says itself, in our Chinese."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import override

MONTHS = "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"


def test_no_text_of_ours_takes_a_months_name() -> None:
    """'May' of a token's rights stood above the fifth month of every calendar: 允许."""
    with override("zh-hans"):
        said = [date_format(date(2026, month, 1), "F") for month in range(1, 13)]
    assert said == MONTHS.split()
