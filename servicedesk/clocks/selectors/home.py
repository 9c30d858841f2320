"""What the duty roster has to say to a person on their home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from servicedesk.clocks.models import Duty
from servicedesk.clocks.permissions import KEEP_ROSTER, SEE_ROSTER, SWAP_DUTY
from servicedesk.clocks.selectors.on_duty import Answering, desks_answering
from servicedesk.clocks.selectors.roster import Hole, holes_ahead, next_duties
from servicedesk.tenancy.wall import Person


@dataclass(frozen=True)
class DutyAtHome:
    now: datetime
    answering: list[Answering]
    mine: list[Duty]
    holes: list[Hole]
    may_swap: bool


def duty_at_home(person: Person | None, *, at: datetime) -> DutyAtHome | None:
    if person is None:
        return None
    return DutyAtHome(
        now=at,
        answering=desks_answering(person, at=at),
        mine=next_duties(person, at=at) if SEE_ROSTER.reach_of(person) else [],
        holes=holes_ahead(person, at=at) if KEEP_ROSTER.reach_of(person) else [],
        may_swap=SWAP_DUTY.reach_of(person) is not None,
    )
