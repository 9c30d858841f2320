"""A signature as it was drawn: lines of whole numbers in a box of 600 × 240, kept as the data of an SVG path.

Whatever a browser sends is read number by number and written anew, so that nothing else can ever stand in a page.
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import hypot

WIDTH, HEIGHT = 600, 240
MOST_LETTERS = 60_000
LEAST_POINTS, LEAST_INK, LEAST_SPAN = 8, 120, 60  # less is a dot, a tick or a slip of the finger
POINT = "[0-9]{1,3} [0-9]{1,3}"
PATH = re.compile(rf"(?:M{POINT}(?:L{POINT})*)+")
LINE = re.compile(r"M([^M]+)")

Line = list[tuple[int, int]]


class Unreadable(ValueError):
    """Not what our pad writes."""


class TooLittle(ValueError):
    """Nothing that could be a name."""


def read(text: str) -> list[Line]:
    if not text:
        raise TooLittle
    if len(text) > MOST_LETTERS or not PATH.fullmatch(text):
        raise Unreadable
    lines = [[_point(pair) for pair in line.split("L")] for line in LINE.findall(text)]
    if any(x > WIDTH or y > HEIGHT for line in lines for x, y in line):
        raise Unreadable
    if _is_too_little(lines):
        raise TooLittle
    return lines


def path(lines: list[Line]) -> str:
    return "".join("M" + "L".join(f"{x} {y}" for x, y in line) for line in lines)


def _point(pair: str) -> tuple[int, int]:
    x, y = pair.split(" ")
    return int(x), int(y)


def _is_too_little(lines: list[Line]) -> bool:
    points = {point for line in lines for point in line}
    ink = sum(hypot(bx - ax, by - ay) for line in lines for (ax, ay), (bx, by) in pairwise(line))
    span = max(_span([x for x, _ in points]), _span([y for _, y in points]))
    return len(points) < LEAST_POINTS or ink < LEAST_INK or span < LEAST_SPAN


def _span(values: list[int]) -> int:
    return max(values) - min(values)
