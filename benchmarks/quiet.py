"""Was the machine ours? What everybody used of its processors while we measured, less what we used ourselves."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
AT_MOST = 0.05  # of the machine, to others


class Watched:
    """`with Watched(servers) as seen: …`; then `seen.others`, a share of the whole machine. `servers` are the processes
    that are ours beside this one and its children."""

    def __init__(self, servers: Iterable[int] = ()) -> None:
        self.roots = {os.getpid(), *servers}
        self.others = 0.0

    def __enter__(self) -> Watched:
        self.began, self.busy, self.ours = time.monotonic(), _busy(), _used_by(self.roots)
        return self

    def __exit__(self, *_: object) -> None:
        elapsed = (time.monotonic() - self.began) * (os.cpu_count() or 1)
        foreign = _busy() - self.busy - (_used_by(self.roots) - self.ours)
        self.others = max(0.0, foreign / elapsed)


def _busy() -> float:
    user, nice, system, _idle, _waiting, irq, soft, *_ = map(int, Path("/proc/stat").read_text().split()[1:11])
    return (user + nice + system + irq + soft) / TICK


def _used_by(roots: set[int]) -> float:
    """Of these processes and all below them, and of their children that have ended."""
    parents, used = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = file.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(file.parent.name)
        parents[pid], used[pid] = int(facts[1]), sum(map(int, facts[11:15])) / TICK
    return sum(seconds for pid, seconds in used.items() if _is_below(pid, roots, parents))


def _is_below(pid: int, roots: set[int], parents: dict[int, int]) -> bool:
    while pid not in roots:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
