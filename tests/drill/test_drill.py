"""The drill in its short form: real processes, really killed. ALL-3."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RESULT = re.compile(r"^drill: lost=(\d+) doubled=(\d+) wrong=(\d+)", re.MULTILINE)


def drilled(*words: str) -> tuple[int, list[int]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drill", "--short", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=400,
    )
    found = RESULT.search(done.stdout)
    assert found, done.stdout + done.stderr
    return done.returncode, [int(count) for count in found.groups()]


@pytest.mark.slow
def test_nothing_is_lost_or_told_twice_and_a_saboteur_is_found_out():
    """One test, for both use the drill's own servers."""
    assert drilled() == (0, [0, 0, 0])
    code, (lost, _doubled, _wrong) = drilled("--sabotage", "--only", "knives")
    assert (code, lost > 0) == (1, True)
