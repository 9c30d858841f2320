"""Running promises as people look at them: what is escalating, and one clock with all that led to its due time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise as Text

from servicedesk.clocks.models import Clock, Escalation, Span, Waiver
from servicedesk.clocks.reading import core_of
from servicedesk.clocks.words import METRICS, OUTCOMES, RECIPIENTS, sentences, target
from servicedesk.sla.clock import Clock as Running
from servicedesk.sla.clock import Outcome, State
from servicedesk.sla.explain import explain
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person

AT_MOST = 100


def escalating(person: Person) -> QuerySet[Clock]:
    """Promises that run and of which somebody was told: the one that is due first comes first."""
    told = Escalation.objects.filter(clock=OuterRef("pk"))
    newest = Prefetch("escalations", Escalation.objects.order_by("-fired_at", "-rung"))
    clocks = Clock.objects.visible_to(person).filter(Exists(told), outcome=None)
    clocks = clocks.prefetch_related(newest, "steps", "spans")
    return clocks.select_related("matter", "hospital").order_by(F("due_at").asc(nulls_last=True), "id")


def waiting_for_the_hospital(person: Person) -> QuerySet[Waiver]:
    """Waivers that the hospital has not decided yet."""
    undecided = Waiver.objects.visible_to(person).filter(decided_at=None)
    return undecided.select_related("clock__matter", "hospital").order_by("asked_at")


def where_decided(clock: UUID, *, of_kind: str, of_url: str) -> str:
    """What a promise asks for is answered on its ticket, among the others and where both sides read it."""
    return f"{of_url}#clock-{clock}" if of_kind == "ticket" else reverse("clock", args=[clock])


@dataclass(frozen=True)
class Rung:
    """A rung that was told, or will be."""

    at: datetime
    who: list[str]
    is_told: bool
    is_late: bool = False
    nobody: tuple[str | Text, ...] = ()


class Shown:
    """One clock, worked out for a page. Names of the other party's people are not ours to show: their roles are."""

    def __init__(self, row: Clock, names: dict[str, str], now: datetime, spans: Sequence[Span] | None = None) -> None:
        self.row, self.names, self.now, self.spans = row, names, now, spans

    @cached_property
    def core(self) -> Running:
        return core_of(self.row, self.spans)

    @property
    def metric(self) -> str | Text:
        return METRICS[Metric(self.row.metric)]

    @property
    def state(self) -> State:
        return self.core.state_at(self.now)

    @property
    def due_if_resumed(self) -> datetime | None:
        return self.core.due_if_resumed(self.now)

    @property
    def promised(self) -> str:
        return target(self.core.promise.target, self.core.promise.unit)

    @property
    def is_open(self) -> bool:
        return self.row.outcome is None

    @property
    def because(self) -> list[str]:
        return sentences(explain(self.core), settings.TIME_ZONE)

    @cached_property
    def rungs(self) -> list[Rung]:
        told = [
            Rung(e.at, self._who(self._recipients(e.rung), e.told), True, e.is_late, self._roles(e.nobody))
            for e in self.row.escalations.all()
        ]
        coming = [
            Rung(step.fire_at, self._who(self._recipients(step.rung), ()), False)
            for step in self.row.steps.all()
            if step.fired_at is None and step.set_aside_at is None
        ]
        return sorted([*told, *coming], key=lambda rung: rung.at)

    def _recipients(self, rung: int) -> Iterable[Recipient]:
        """A row that names a rung its ladder does not have must not take the whole list down with it."""
        rungs = self.core.promise.ladder.rungs
        return rungs[rung].recipients if rung < len(rungs) else ()

    def _who(self, roles: Iterable[Recipient], told: Iterable[str]) -> list[str]:
        known = [self.names[person] for person in told if person in self.names]
        return [*(str(RECIPIENTS[role]) for role in sorted(roles)), *known]

    @property
    def newest(self) -> Rung:
        return [rung for rung in self.rungs if rung.is_told][-1]

    @property
    def taken_by(self) -> str:
        return self.names.get(str(self.row.acknowledged_by), "")

    @property
    def result(self) -> str | Text:
        return OUTCOMES[Outcome(self.row.outcome)] if self.row.outcome else ""

    @staticmethod
    def _roles(roles: Iterable[str]) -> tuple[str | Text, ...]:
        return tuple(RECIPIENTS[Recipient(role)] for role in roles)


def shown(rows: Iterable[Clock], person: Person, now: datetime) -> list[Shown]:
    found = list(rows)
    told = {member for row in found for escalation in row.escalations.all() for member in escalation.told}
    names = names_of([*told, *(str(row.acknowledged_by or "") for row in found)], person)
    return [Shown(row, names, now) for row in found]


def names_of(members: Iterable[str], person: Person) -> dict[str, str]:
    ids = [UUID(member) for member in members if member]
    found: list[tuple[Any, str]] = list(
        Membership.objects.visible_to(person).filter(pk__in=ids).values_list("pk", "name")
    )
    return {str(pk): name for pk, name in found}
