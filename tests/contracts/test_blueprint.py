"""A wrong blueprint is refused with file, line and reason."""

from __future__ import annotations

import pytest
from django.utils import translation

from contracts.blueprint import Wrong, blueprint, names, read


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


SOUND = """blueprint: x
prefix: X
name: A contract
hours: {monday: ["08:00-12:00", "13:00-24:00"]}
categories:
  fault: {name: Fault, clause: X-1}
ladders:
  one:
    - {at: 50%, tell: [on_duty]}
promises:
  - ladder: one
    respond: {within: 5 min, clause: X-2}
"""


def test_all_five_are_there():
    assert names() == ["hrp", "icu", "pacs", "pacs-checklist", "smart"]


def test_a_sound_one_is_read():
    found = read(SOUND, file="x.yaml")
    assert found.matrix.calendar.week[0] == ((480, 720), (780, 1440))
    assert list(found.categories) == ["fault"]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("prefix: X", "prefx: X", 2, "'prefx' is not known here"),
        ("prefix: X\n", "", 1, "'prefix' is missing"),
        ("prefix: X", "blueprint: y", 2, "'blueprint' stands here twice"),
        ("name: A contract", "name: [a]", 3, "a word or sentence is expected"),
        ("name: A contract", "name:", 3, "a word or sentence is expected"),
        ("08:00-12:00", "8-12", 4, "hours are written like 08:00-18:00"),
        ("08:00-12:00", "12:00-08:00", 4, "not 12:00 to 08:00"),
        ('["08:00-12:00", "13:00-24:00"]', "all day", 4, "a list is expected"),
        ("{name: Fault, clause: X-1}", "Fault", 6, "named items are expected"),
        ("at: 50%", "at: half", 9, "a rung is at"),
        ("tell: [on_duty]", "tell: [everybody]", 9, "'everybody' is none of"),
        ("tell: [on_duty]", "tell: []", 9, "tells at least one role"),
        ("ladder: one", "ladder: two", 11, "there is no ladder 'two'"),
        ("ladder: one", "categories: [other]", 11, "'other' is no category"),
        ("ladder: one", "severities: [D]", 11, "'D' is none of"),
        ("ladder: one", "only_in_emergency: perhaps", 11, "true or false"),
        ("within: 5 min", "within: soon", 12, "a time is a number and one of"),
        ("within: 5 min", "within: -5 min", 12, "a time is a number and one of"),
        ("within: 5 min", "within: 0 min", 12, "a time is a number and one of"),
        ("hours: {monday", "hours: {moonday", 4, "'moonday' is not known here"),
        ("promises:", "promises: [", 11, "this is no YAML"),
    ],
)
def test_a_wrong_one_is_refused_with_file_line_and_reason(old, new, line, reason):
    with pytest.raises(Wrong) as refused:
        read(SOUND.replace(old, new), file="x.yaml")
    said = str(refused.value)
    assert said.startswith(f"x.yaml, line {line}: ") or "YAML" in reason, said
    assert reason in said


def test_a_window_needs_hours():
    text = SOUND.replace('hours: {monday: ["08:00-12:00", "13:00-24:00"]}\n', "").replace("ladder: one", "window: off")
    with pytest.raises(Wrong, match="line 10: a window needs the contract's working hours"):
        read(text, file="x.yaml")


def test_an_empty_file_and_an_unknown_name_are_refused():
    with pytest.raises(Wrong, match="the file is empty"):
        read("", file="x.yaml")
    with pytest.raises(Wrong, match="no blueprint 'xray'"):
        blueprint("xray")
