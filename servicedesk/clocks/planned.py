"""A plan between its preview and its act: signed, so that what is carried out is what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from servicedesk.clocks.models import Team
from servicedesk.clocks.services.roster import Change, Plan
from servicedesk.clocks.shifts import shifts_of, slot
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

SALT = "roster plan"
HOLDS_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Packed:
    changes: list[Change]
    removed: list[UUID]
    seen: str


def packed(plan: Plan, *, by: Person) -> str:
    facts = {
        "team": str(plan.team.pk),
        "by": str(by.membership_id),
        "changes": [_packed(line.change) for line in plan.lines],
        "removed": [str(duty.pk) for duty in plan.removed],
        "shifts": plan.team.shifts,
        "seen": plan.fingerprint,
    }
    return signing.dumps(facts, salt=SALT, compress=True)


def _packed(change: Change) -> list[Any]:
    place = change.slot
    return [place.on.isoformat(), place.level, place.shift, str(change.member_id or "")]


def unpacked(token: str, team: Team, *, by: Person) -> Packed:
    try:
        facts = signing.loads(token, salt=SALT, max_age=HOLDS_SECONDS)
    except signing.BadSignature as bad:
        raise Refused(_("This preview is too old. Make it anew.")) from bad
    if (facts["team"], facts["by"], facts["shifts"]) != (str(team.pk), str(by.membership_id), team.shifts):
        raise Refused(_("This preview is too old. Make it anew."))
    return Packed(_changes(facts["changes"], team), [UUID(one) for one in facts["removed"]], facts["seen"])


def _changes(rows: Sequence[Sequence[Any]], team: Team) -> list[Change]:
    shifts = shifts_of(team)
    return [
        Change(slot(date.fromisoformat(on), level, shifts[shift]), UUID(member) if member else None)
        for on, level, shift, member in rows
    ]
