"""Telling what is due: escalation, trail and outbox in the transaction that marks the step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connections, transaction

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.audit.record import columns_of
from servicedesk.clocks.models import Escalation
from servicedesk.clocks.watch.claiming import WATCH, Planned, claim, read
from servicedesk.clocks.watch.points import reached
from servicedesk.clocks.watch.recipients import People, Told, leads_of, people_of, told
from servicedesk.clocks.watch.setting_aside import set_aside
from servicedesk.clocks.words import METRICS
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import Event, notify_all
from servicedesk.notices.words import Word
from servicedesk.sla.ladder import Anchor
from servicedesk.tenancy.bulk import insert
from servicedesk.tenancy.models import Matter

LATE = timedelta(seconds=5)
# Read only, or tables, columns and functions of another release: no row is to blame, and none is set aside for it.
NOT_READY = {"25006", "42P01", "42703", "42883"}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Firing:
    """A step with whom it tells. `at` is its own time, or now where it was brought forward because of a hole."""

    planned: Planned
    told: Told
    at: datetime
    matter: Matter

    @property
    def is_late(self) -> bool:
        return self.planned.now - max(self.at, self.planned.planned_at) > LATE


def fire_due() -> int:
    """One batch; how many steps were told. Called by every copy of the watch and, each minute, by the second string."""
    clocks: list[UUID] = []
    try:
        with transaction.atomic(using=WATCH):
            clocks = claim()
            fired = fire(clocks)
        reached("committed")
        return fired
    except Exception as fault:
        if not clocks or is_the_database(fault):
            raise
        log.exception("deadlines_batch_failed", clocks=len(clocks))
        return fire_one_by_one(clocks)


def fire_one_by_one(clocks: list[UUID]) -> int:
    """Something in the batch cannot be told. The others are; what fails alone is set aside and starves nobody."""
    fired = 0
    for clock in clocks:
        try:
            with transaction.atomic(using=WATCH):
                fired += fire(claim(clock))
        except Exception as fault:
            if is_the_database(fault):
                raise
            log.exception("deadline_set_aside", clock=str(clock))
            set_aside(clock, reason=type(fault).__name__)
    return fired


def is_the_database(fault: Exception) -> bool:
    """And not a row."""
    away = isinstance(fault, OperationalError | InterfaceError)
    return away or getattr(fault.__cause__, "pgcode", None) in NOT_READY


def fire(clocks: list[UUID]) -> int:
    """Inside a transaction that holds the clocks' locks."""
    planned = read(clocks) if clocks else []
    firings = resolved([step for step in planned if step.holds])
    tell(firings)
    finish(firings, [step for step in planned if not step.holds])
    return len(firings)


def resolved(planned: list[Planned]) -> list[Firing]:
    if not planned:
        return []
    people = people_of(planned)
    reached("resolved")
    return [
        firing
        for _clock, steps in groupby(planned, key=lambda step: step.clock)
        for firing in _of_one_clock(list(steps), people)
    ]


def _of_one_clock(steps: list[Planned], people: People) -> Iterator[Firing]:
    """In order. Where nobody could be told, the next rung comes at once."""
    has_hole = False
    for step in steps:
        if not step.is_due and not has_hole:
            return
        found = told(step, people)
        yield Firing(step, found, min(step.fire_at, step.now), step.matter)
        has_hole = found.has_hole


def tell(firings: list[Firing]) -> None:
    if not firings:
        return
    insert(Escalation, list(map(escalation, firings)), using=WATCH)
    reached("escalated")
    insert(Record, list(map(line, firings)), using=WATCH)
    reached("recorded")
    notify_all([*map(event, firings), *alarms(firings)], using=WATCH)
    reached("told")


def finish(firings: list[Firing], void: list[Planned]) -> None:
    """`void`: planned for a clock that has ended meanwhile, which no service leaves behind."""
    with connections[WATCH].cursor() as cursor:
        if firings:
            words = [firings[0].planned.now, [firing.planned.step for firing in firings]]
            cursor.execute("UPDATE clocks_step SET fired_at = %s WHERE id = ANY (%s)", words)
        if void:
            cursor.execute("DELETE FROM clocks_step WHERE id = ANY (%s)", [[step.step for step in void]])
    reached("marked")


# ── the rows of one step ─────────────────────────────────────────────────────────────────────────────────────────────
def escalation(firing: Firing) -> dict[str, Any]:
    step = firing.planned
    return {
        "hospital_id": step.hospital_id,
        "vendor_id": step.vendor_id,
        "matter_id": step.matter_id,
        "clock_id": step.clock,
        "step_id": step.step,
        "rung": step.number,
        "due_at": step.due_at,
        "at": firing.at,
        "fired_at": step.now,
        "is_late": firing.is_late,
        "told": [str(person) for person in firing.told.people],
        "nobody": [role.value for role in firing.told.nobody],
    }


def line(firing: Firing) -> dict[str, Any]:
    step = firing.planned
    words = {"metric": step.metric, "rung": step.number, "told": len(firing.told.people), "late": firing.is_late}
    return columns_of(Act.ESCALATED, firing.matter, by=None, at=firing.at, words=words)


def event(firing: Firing) -> Event:
    step = firing.planned
    kind = kind_of(step)
    words: dict[str, Word] = {"matter": step.label, "metric": METRICS[step.metric_kind], "due": step.due_at}
    if kind is NoticeKind.SEVERE_REPORTED:
        words["severity"] = step.severity or "—"
    return Event(
        f"clock:{step.clock}:{step.number}", kind, firing.matter, words, step.url, step.now, to=firing.told.people
    )


def kind_of(step: Planned) -> NoticeKind:
    """A warning that comes too late says what has become of it."""
    if step.rung.anchor is Anchor.START:
        return NoticeKind.SEVERE_REPORTED
    return NoticeKind.DEADLINE_NEAR if step.now < step.due_at else NoticeKind.DEADLINE_PASSED


def alarms(firings: list[Firing]) -> Iterator[Event]:
    holes = [firing for firing in firings if firing.told.has_hole]
    leads = leads_of({firing.planned.desk for firing in holes}) if holes else {}
    for firing in holes:
        step = firing.planned
        yield Event(
            f"clock:{step.clock}:{step.number}:nobody",
            NoticeKind.NOBODY_ON_DUTY,
            firing.matter,
            {"matter": step.label, "metric": METRICS[step.metric_kind], "due": step.due_at},
            step.url,
            step.now,
            to=leads.get(step.desk, []),
        )
