"""Weekly hours as people write them. SMART-6."""

from __future__ import annotations

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.clocks.calendars_hours import hours_from, in_words, text_of
from servicedesk.clocks.forms.hours import HoursForm, WeekField
from servicedesk.sla.calendar import ALL_DAY, Impossible

LUNCH = ((480, 720), (840, 1080))


@pytest.mark.parametrize(
    "text",
    [
        "08:00-12:00 14:00-18:00",
        "8:00-12:00,14:00-18:00",
        "08：00－12：00，14：00－18：00",
        "08:00–12:00、14:00—18:00",
        "08:00~12:00；14:00～18:00",
        "14:00-18:00 08:00-12:00",
        " 08:00 - 12:00  和 14:00至18:00 ",
    ],
)
def test_ways_to_write_the_same_hours(text):
    assert hours_from(text) == LUNCH


@pytest.mark.parametrize(
    ("text", "hours"), [("", ()), ("休息", ()), ("—", ()), ("全天", ALL_DAY), ("0:00-24:00", ALL_DAY)]
)
def test_rest_and_the_whole_day(text, hours):
    assert hours_from(text) == hours


def test_until_midnight():
    assert hours_from("22:00-24:00") == ((1320, 1440),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("08:00-12:00 11:00-14:00", "08:00-12:00 and 11:00-14:00 overlap"),
        ("08:00-12:00 08:00-12:00", "overlap"),
        ("08:00-08:00", "begins and ends at the same time"),
        ("18:00-08:00", "18:00-08:00 ends before it begins"),
        ("08:00-25:00", "25:00 is no time of a day"),
        ("08:00-24:01", "24:01 is no time"),
        ("08:75-12:00", "08:75 is no time"),
        ("nine to five", "is not written like"),
        ("08:00", "is not written like"),
        ("08:00-12:00 x", "“x” is not written like"),
        ("8-12", "is not written like"),
    ],
)
def test_what_is_refused(text, said):
    with pytest.raises(Impossible, match=said.replace("(", r"\(")):
        hours_from(text)


minutes = st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True).map(sorted)


@given(minutes)
def test_written_and_read_again(points):
    hours = tuple(zip(points[::2], points[1::2], strict=False))
    assert hours_from(text_of(hours)) == hours


def typed(*days: str) -> dict[str, str]:
    return {f"week_{place}": text for place, text in enumerate(days)}


WEEKDAY = "08:00-12:00 14:00-18:00"


def test_the_form_gives_the_core_its_week():
    form = HoursForm(typed(*[WEEKDAY] * 5, "", "休"))
    assert form.is_valid()
    assert form.cleaned_data["week"] == (LUNCH,) * 5 + ((), ())


def test_every_wrong_day_is_named_and_nothing_typed_is_lost():
    with translation.override("en"):
        form = HoursForm(typed(WEEKDAY, "9-5", WEEKDAY, "18:00-08:00", "", "", ""))
        assert not form.is_valid()
        said = form.errors["week"]
        assert [sentence.split(":")[0] for sentence in said] == ["Tuesday", "Thursday"]
        page = str(form["week"])
    assert all(f'value="{text}"' in page for text in ("9-5", "18:00-08:00", WEEKDAY))


@pytest.mark.parametrize("days", [[], [""] * 7, ["休"] * 7])
def test_a_week_without_hours_is_refused(days):
    with translation.override("en"):
        form = HoursForm(typed(*days))
        assert not form.is_valid()
        assert form.errors["week"] == ["A week needs working hours on at least one day."]


def test_another_form_may_use_the_field_and_leave_it_empty():
    class Wizard(forms.Form):
        week = WeekField(required=False)

    form = Wizard({})
    assert form.is_valid()
    assert form.cleaned_data["week"] == ((),) * 7


def test_the_row_as_stored_fills_the_form():
    page = str(HoursForm(initial={"week": [[[480, 720], [840, 1080]]] * 5 + [[], []]})["week"])
    assert page.count(f'value="{WEEKDAY}"') == 5


def test_a_week_in_words_joins_equal_days():
    with translation.override("zh-hans"):
        assert in_words((LUNCH,) * 5 + ((), ())) == [("星期一 至 星期五", WEEKDAY), ("星期六 至 星期日", "休息")]
    with translation.override("en"):
        assert in_words((ALL_DAY,) * 7) == [("Monday to Sunday", "day and night")]
