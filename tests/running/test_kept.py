"""What was kept of a demo is loaded only where telling it anew would say the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servicedesk.kept import FACTS, LASTS, Kept

HERE = "http://localhost:8000"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # in Shanghai


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    one = Kept(tmp_path, HERE)
    one.folder.mkdir()
    (one.folder / FACTS).write_text(json.dumps({"mark": one.mark, "made_at": NOON.isoformat()}))
    return one


def test_it_is_good_for_a_few_hours(kept: Kept):
    assert kept.is_good(NOON)
    assert kept.is_good(NOON + LASTS - timedelta(seconds=1))
    assert not kept.is_good(NOON + LASTS)
    assert not kept.is_good(NOON - timedelta(seconds=1)), "the clock was set back"


def test_yesterdays_is_never_todays(kept: Kept):
    late = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # ten minutes before midnight in Shanghai
    (kept.folder / FACTS).write_text(json.dumps({"mark": kept.mark, "made_at": late.isoformat()}))
    assert kept.is_good(late + timedelta(minutes=9))
    assert not kept.is_good(late + timedelta(minutes=10))


def test_it_is_of_this_code_and_this_address(kept: Kept, monkeypatch: pytest.MonkeyPatch):
    assert not Kept(kept.var, "http://localhost:8010").is_good(NOON)
    monkeypatch.setattr("servicedesk.kept.TOLD_BY", ("servicedesk/*.py",))
    assert not Kept(kept.var, HERE).is_good(NOON)


@pytest.mark.parametrize("facts", ["", "{", "[]", "{}", '{"made_at": "yesterday"}', '{"made_at": 5}'])
def test_what_is_damaged_is_no_reason_to_fail(kept: Kept, facts: str):
    (kept.folder / FACTS).write_text(facts)
    assert not kept.is_good(NOON)


def test_nothing_is_kept_while_the_demo_has_files(kept: Kept, tmp_path: Path):
    (tmp_path / "data" / "files").mkdir(parents=True)
    (tmp_path / "data" / "files" / "photo").touch()
    kept.keep(None, at=NOON)  # type: ignore[arg-type]  # the server is not even asked
    assert not kept.folder.exists()
