"""What came against what had to come: by the receiver's book, and by the rows."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.drill.ground import Expected

EVENT = re.compile(r"clock:([0-9a-f-]{36}):(\d+)")
FOUND = """
SELECT e.clock_id::text, e.rung, e.at, e.fired_at, e.is_late, extract(epoch FROM w.at - e.at)::float8
  FROM clocks_escalation e LEFT JOIN drill_committed w ON w.step = e.step_id
 WHERE e.clock_id = ANY (%s::uuid[]) ORDER BY e.fired_at, e.rung
"""
EXACT = timedelta(milliseconds=1)


@dataclass
class Reckoning:
    lost: int = 0  # expected, and never told; or told and never received
    doubled: int = 0  # told twice, or received as two messages
    wrong: int = 0  # out of order, or bearing another moment than its own
    lags: list[float] = field(default_factory=list)
    late: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def lag(self, share: float) -> float:
        return sorted(self.lags)[min(len(self.lags) - 1, int(share * len(self.lags)))] if self.lags else 0.0

    def __add__(self, other: Reckoning) -> Reckoning:
        return Reckoning(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.wrong + other.wrong,
            self.lags + other.lags,
            self.late + other.late,
        )


def received(book: Path) -> Counter[tuple[str, int]]:
    """How many different messages came for each rung; a repeat under the same key is one (at least once, says the
    outbox, and the key lets the receiver know)."""
    keys: dict[tuple[str, int], set[str]] = defaultdict(set)
    for line in book.read_bytes().splitlines() if book.exists() else []:
        key, _, body = line.partition(b" ")
        if said := EVENT.fullmatch(json.loads(body)["event"]):
            keys[said[1], int(said[2])].add(key.decode())
    return Counter({rung: len(messages) for rung, messages in keys.items()})


def rows(expected: Expected) -> list[tuple[str, int, datetime, datetime, bool, float]]:
    from django.db import connections

    with connections["watch"].cursor() as cursor:
        cursor.execute(FOUND, [list({clock for clock, _rung in expected})])
        return cursor.fetchall()


def told_count(expected: Expected) -> int:
    return len(rows(expected))


def nothing_waits() -> bool:
    from django.db import connections

    with connections["watch"].cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM clocks_step WHERE fired_at IS NULL AND set_aside_at IS NULL)")
        return bool(cursor.fetchone()[0])


def reckon(expected: Expected, book: Path | None) -> Reckoning:
    found = rows(expected)
    told = Counter((clock, rung) for clock, rung, *_ in found)
    came = received(book) if book else told
    order: dict[str, list[int]] = defaultdict(list)
    for clock, rung, *_ in found:
        order[clock].append(rung)
    return Reckoning(
        lost=sum(not told[rung] or not came[rung] for rung in expected),
        doubled=sum(told[rung] > 1 or came[rung] > 1 for rung in expected),
        wrong=sum(abs(at - expected[clock, rung]) > EXACT for clock, rung, at, *_ in found)
        + sum(rungs != sorted(rungs) for rungs in order.values()),
        lags=[lag for *_, lag in found if lag is not None],
        late=sum(late for *_, late, _lag in found),
    )
