"""Finds what a killed supervisor left running. Pid files lie after a kill; a process's own environment does not."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

MARK = "SERVICEDESK_SUPERVISED_IN"
GRACE = 5  # seconds


def end_leftovers(var: Path) -> None:
    """Only call it while holding the demo's lock: then nothing that carries the mark can be anybody's."""
    deadline = time.monotonic() + GRACE
    number = signal.SIGTERM
    while left := leftovers(var):
        for pid in left:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        time.sleep(0.1)


def leftovers(var: Path) -> list[int]:
    mark = f"{MARK}={var}".encode()
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal() and _bears(folder, mark)]


def _bears(folder: Path, mark: bytes) -> bool:
    if int(folder.name) == os.getpid():
        return False
    try:
        if folder.stat().st_uid != os.geteuid() or ") Z" in (folder / "stat").read_text():
            return False
        return mark in (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
