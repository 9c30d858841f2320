"""A row is held with NO KEY: FOR UPDATE also keeps away whatever points at it, so that a signature on a contract would
hold up each report under it, and with the report the day's number of the whole hospital."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
HOLDS = re.compile(r"select_for_update\(([^\n]*)|\bFOR UPDATE\b(?! USING)", re.IGNORECASE)
# file → why the key itself changes there, or the row goes
WITH_THE_KEY: dict[str, str] = {}


def held_with_the_key() -> Iterator[str]:
    for folder in ("servicedesk", "contracts", "tickets"):
        for path in (PROJECT / folder).rglob("*.py"):
            if any("no_key=True" not in (found[1] or "") for found in HOLDS.finditer(path.read_text())):
                yield str(path.relative_to(PROJECT))


def test_nothing_is_held_that_keeps_away_what_points_at_it() -> None:
    assert sorted(held_with_the_key()) == sorted(WITH_THE_KEY)


@pytest.mark.parametrize("words", ["rows.select_for_update()", 'select_for_update(of=("self",))', "… for update of c"])
def test_what_would_be_found(words: str) -> None:
    assert all("no_key=True" not in (found[1] or "") for found in HOLDS.finditer(words))
    assert HOLDS.search(words)
