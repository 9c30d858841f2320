"""A QR code as the data of an SVG path: drawn by the page itself, with no picture to fetch."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET = 2


@dataclass(frozen=True)
class Picture:
    size: int
    path: str


def picture(text: str) -> Picture:
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    dark = [(x + QUIET, y + QUIET) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell]
    return Picture(len(rows) + 2 * QUIET, "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
