"""What duty roster and running promises have to say on a person's home page: one function each (migration 0005)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise as Text

from servicedesk.clocks.permissions import (
    ACKNOWLEDGE,
    DECIDE_WAIVER,
    KEEP_ROSTER,
    SEE_CLOCKS,
    SEE_ON_DUTY,
    SWAP_DUTY,
)
from servicedesk.clocks.selectors.on_duty import OnDuty
from servicedesk.clocks.selectors.promises import where_decided
from servicedesk.clocks.selectors.roster import Hole, NextDuty, holes_ahead, next_duties
from servicedesk.clocks.words import METRICS
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers at a desk now; `people` empty: nobody."""

    label: str
    hotline: str
    hospital: str
    vendor: str
    people: list[OnDuty]

    @property
    def desk(self) -> Desk:  # as the partial that shows it asks
        return self

    @property
    def has_first_line(self) -> bool:
        return any(one.level == 1 for one in self.people)


@dataclass(frozen=True)
class DutyAtHome:
    now: datetime
    answering: Sequence[Desk]
    mine: list[NextDuty]
    holes: list[Hole]
    may_swap: bool
    side: Side

    @property
    def of_answering(self) -> tuple[Any, ...]:
        """All that is shown of who answers: the same for everybody until the next change of shift."""
        return (self.side, *((one.label, one.hotline, one.hospital, one.vendor, *one.people) for one in self.answering))

    @property
    def of_mine(self) -> tuple[Any, ...]:
        return (self.may_swap, *((one, one.starts_at <= self.now) for one in self.mine))


@dataclass(frozen=True, slots=True)
class Line:
    """A promise that escalates and that nobody takes care of, or one that somebody asks to waive."""

    is_waiver: bool
    clock: UUID
    metric_code: str
    severity: str
    due_at: datetime | None
    is_provisional: bool
    of_kind: str
    of_url: str
    label: str
    hospital: str
    hue: int | None
    why: str
    is_paused: bool
    since: datetime | None  # of a waiver nothing counts

    @property
    def metric(self) -> str | Text:
        return METRICS[Metric(self.metric_code)]

    @property
    def url(self) -> str:
        return where_decided(self.clock, of_kind=self.of_kind, of_url=self.of_url)


@dataclass(frozen=True)
class Waiting:
    """What asks for this person: promises that escalate, and what only they may decide."""

    lines: list[Line]
    may_acknowledge: bool = False

    def __bool__(self) -> bool:
        return bool(self.lines)


def duty_at_home(person: Person | None, *, at: datetime) -> DutyAtHome | None:
    if person is None:
        return None
    return DutyAtHome(
        now=at,
        answering=answering_at_home(person, at=at),
        mine=next_duties(person, at=at),
        holes=holes_ahead(person, at=at) if KEEP_ROSTER.reach_of(person) else [],
        may_swap=SWAP_DUTY.reach_of(person) is not None,
        side=person.side,
    )


def answering_at_home(person: Person, *, at: datetime) -> list[Desk]:
    if SEE_ON_DUTY.reach_of(person) is None:
        return []
    desks: dict[UUID, Desk] = {}
    for key, *facts, level, member, name, phone, until in _asked("clocks_home_desks", person, at):
        desk = desks.setdefault(key, Desk(*facts, people=[]))
        if level is not None:
            desk.people.append(OnDuty(level, member, name, phone, until))
    return list(desks.values())


def waiting_for(person: Person | None) -> Waiting:
    if person is None or SEE_CLOCKS.reach_of(person) is None:
        return Waiting([])
    rows = _asked("clocks_home_waiting", person, DECIDE_WAIVER.reach_of(person) is not None)
    return Waiting([Line(*row) for row in rows], ACKNOWLEDGE.reach_of(person) is not None)


def _asked(function: str, person: Person, value: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.callproc(function, [person.vendor_id, list(person.hospitals), value])
        return cursor.fetchall()
