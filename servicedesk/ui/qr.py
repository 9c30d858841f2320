"""A QR code as the data of an SVG path: `ui/qr.html` draws it in the page itself, with no picture to fetch.

Error correction M: a scratch or a fold may cover a seventh of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 2  # fields of paper around it


@dataclass(frozen=True)
class Picture:
    size: int
    path: str


def picture(text: str) -> Picture:
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    return Picture(len(rows) + 2 * QUIET, "".join(run for y, row in enumerate(rows) for run in _runs(row, y)))


def _runs(row: list[int], y: int) -> Iterator[str]:
    """Dark fields side by side are one stroke: half the weight of a square each."""
    x = QUIET
    for is_dark, fields in groupby(row):
        width = len(list(fields))
        if is_dark:
            yield f"M{x} {y + QUIET}h{width}v1h-{width}z"
        x += width
