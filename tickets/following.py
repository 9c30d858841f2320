"""A ticket as somebody sees it who reported it and is not signed in: how it stands, who calls, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract
from servicedesk.clocks.models import Clock
from servicedesk.clocks.selectors.on_duty import Answering, answering
from servicedesk.sla.promise import Metric
from servicedesk.ui.due import hour_of
from tickets.enums import State
from tickets.models import Ticket
from tickets.services.working import URGED_AGAIN

STEPS = (State.REPORTED, State.WORKING, State.RESOLVED, State.CLOSED)
AT_STEP = {
    State.CALL_AWAITED: -1,
    State.REPORTED: 0,
    State.WORKING: 1,
    State.WAITING: 1,
    State.HANDED_OVER: 1,
    State.RESOLVED: 2,
    State.SIGNED: 2,
    State.CLOSED: 3,
    State.MERGED: 3,
    State.WITHDRAWN: 3,
}
assert set(AT_STEP) == set(State)


def answering_for(contract: Contract, *, at: datetime) -> Answering:
    return answering([contract.desk], at=at)[0]


@dataclass(frozen=True)
class Stage:
    label: str
    is_done: bool
    is_now: bool


@dataclass
class Followed:
    ticket: Ticket
    now: datetime

    @property
    def state(self) -> State:
        return State(self.ticket.state)

    @property
    def waits_for_call(self) -> bool:
        return self.state is State.CALL_AWAITED

    @cached_property
    def answering(self) -> Answering:
        return answering_for(self.ticket.contract, at=self.now)

    @property
    def who(self) -> str:
        """Who has taken it; before that whoever is on duty on the first line."""
        first = next((one.name for one in self.answering.people if one.level == 1), "")
        return self.ticket.assignee_name or first or _("The engineer on duty")

    @cached_property
    def _response(self) -> tuple[datetime | None, bool]:
        clocks = Clock.objects.filter(matter_id=self.ticket.matter_id, metric=Metric.RESPOND, is_standing=True)
        return clocks.filter(outcome=None).values_list("due_at", "is_provisional").first() or (None, False)

    @property
    def responds_by(self) -> datetime | None:
        return self._response[0]

    @property
    def by(self) -> str:
        words = hour_of(self.responds_by, at=self.now) if self.responds_by else ""
        return _("%(time)s (provisional)") % {"time": words} if self._response[1] else words

    @property
    def is_late(self) -> bool:
        return self.responds_by is not None and self.responds_by < self.now

    @property
    def stages(self) -> list[Stage]:
        at = AT_STEP[self.state]
        words = (pgettext("stage", "Reported"), _("In hand"), pgettext("step", "Solved"), pgettext("ticket", "Closed"))
        return [Stage(label, place <= at, place == at) for place, label in enumerate(words)]

    @property
    def may_urge(self) -> bool:
        waited = self.ticket.urged_at is None or self.now - self.ticket.urged_at >= URGED_AGAIN
        return self.ticket.is_open and not self.waits_for_call and waited

    @property
    def urged_lately(self) -> bool:
        return self.ticket.urged_at is not None and self.now - self.ticket.urged_at < URGED_AGAIN
