"""What is due, and who may have it: clocks are locked, the locks of other copies passed over, and then read afresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from servicedesk.clocks.promises import restored_text
from servicedesk.clocks.watch.points import reached
from servicedesk.sla.ladder import Rung
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Matter

AT_ONCE = 500
WATCH = "watch"
NEXT = """
SELECT extract(epoch FROM fire_at - clock_timestamp())::float8 FROM clocks_step
 WHERE fired_at IS NULL AND set_aside_at IS NULL ORDER BY fire_at LIMIT 1
"""
# LIMIT counts what was locked, not what another copy holds: two copies share the work. The sub-select makes the moment
# a bound of the index: a bare clock_timestamp() is asked row by row, of a million that are not due.
CLAIM = """
SELECT c.id FROM clocks_step s JOIN clocks_clock c ON c.id = s.clock_id
 WHERE s.fired_at IS NULL AND s.set_aside_at IS NULL AND s.fire_at <= (SELECT clock_timestamp())
 ORDER BY s.fire_at LIMIT %s FOR NO KEY UPDATE OF c SKIP LOCKED
"""
CLAIM_ONE = "SELECT id FROM clocks_clock WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"
# A new snapshot: what another copy told just before it let go of the clock is seen here as told.
READ = """
SELECT s.id, s.rung, s.fire_at, s.planned_at, s.fire_at <= clock_timestamp(), clock_timestamp(),
       c.id, c.hospital_id, c.vendor_id, c.matter_id, c.desk_id, d.team_id, a.id, c.metric, c.severity, c.due_at,
       c.promise::text, m.label, m.url,
       c.outcome IS NULL AND c.acknowledged_at IS NULL AND c.due_at IS NOT NULL
  FROM clocks_step s
  JOIN clocks_clock c ON c.id = s.clock_id
  JOIN tenancy_matter m ON m.id = c.matter_id
  JOIN clocks_desk d ON d.id = c.desk_id
  LEFT JOIN tenancy_membership a ON a.id = c.assignee AND (a.until_at IS NULL OR clock_timestamp() < a.until_at)
                                AND (a.vendor_id = c.vendor_id OR a.hospital_id = c.hospital_id)
 WHERE s.clock_id = ANY (%s) AND s.fired_at IS NULL AND s.set_aside_at IS NULL
 ORDER BY s.clock_id, s.fire_at, s.rung
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that waits, with what must be known of its clock to tell it."""

    step: UUID
    number: int
    fire_at: datetime
    planned_at: datetime
    is_due: bool
    now: datetime
    clock: UUID
    hospital_id: int
    vendor_id: int
    matter_id: UUID
    desk: UUID
    team: UUID | None
    assignee: UUID | None
    metric: str
    severity: str
    due_at: datetime
    promise: str
    label: str
    url: str
    holds: bool  # the clock runs and nobody has said that they take care of it

    @property
    def rung(self) -> Rung:
        return restored_text(self.promise).ladder.rungs[self.number]

    @property
    def matter(self) -> Matter:
        matter = Matter(id=self.matter_id, hospital_id=self.hospital_id, vendor_id=self.vendor_id)
        matter._state.db = WATCH
        return matter

    @property
    def metric_kind(self) -> Metric:
        return Metric(self.metric)


def seconds_until_next() -> float | None:
    """The one question that is asked each second while nothing is due."""
    with connections[WATCH].cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    reached("looked")
    return row[0] if row else None


def claim(only: UUID | None = None) -> list[UUID]:
    """Inside the transaction in which they will be told."""
    statement, value = (CLAIM_ONE, only) if only else (CLAIM, AT_ONCE)
    with connections[WATCH].cursor() as cursor:
        cursor.execute(statement, [value])
        clocks = list(dict.fromkeys(pk for (pk,) in cursor.fetchall()))
    reached("claimed")
    return clocks


def read(clocks: list[UUID]) -> list[Planned]:
    with connections[WATCH].cursor() as cursor:
        cursor.execute(READ, [clocks])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    reached("read")
    return [Planned(*row) for row in found]
