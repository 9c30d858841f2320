"""`manage.py explain`: every clock of a report, with the sentences that lead to it, without any server."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
PACS = {"blueprint": "pacs", "category": "fault", "severity": "1", "at": "2026-10-01T09:00+08:00"}


def explained(**options: Any) -> str:
    out = io.StringIO()
    with translation.override("en"):
        call_command("explain", stdout=out, **{**PACS, **options})
    return out.getvalue()


def clocks(**options: Any) -> list[dict[str, Any]]:
    return json.loads(explained(json=True, **options))["clocks"]


def test_it_needs_no_environment_at_all():
    words = ["--blueprint=smart", "--category=fault", "--at=2026-09-30T12:00+08:00", "--json"]
    done = subprocess.run(
        [sys.executable, "manage.py", "explain", *words], cwd=ROOT, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [clock["due_at"] for clock in json.loads(done.stdout)["clocks"]] == [
        "2026-09-30T12:30:00+08:00", "2026-09-30T13:00:00+08:00", "2026-10-09T18:00:00+08:00",
    ]  # fmt: skip


def test_what_a_clock_says():
    (respond, _) = clocks()
    assert respond == {
        "metric": "respond", "due_at": "2026-10-01T09:05:00+08:00", "window": "24x7", "target": 5,
        "unit": "elapsed_minutes", "armed": "at_report", "provisional": False, "clause": "PACS-16",
        "house_default": False, "house_window": False, "by_agreement": False,
        "because": [
            "Promised within 5 minutes (PACS-16).", "Counted from 2026-10-01 09:00.",
            "Runs day and night, on all days.", "Due 2026-10-01 09:05.",
        ],
    }  # fmt: skip


def test_a_clock_that_waits_for_a_call_has_no_due_time():
    (_, on_site) = clocks(severity="B")
    assert (on_site["due_at"], on_site["armed"]) == (None, "when_called_for")
    assert on_site["because"][-1].startswith("Runs once a visit is called for")


def test_a_year_that_is_not_published_is_said():
    (respond, deliver) = clocks(blueprint="smart", category="change", severity="", at="2026-12-10T09:00+08:00")
    assert [respond["provisional"], deliver["provisional"]] == [False, True]
    assert "The days off of 2027 are not published yet; this time may move." in deliver["because"]


def test_a_day_that_ends_at_midnight_is_not_the_next_one():
    (respond,) = clocks(blueprint="icu", category="training", severity="", at="2026-12-30T10:00+08:00")
    assert (respond["due_at"], respond["provisional"]) == ("2027-01-01T00:00:00+08:00", False)
    assert not any("Days off" in sentence for sentence in respond["because"])


def test_a_window_of_a_year_that_is_not_published_is_provisional_too():
    """Sunday 2027-01-03 may yet become a working day: then it is half an hour, not one."""
    found = clocks(blueprint="smart", severity="", at="2027-01-03T10:00+08:00")
    assert [(clock["window"], clock["provisional"]) for clock in found] == [("off", True)] * 3


def test_what_is_agreed_upon_later_says_its_limit():
    (_, on_site) = clocks(blueprint="hrp", severity="C")
    assert (on_site["due_at"], on_site["by_agreement"]) == (None, True)
    assert "No time is agreed upon yet, so the latest one holds." in on_site["because"]


def test_days_off_and_worked_weekends_are_named():
    (_, _, restore) = clocks(blueprint="smart", severity="", at="2026-09-30T23:59+08:00")
    assert restore["because"] == [
        "Promised within 2 working days (SMART-7).",
        "Reported outside working hours.",
        "Counted from 2026-09-30 23:59.",
        "The first day, 2026-09-30, does not count.",
        "Days off: 10-01 to 10-07.",
        "Day 2 is 2026-10-09.",
        "The last day ends with the working hours that the contract names.",
        "Due 2026-10-09 18:00.",
    ]
    (_, _, restore) = clocks(blueprint="smart", severity="", at="2026-10-08T09:00+08:00")
    assert "Worked weekend days: 10-10." in restore["because"]


def test_in_words_for_people():
    said = explained(blueprint="pacs-checklist", severity="")
    assert said == "全院PACS维护服务清单\nNo times are agreed upon.\n"
    assert "On site: 2026-10-01T13:00:00+08:00" in explained()


@pytest.mark.parametrize(("options", "sentence"), [
    ({"blueprint": "xray"}, "There is no blueprint 'xray'"),
    ({"category": "coffee"}, "has no category 'coffee'"),
    ({"severity": "D"}, "A severity is needed, one of 1, A, B, C"),
    ({"severity": ""}, "A severity is needed"),
    ({"at": "yesterday"}, "is no moment"),
    ({"at": "2026-10-01T09:00"}, "says no time zone"),
    ({"at": "1900-01-01T09:00+08:00"}, "lies outside the years"),
    ({"at": "9999-12-31T23:59+08:00"}, "lies outside the years"),
    ({"reported_by": "web"}, "This is reported by phone only"),
    ({"blueprint": "pacs-checklist", "at": "1900-01-01T10:00+08:00"}, "lies outside the years"),
    ({"blueprint": "smart", "category": "change", "at": "2050-12-20T10:00+08:00"}, "lies outside the years"),
    ({"blueprint": "smart", "at": "2015-01-01T00:00+14:00"}, "lies outside the years"),
    ({"blueprint": "smart", "severity": "Z"}, "A severity is needed"),
])  # fmt: skip
def test_bad_input_gets_a_sentence(options, sentence):
    with pytest.raises(CommandError, match=sentence):
        explained(**options)


def test_an_emergency_is_refused_where_the_contract_knows_none():
    """HRP-4 is HRP's alone."""
    with pytest.raises(CommandError, match="promises nothing particular for an emergency"):
        explained(emergency=True)
