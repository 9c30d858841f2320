"""Where a ticket stands at this moment: all that its page and its buttons ask, in four queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.functional import Promise as Text

from servicedesk.clocks.models import Clock, TimeWish
from servicedesk.clocks.selectors.promises import Shown
from servicedesk.sla.clock import State as ClockState
from servicedesk.sla.promise import Metric
from tickets.models import Call, SeverityWish, Ticket, Visit
from tickets.models.acts import DISPUTED_WITHIN

RELATED = ("hospital", "vendor", "matter", "contract__desk", "system", "department", "place", "recurs", "parent",
           "merged_into")  # fmt: skip


@dataclass(frozen=True)
class Situation:
    ticket: Ticket
    clocks: list[Shown]  # every one of the ticket, those that stand now first
    visit: dict[str, Any] | None  # the one that is open
    wish: dict[str, Any] | None  # the severity, or kind of service, that waits for the hospital's word
    proposed: dict[str, Any] | None  # the time that waits for the other side's word
    call: dict[str, Any] | None  # the first call, while its time may be confirmed or disputed by the other side
    at: datetime

    @property
    def late_call(self) -> dict[str, Any] | None:
        """Whose time waits for the other side's word."""
        return self.call if self.call and self.call["needs_word"] else None

    @property
    def proposed_clock(self) -> Shown | None:
        """The promise for which a time is proposed, while it runs."""
        key = self.proposed["clock_id"] if self.proposed else None
        return next((one for one in self.standing.values() if str(one.row.pk) == key and one.is_open), None)

    @cached_property
    def standing(self) -> dict[Metric, Shown]:
        return {Metric(clock.row.metric): clock for clock in self.clocks if clock.row.is_standing}

    @cached_property
    def earlier(self) -> list[Shown]:
        """Results of former cycles, and what was replaced."""
        return [clock for clock in self.clocks if not clock.row.is_standing]

    def runs(self, metric: Metric) -> bool:
        return metric in self.standing and self.standing[metric].is_open

    @property
    def by_agreement(self) -> list[tuple[str, str | Text]]:
        """Promises that run and whose time the contract leaves to the parties."""
        return [
            (metric.value, clock.metric)
            for metric, clock in self.standing.items()
            if clock.is_open and clock.core.promise.by_agreement
        ]

    @property
    def running(self) -> list[tuple[str, str | Text]]:
        """What can be paused."""
        return [(metric.value, one.metric) for metric, one in self.standing.items() if _can_pause(one)]

    @property
    def has_paused(self) -> bool:
        return any(clock.state is ClockState.PAUSED for clock in self.standing.values())

    @property
    def can_pause(self) -> bool:
        return bool(self.running)


def _can_pause(clock: Shown) -> bool:
    return clock.is_open and clock.state in (ClockState.RUNNING, ClockState.WAITING)


def situation_of(pk: UUID, *, at: datetime) -> Situation:
    ticket = _whole(at).get(pk=pk)
    parts = {
        "visit": ticket.open_visit,  # type: ignore[attr-defined]
        "wish": ticket.open_wish,  # type: ignore[attr-defined]
        "proposed": ticket.open_time,  # type: ignore[attr-defined]
        "call": ticket.open_call,  # type: ignore[attr-defined]
    }
    return Situation(ticket, clocks_of(ticket, at), **parts, at=at)


def clocks_of(ticket: Ticket, at: datetime) -> list[Shown]:
    """Whoever sees the ticket may know by when; what leads there stands on the clock's own page, which has its door."""
    rows = Clock.objects.filter(hospital_id=ticket.hospital_id, matter_id=ticket.matter_id).prefetch_related("spans")
    shown = [Shown(row, {}, at) for row in rows]
    return sorted(shown, key=_order)


def _order(clock: Shown) -> tuple[bool, bool, float]:
    """What holds now, what still runs, what is due first; a visit nobody called for comes after all that are due."""
    due = clock.row.due_at
    return (not clock.row.is_standing, not clock.is_open, due.timestamp() if due else float("inf"))


def _whole(at: datetime) -> QuerySet[Ticket]:
    visits = Visit.objects.filter(left_at=None, dropped_at=None)
    wishes = SeverityWish.objects.filter(decided_at=None)
    times = TimeWish.objects.filter(decided_at=None)
    disputable = Q(needs_word=True) | Q(is_first=True, logged_at__gt=at - DISPUTED_WITHIN)
    calls = Call.objects.filter(disputable, agreed_at=None, disputed_at=None)
    return Ticket.objects.select_related(*RELATED).annotate(
        open_visit=_one(
            visits, "id", "why", "engineer_id", "engineer_name", "planned_at", "sent_at", "arrived_at", "where"
        ),
        open_wish=_one(wishes, "id", "severity", "category_name", "why", "asked_name"),
        open_time=_one(times, "id", "clock_id", "time", "asked_name", "asked_side", of=("matter", "matter")),
        open_call=_one(calls, "id", "caller", "called_at", "logged_at", "logged_side", "needs_word"),
    )


def _one(rows: Any, *fields: str, of: tuple[str, str] = ("ticket", "pk")) -> Subquery:
    """The first of them as an object, in the same query."""
    found = rows.filter(**{of[0]: OuterRef(of[1])}).order_by("id").annotate(whole=JSONObject(**{f: f for f in fields}))
    return Subquery(found.values("whole")[:1])
