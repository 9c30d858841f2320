"""What is looked at on every answer besides the declaration: what it carries, whose marks it shows, and whether a
foreign id can be told from a missing one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from django.http.response import HttpResponseBase

from tests.matrix.endpoints import Endpoint
from tests.matrix.expectations import Answer
from tests.matrix.principals import Principal
from tests.matrix.walk import Cell, knock, masked, missing_id
from tests.world import World

FOREIGN = re.compile(
    rb"""(?:src|href|action|url)\s*[=(:]\s*["']?(?:https?:)?//(?!localhost|127\.0\.0\.1|testserver)[^"')\s]+"""
)
INLINE = re.compile(rb"<script>|<[^>]+ (?:style|on[a-z]+)=")
MARK = re.compile(r"§([a-z]+)")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def bare(response: HttpResponseBase) -> Iterator[str]:
    """What every answer carries, and what none may."""
    policy = response.headers.get("Content-Security-Policy", "")
    if "unsafe-" in policy or not ("frame-ancestors 'none'" in policy or "sandbox" in policy):
        yield f"Content-Security-Policy: {policy}"
    yield from (name for name, value in HEADERS.items() if response.headers.get(name) != value)
    if "no-store" not in response.headers.get("Cache-Control", ""):
        yield "Cache-Control"
    if not response.streaming:
        yield from (found.decode() for found in FOREIGN.findall(response.content) + INLINE.findall(response.content))


def marks_on(response: HttpResponseBase) -> set[str]:
    text = b"" if response.streaming else _unpacked(response.content)
    return set(MARK.findall(text.decode(errors="replace") + str(dict(response.headers))))


def _unpacked(content: bytes) -> bytes:
    """A spreadsheet's words are packed: a mark in them would be missed, and one seen that is none."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as book:
        return b"".join(map(book.read, book.namelist()))


def may_read(principal: Principal, world: World) -> set[str]:
    """Whose marks this person may meet: their own organisation's, and of the hospitals their company serves."""
    names = {hospital.id: hospital.code for hospital in (world.h1, world.h2, world.h3)}
    if principal.role is None:
        return set()
    # A hospital reads who of the platform looked into its rows.
    own = {"hospital": {"platform"}, "vendor": {world.v1.code}, "platform": {"platform"}}[principal.side]
    return own | {names[hospital_id] for hospital_id in principal.hospital_ids}


class Missing:
    """What ids are answered that name nothing: asked once for each person and method, whatever the foreign rows."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.rule = endpoint.rule
        self.compared = 0
        self._answers: dict[tuple[str, str], tuple[Any, ...]] = {}

    def faults(self, cell: Cell) -> Iterator[str]:
        if cell.expected != Answer.MISSING or cell.method not in self.rule.methods:
            return
        self.compared += 1
        if _bytes(cell.response, cell.url) != self._answer(cell):
            yield "a foreign id can be told from a missing one"

    def _answer(self, cell: Cell) -> tuple[Any, ...]:
        key = str(cell.principal), cell.method
        if key not in self._answers:
            row = cell.example.row
            url = cell.url.replace(str(getattr(row, self.rule.key)), str(missing_id(row)))
            self._answers[key] = _bytes(knock(cell.principal, cell.method, url), url)
        return self._answers[key]


def _bytes(response: HttpResponseBase, url: str) -> tuple[Any, ...]:
    return response.status_code, sorted(response.headers), masked(response, url)
