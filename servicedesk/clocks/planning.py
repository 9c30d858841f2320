"""The watch's plan: for every open clock the rungs that are still to be told, each with its moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from servicedesk.clocks.models import Clock, Step
from servicedesk.sla.clock import Clock as Running
from servicedesk.tenancy.bulk import ask_all, insert, say
from servicedesk.tenancy.plans import Statement

Pair = tuple[Clock, Running]
FORGET = Statement.of(
    "forget_steps",
    "DELETE FROM clocks_step WHERE clock_id = ANY (%s::uuid[]) AND fired_at IS NULL AND set_aside_at IS NULL",
)

PLANNED = Statement.of(
    "planned_steps",
    """SELECT id, clock_id, rung::int, fire_at::timestamptz, fired_at IS NOT NULL OR set_aside_at IS NOT NULL
         FROM clocks_step WHERE clock_id = ANY (%s::uuid[])""",
)
DROP = Statement.of("drop_steps", "DELETE FROM clocks_step WHERE id = ANY (%s::uuid[])")


def wanted(row: Clock, clock: Running) -> dict[int, datetime]:
    """Rung → moment. A visit called for late is told of at once what would have been told before."""
    if not clock.is_open or clock.due_at is None or clock.armed_at is None or row.acknowledged_at:
        return {}
    steps = clock.promise.ladder.steps(clock.counts_from, clock.due_at)
    return {rung: max(at, clock.armed_at) for at, rung in steps}


def plan_fresh(pairs: Sequence[Pair], *, using: str) -> None:
    """The steps of clocks that had none; a trigger wakes the watch for what is due at once."""
    steps = [_columns(row, rung, at) for row, clock in pairs for rung, at in wanted(row, clock).items()]
    insert(Step, steps, using=using)


def plan_anew(pairs: Sequence[Pair], *, using: str) -> None:
    """What was told stays told and is not told again; the rest follows the due time."""
    plans = {row.pk: wanted(row, clock) for row, clock in pairs}
    if over := [str(pk) for pk, plan in plans.items() if not plan]:
        say(FORGET, [over], using=using)
    if follow := [pair for pair in pairs if plans[pair[0].pk]]:
        _follow(follow, plans, using)


def _follow(pairs: Sequence[Pair], plans: Mapping[UUID, dict[int, datetime]], using: str) -> None:
    done, waiting = _planned([row.pk for row, _clock in pairs], using)
    stale = [str(pk) for (of, rung, at), pk in waiting.items() if plans[of].get(rung) != at]
    fresh = [
        _columns(row, rung, at)
        for row, _clock in pairs
        for rung, at in plans[row.pk].items()
        if (row.pk, rung) not in done and (row.pk, rung, at) not in waiting
    ]
    if stale:
        say(DROP, [stale], using=using)
    insert(Step, fresh, using=using)


Waiting = dict[tuple[UUID, int, datetime], UUID]


def _planned(clocks: list[UUID], using: str) -> tuple[set[tuple[UUID, int]], Waiting]:
    done: set[tuple[UUID, int]] = set()
    waiting: Waiting = {}
    for pk, clock, rung, at, is_done in ask_all(PLANNED, [list(map(str, clocks))], using=using):
        if is_done:
            done.add((clock, rung))
        else:
            waiting[clock, rung, at] = pk
    return done, waiting


def _columns(row: Clock, rung: int, at: datetime) -> dict[str, Any]:
    owners = {"hospital_id": row.hospital_id, "vendor_id": row.vendor_id}
    return {**owners, "clock_id": row.pk, "rung": rung, "fire_at": at}
