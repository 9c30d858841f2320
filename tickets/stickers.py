"""Stickers on paper: A4 sheets of three by eight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PER_SHEET = 24


def sheets(pieces: Sequence[Any]) -> list[Sequence[Any]]:
    return [pieces[start : start + PER_SHEET] for start in range(0, len(pieces), PER_SHEET)]
