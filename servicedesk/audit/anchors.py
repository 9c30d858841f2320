"""What the trail leaves outside the database: a file per chain, one JSON line per sealed block.

`rows` keeps the beginning of each record's hash, so that a chain rewritten from end to end still names its first bad
row. Lines are only ever appended (the folder may lie on a medium that allows nothing else).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from django.conf import settings

from servicedesk.audit.chain import MARK

log = structlog.get_logger(__name__)
TAIL = 1 << 17  # bytes; longer than the longest line


class Contradiction(Exception):
    """The anchors tell another story than the database: nothing more is anchored until somebody has looked."""


@dataclass(frozen=True, slots=True)
class Anchor:
    chain: str
    block: int
    first: int
    last: int
    head: str
    encoding: int
    sealed_at: str
    rows: str

    def mark(self, position: int) -> str:
        start = (position - self.first) * MARK
        return self.rows[start : start + MARK]


def folder() -> Path:
    return Path(settings.DATA_DIR) / "anchors"


def file_of(chain: str, place: Path | None = None) -> Path:
    return (place or folder()) / f"{chain}.jsonl"


def drop_anchor(anchor: Anchor) -> None:
    """Log line and file, flushed to the disk. Dropping the same anchor again changes nothing."""
    path = file_of(anchor.chain)
    _make(path.parent)
    before = newest(path)
    if before and before.block >= anchor.block:
        if anchor not in anchors(path):
            raise Contradiction(f"block {anchor.block} of {anchor.chain} is anchored with another content")
        return
    if (before.block if before else 0) != anchor.block - 1:
        raise Contradiction(f"the anchors of {anchor.chain} end before block {anchor.block - 1}")
    _append(path, json.dumps(asdict(anchor), separators=(",", ":")))
    told = {name: value for name, value in asdict(anchor).items() if name != "rows"}
    log.info("audit.anchored", **told)


def newest(path: Path) -> Anchor | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
        found = [anchor for line in file.read().split(b"\n") if (anchor := read_line(line))]
    return found[-1] if found else None


def anchors(path: Path, *, since: int = 0, until: int | None = None) -> Iterator[Anchor]:
    """Line by line between two bytes. A line torn by a crash is passed over: its block was written again."""
    if not path.exists():
        return
    read = since
    with path.open("rb") as file:
        file.seek(since)
        for line in file:
            read += len(line)
            if until is not None and read > until:
                return
            if anchor := read_line(line):
                yield anchor


def read_line(line: bytes) -> Anchor | None:
    try:
        return Anchor(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _make(place: Path) -> None:
    if not place.is_dir():
        place.mkdir(parents=True, mode=0o750)
        _flush(place.parent)


def _append(path: Path, line: str) -> None:
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        _write(descriptor, (b"\n" if torn else b"") + line.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _flush(path.parent)


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _flush(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
