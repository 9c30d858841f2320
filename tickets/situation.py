"""Where a ticket stands at this moment: all that its page and its buttons ask, in three queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.functional import Promise as Text

from servicedesk.clocks.models import Clock, Span
from servicedesk.clocks.selectors.promises import Shown
from servicedesk.clocks.services.waivers import NEVER_WAIVED
from servicedesk.sla.clock import State as ClockState
from servicedesk.sla.promise import Metric
from tickets.around import answer_of, around, row_of, with_names
from tickets.enums import State
from tickets.models import Ticket
from tickets.models.acts import DISPUTED_WITHIN
from tickets.states import STEPS, Move


@dataclass(frozen=True)
class WaiverAsked:
    """Of a promise; the hospital has not decided yet."""

    clock: str
    metric: Metric
    why: str
    solved_at: datetime
    asked_at: datetime
    is_remote: bool

    @classmethod
    def of(cls, facts: dict[str, Any]) -> WaiverAsked:
        times = {name: datetime.fromisoformat(facts[name]) for name in ("solved_at", "asked_at")}
        return cls(**facts | times | {"metric": Metric(facts["metric"])})


@dataclass(frozen=True)
class Situation:
    ticket: Ticket
    clocks: list[Shown]  # every one of the ticket, those that stand now first
    visit: dict[str, Any] | None  # the one that is open
    wish: dict[str, Any] | None  # the severity, or kind of service, that waits for the hospital's word
    proposed: dict[str, Any] | None  # the time that waits for the other side's word
    waivers: list[WaiverAsked]
    call: dict[str, Any] | None  # the first call, while its time may be confirmed or disputed by the other side
    objection: dict[str, Any] | None  # a signer's 'no' that waits for the hospital's word
    files: list[dict[str, Any]]  # pictures and logs
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
    def hangs(self) -> frozenset[str]:
        """Links, an outage, an incident and the like: what is there, by its name."""
        return frozenset(around(self.ticket)["hangs"])

    @cached_property
    def standing(self) -> dict[Metric, Shown]:
        return {Metric(clock.row.metric): clock for clock in self.clocks if clock.row.is_standing}

    @property
    def promises(self) -> list[tuple[Shown, WaiverAsked | None]]:
        """What stands, each with the waiver that waits for the hospital's word."""
        asked = {one.clock: one for one in self.waivers}
        return [(clock, asked.get(str(clock.row.pk))) for clock in self.standing.values()]

    @property
    def waivable(self) -> list[tuple[str, str | Text]]:
        """What may still be asked for; a call and the hospital's own word are never waived."""
        found = [clock for clock, asked in self.promises if clock.is_open and not asked]
        return [(one.row.metric, one.metric) for one in found if one.row.metric not in NEVER_WAIVED]

    @cached_property
    def earlier(self) -> list[Shown]:
        """Results of former cycles, and what was replaced."""
        return [clock for clock in self.clocks if not clock.row.is_standing]

    def runs(self, metric: Metric) -> bool:
        return metric in self.standing and self.standing[metric].is_open

    @property
    def is_taken_again(self) -> bool:
        """It was raised in work, and nobody has answered that yet."""
        return self.ticket.state in STEPS[Move.TAKE_AGAIN].sources and self.runs(Metric.RESPOND)

    @property
    def awaits_call(self) -> bool:
        """Of a report, or of a raise (`calls.raise_awaited` says to what)."""
        return self.ticket.state == State.CALL_AWAITED or self.runs(Metric.CALL)

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
        return [(metric.value, one.metric) for metric, one in self.standing.items() if _can_pause(metric, one)]

    @property
    def has_paused(self) -> bool:
        return any(clock.state is ClockState.PAUSED for clock in self.standing.values())

    @property
    def can_pause(self) -> bool:
        return bool(self.running)


def _can_pause(metric: Metric, clock: Shown) -> bool:
    """Not the minute in which the hospital calls: nothing would alarm any more."""
    return metric is not Metric.CALL and clock.is_open and clock.state in (ClockState.RUNNING, ClockState.WAITING)


def situation_of(ticket: Ticket, *, at: datetime) -> Situation:
    """Of a ticket just read."""
    found = around(with_names(ticket))
    parts = {name: found[name] for name in ("visit", "wish", "proposed", "objection")}
    parts["wish"] = parts["wish"] if ticket.is_open else None
    parts["waivers"] = [WaiverAsked.of(facts) for facts in found["waivers"] or ()]
    parts["call"] = found["call"] if found["call"] and _is_disputable(found["call"], at) else None
    return Situation(ticket, clocks_of(ticket, at), **parts, files=found.get("files") or [], at=at)


def _is_disputable(call: dict[str, Any], at: datetime) -> bool:
    return call["needs_word"] or at < datetime.fromisoformat(call["logged_at"]) + DISPUTED_WITHIN


def clocks_of(ticket: Ticket, at: datetime) -> list[Shown]:
    """Whoever sees the ticket may know by when; what leads there stands on the clock's own page, which has its door."""
    found = answer_of("ticket_clocks", ticket.hospital_id, ticket.matter_id) or []
    return sorted((_shown(facts, at) for facts in found), key=_order)


def _shown(facts: dict[str, Any], at: datetime) -> Shown:
    spans = [row_of(Span, span) for span in facts.pop("spans")]
    return Shown(row_of(Clock, facts), {}, at, spans=spans)


def _order(clock: Shown) -> tuple[bool, bool, float]:
    """What holds now, what still runs, what is due first; a visit nobody called for comes after all that are due."""
    due = clock.row.due_at
    return (not clock.row.is_standing, not clock.is_open, due.timestamp() if due else float("inf"))
