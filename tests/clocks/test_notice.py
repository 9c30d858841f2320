"""The State Council's notices as they were published, read; and what is refused, with its sentence."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from servicedesk.clocks.calendars_notice import arrangement, stretches
from servicedesk.clocks.calendars_table import text_of_csv, text_of_xlsx
from servicedesk.clocks.mainland import statutory
from servicedesk.sla.calendar import Impossible

NOTICES = {year: Path(__file__).with_name(f"notices_{year}.txt").read_text() for year in (2024, 2025, 2026)}
WORKED_2026 = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")


def refused(text: str, year: int = 2027) -> str:
    with pytest.raises(Impossible) as refusal:
        arrangement(text, year)
    return str(refusal.value)


@pytest.mark.parametrize("year", NOTICES)
def test_the_notice_says_what_the_shipped_year_says(year):
    """ALL-2, SMART-6: working days are the State Council's."""
    found = arrangement(NOTICES[year], year)
    assert found.closed == statutory(year).closed
    assert found.worked == statutory(year).worked


def test_2026_has_its_six_worked_weekends():
    assert arrangement(NOTICES[2026], 2026).worked == {date.fromisoformat(f"2026-{day}") for day in WORKED_2026}


def test_what_is_recommended_or_signed_is_passed_over_and_said():
    assert arrangement(NOTICES[2024], 2024).passed_over == ["2月9日"]
    assert arrangement(NOTICES[2026], 2026).passed_over == ["2025年11月4日"]


@pytest.mark.parametrize(
    "text",
    [
        "一、元旦：1月1日（周五）至3日（周日）放假，共3天。",
        "1 月 1 日 （ 星期五 ）\n至 3 日（星期日）放 假 ， 共 3 天",
        "1月1日(周五)-3日(周日)放假,共3天",
        "1月1日至1月3日放假公休，共3天",
        "2027年1月1日—2027年1月3日放假",
        "1月1-3日放假",
        "１月１日至３日放假",
        "1月1日、2日、3日放假，共3天",
        "1月1号至1月3号放假",
    ],
)
def test_ways_to_write_the_same(text):
    assert arrangement(text, 2027).closed == {date(2027, 1, day) for day in (1, 2, 3)}


def test_together_with_the_weekend_needs_no_more_words():
    assert arrangement("元旦：1月1日放假，与周末连休。", 2027).closed == {date(2027, 1, day) for day in (1, 2, 3)}


def test_a_weekend_of_the_old_year_is_off_without_being_named():
    """As the notice for 2023 said it."""
    found = arrangement("元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023)
    assert {day for day in found.closed if day.year == 2023} == {date(2023, 1, 1), date(2023, 1, 2)}
    assert found.passed_over == ["2022-12-31"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No day off was found"),
        ("请各单位妥善安排好值班。", "No day off was found"),
        ("1月3日（周日）上班。", "No day off was found"),
        ("2026年12月31日至2027年1月3日放假", "2026-12-31 is a day of another year"),
        ("2028年1月1日放假", "2028-01-01 is a day of another year"),
        ("1月1日放假。2028年1月8日上班。", "2028-01-08 is a day of another year"),
        ("1月1日至3日放假。1月2日（周六）上班。", "2027-01-02 stands both"),
        ("1月1日（周四）至3日放假", "2027-01-01 is 周五, not 周四"),
        ("1月1日至3日（星期六）放假", "2027-01-03 is 周日, not 周六"),
        ("1月1日放假。1月9日（周日）上班", "2027-01-09 is 周六, not 周日"),
        ("1月1日放假。1月7日（周四）上班", "2027-01-07 is 周四: only a Saturday or Sunday"),
        ("10月7日至1日放假", "“10月7日至1日” runs backwards"),
        ("10月1日至8日放假调休，共7天", "says 7 days at “10月1日至8日”, but these are 8"),
        ("2月30日放假", "no such day as “2月30日”"),
        ("13月1日放假", "no such day"),
        ("1日至3日放假", "says no month"),
        ("1月1日至12月31日放假", "longer than any holiday"),
        ("1月1日至2月15日放假。5月1日至30日放假", "more than a year can have"),
        (NOTICES[2026], "about 2026, not about 2027"),
        ("2027-01-01,off\n2027-01-09,on leave", "Line 2: “on leave” is no kind of day"),
        ("2027-01-01,off\n2027-01-32,off", "no such day"),
        ("2027-01-01,off\n9.1.2027 worked", "Line 2, “9.1.2027 worked”, is no date with a kind"),
        ("2026-01-01,off", "2026-01-01 is a day of another year"),
    ],
)
def test_what_is_refused(text, said):
    assert said in refused(text)


@pytest.mark.parametrize("year", [2014, 2051, 1900, 9999, 0])
def test_years_outside_are_refused(year):
    assert refused("1月1日放假", year) == "Years from 2015 to 2050 can be entered."


TABLE = (("date", "kind"), ("2027-01-01", "off"), ("2027/1/2", "休"), ("2027年1月3日", "放假"), ("2027.1.9", "上班"))


def test_a_table_says_the_same_as_a_notice():
    text = "\n".join(",".join(row) for row in TABLE)
    assert arrangement(text, 2027).closed == {date(2027, 1, day) for day in (1, 2, 3)}
    assert arrangement(text, 2027).worked == {date(2027, 1, 9)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_spreadsheets_save_it(encoding, separator):
    content = "\r\n".join(separator.join(row) for row in TABLE).encode(encoding)
    assert arrangement(text_of_csv(content), 2027).worked == {date(2027, 1, 9)}


def test_xlsx_with_real_dates():
    book, file = Workbook(), io.BytesIO()
    for row in (("日期", "类型"), (date(2027, 1, 1), "休"), (datetime(2027, 1, 9), "班"), (None, None)):
        book.active.append(row)
    book.save(file)
    found = arrangement(text_of_xlsx(file), 2027)
    assert (date(2027, 1, 1) in found.closed, found.worked) == (True, {date(2027, 1, 9)})


def test_a_table_longer_than_years_is_refused():
    with pytest.raises(Impossible):
        text_of_csv(b"2027-01-01,off\n" * 900)


def test_days_that_follow_each_other_are_one_stretch():
    days = [date(2027, 1, day) for day in (1, 2, 3, 9)]
    assert stretches(days) == [(days[0], days[2]), (days[3], days[3])]
    assert stretches([]) == []
