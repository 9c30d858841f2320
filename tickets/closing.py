"""How far a ticket is on its way to its end, and what this person may do about it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from servicedesk.clocks.models import Clock
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.wall import Person
from tickets.around import Row, around, instance
from tickets.enums import State
from tickets.models import FeedbackForm, MaintenanceRecord, Objection, SigningLink, Solution, Ticket
from tickets.permissions import ASK_SIGNATURE, DECIDE_TICKETS, SEE_RECORDS, SIGN_FEEDBACK, WORK_TICKETS
from tickets.services.going_on import closes_after
from tickets.states import SOLVED, STEPS, Move


@dataclass(frozen=True)
class Standing:
    ticket: Ticket
    person: Person
    at: datetime

    @cached_property
    def solution(self) -> Solution | None:
        return self._read(Solution, "solution")

    @cached_property
    def form(self) -> FeedbackForm | None:
        return self._read(FeedbackForm, "form")

    @cached_property
    def objection(self) -> Objection | None:
        return self._read(Objection, "objection")

    @cached_property
    def record(self) -> MaintenanceRecord | None:
        may_see = self.ticket.state == State.CLOSED and self._may(SEE_RECORDS)
        return self._read(MaintenanceRecord, "record") if may_see else None

    @cached_property
    def link(self) -> SigningLink | None:
        """The one that is open now."""
        made = self._read(SigningLink, "link") if self.is_to_sign else None
        return made if made and made.until_at > self.at else None

    @cached_property
    def closes_at(self) -> datetime | None:
        clock = self._read(Clock, "promise")
        return closes_after(clock) if clock and self.ticket.state in SOLVED and not self.objection else None

    @property
    def is_to_sign(self) -> bool:
        return self.ticket.state == State.RESOLVED and self.objection is None

    @property
    def is_signed(self) -> bool:
        return self.ticket.state == State.SIGNED

    @property
    def may_sign(self) -> bool:
        return self.is_to_sign and self._may(SIGN_FEEDBACK)

    @property
    def may_hand_over(self) -> bool:
        return self.is_to_sign and self._may(WORK_TICKETS)

    @property
    def may_make_link(self) -> bool:
        return self.is_to_sign and self._may(ASK_SIGNATURE)

    @property
    def is_refused(self) -> bool:
        """The last solution was none, and there is no other yet."""
        return self.ticket.is_open and self.solution is not None and self.solution.refused_at is not None

    @property
    def decides(self) -> bool:
        return self._may(DECIDE_TICKETS)

    @property
    def may_confirm(self) -> bool:
        return self.is_signed and self.decides

    @property
    def may_refuse(self) -> bool:
        return self.ticket.state in STEPS[Move.REFUSE].sources and (self.decides or self._may(SIGN_FEEDBACK))

    @property
    def may_close(self) -> bool:
        return self.ticket.state in STEPS[Move.CLOSE_UNSIGNED].sources and self.decides and not self.objection

    @property
    def waits_for(self) -> str:
        if self.objection:
            return _("The hospital's IT decides whether it is solved.")
        if self.ticket.state == State.RESOLVED:
            return _("Waits for the signature of who had the problem.")
        return _("Waits for the confirmation of the hospital's IT.") if self.is_signed else ""

    def __bool__(self) -> bool:
        return self.solution is not None or self.ticket.state == State.CLOSED

    def _may(self, permission: Permission) -> bool:
        return permission.reach_of(self.person) is not None and self.ticket.is_writable_by(self.person)

    def _read(self, of: type[Row], name: str) -> Row | None:
        return instance(of, around(self.ticket)[name])


def standing(ticket: Ticket, person: Person, *, at: datetime) -> Standing:
    return Standing(ticket, person, at)
