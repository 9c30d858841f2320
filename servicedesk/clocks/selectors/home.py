"""What duty roster and running promises have to say on a person's home page: a statement each, however much there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise as Text

from servicedesk.clocks.models import Duty
from servicedesk.clocks.permissions import (
    ACKNOWLEDGE,
    DECIDE_WAIVER,
    KEEP_ROSTER,
    SEE_CLOCKS,
    SEE_ON_DUTY,
    SEE_ROSTER,
    SWAP_DUTY,
)
from servicedesk.clocks.selectors.on_duty import OnDuty
from servicedesk.clocks.selectors.roster import Hole, holes_ahead, next_duties
from servicedesk.clocks.words import METRICS
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person

DESKS = 4
# The conditions of the wall once more, as `visible_to` says them.
SCOPE = {
    Side.HOSPITAL: "{0}.hospital_id = ANY (%(hospitals)s)",
    Side.VENDOR: "{0}.hospital_id = ANY (%(hospitals)s) AND {0}.vendor_id = %(vendor)s",
}
ON_DUTY = """
SELECT d.id, d.label, d.hotline, h.short_name, v.short_name, o.level, o.member, o.name, o.phone, o.until
  FROM (SELECT * FROM clocks_desk d WHERE {scope} ORDER BY d.hospital_id, d.label, d.id LIMIT %(desks)s) d
  JOIN tenancy_hospital h ON h.id = d.hospital_id JOIN tenancy_vendor v ON v.id = d.vendor_id
  LEFT JOIN LATERAL clocks_on_duty(ARRAY[d.id], %(at)s) o ON true
 ORDER BY d.hospital_id, d.label, d.id, o.level
"""
WAITING = """
(SELECT false AS is_waiver, c.id, c.metric, c.severity, c.due_at, m.label, h.short_name, h.hue, '' AS why,
        EXISTS (SELECT FROM clocks_span s WHERE s.clock_id = c.id AND s.end_at IS NULL) AS is_paused
   FROM clocks_clock c JOIN tenancy_matter m ON m.id = c.matter_id JOIN tenancy_hospital h ON h.id = c.hospital_id
  WHERE {clocks} AND c.outcome IS NULL AND c.acknowledged_at IS NULL
    AND EXISTS (SELECT FROM clocks_escalation e WHERE e.clock_id = c.id)
  ORDER BY c.due_at NULLS LAST, c.id LIMIT 5)
"""
WAIVERS = """
UNION ALL
(SELECT true, c.id, c.metric, c.severity, c.due_at, m.label, h.short_name, h.hue, w.why, false
   FROM clocks_waiver w JOIN clocks_clock c ON c.id = w.clock_id JOIN tenancy_matter m ON m.id = c.matter_id
   JOIN tenancy_hospital h ON h.id = w.hospital_id
  WHERE {waivers} AND w.decided_at IS NULL ORDER BY w.asked_at LIMIT 5)
"""


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
    mine: list[Duty]
    holes: list[Hole]
    may_swap: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A promise that escalates and that nobody takes care of, or one that somebody asks to waive."""

    is_waiver: bool
    clock: UUID
    metric_code: str
    severity: str
    due_at: datetime | None
    label: str
    hospital: str
    hue: int | None
    why: str
    is_paused: bool

    @property
    def metric(self) -> str | Text:
        return METRICS[Metric(self.metric_code)]

    @property
    def url(self) -> str:
        return reverse("clock", args=[self.clock])


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
        mine=next_duties(person, at=at) if SEE_ROSTER.reach_of(person) else [],
        holes=holes_ahead(person, at=at) if KEEP_ROSTER.reach_of(person) else [],
        may_swap=SWAP_DUTY.reach_of(person) is not None,
    )


def answering_at_home(person: Person, *, at: datetime) -> list[Desk]:
    if SEE_ON_DUTY.reach_of(person) is None:
        return []
    desks: dict[UUID, Desk] = {}
    for key, *facts, level, member, name, phone, until in _asked(ON_DUTY, person, at=at, desks=DESKS):
        desk = desks.setdefault(key, Desk(*facts, people=[]))
        if level is not None:
            desk.people.append(OnDuty(level, member, name, phone, until))
    return list(desks.values())


def waiting_for(person: Person | None) -> Waiting:
    if person is None or SEE_CLOCKS.reach_of(person) is None:
        return Waiting([])
    statement = WAITING + (WAIVERS if DECIDE_WAIVER.reach_of(person) else "")
    return Waiting([Line(*row) for row in _asked(statement, person)], ACKNOWLEDGE.reach_of(person) is not None)


def _asked(statement: str, person: Person, **values: Any) -> list[tuple[Any, ...]]:
    scope = SCOPE[person.side]
    words = statement.format(scope=scope.format("d"), clocks=scope.format("c"), waivers=scope.format("w"))
    with connection.cursor() as cursor:
        cursor.execute(words, {"hospitals": list(person.hospitals), "vendor": person.vendor_id, **values})
        return cursor.fetchall()
