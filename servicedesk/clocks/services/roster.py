"""Who is on duty when. A plan is a list of changes to slots, checked as a whole and written in one act.

On one level of a team no two duties overlap. The team's row is locked while a plan is checked and written: two people
who plan at once come one after the other.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.land import DayKind
from servicedesk.clocks.models import Duty, Swap, Team
from servicedesk.clocks.selectors.roster import ON_ROSTER, duties_between
from servicedesk.clocks.shifts import Slot, columns_of
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Change:
    """`member_id` None: nobody any more. `since`: a running shift is taken over from that moment on."""

    slot: Slot
    member_id: UUID | None
    since: datetime | None = None

    @property
    def starts_at(self) -> datetime:
        return self.since or self.slot.starts_at


@dataclass
class Line:
    """A change beside what stands there today."""

    change: Change
    standing: list[Duty]
    member: Membership | None
    label: str = ""
    kind: DayKind | None = None
    fault: str = ""

    @property
    def is_nothing(self) -> bool:
        """It stands there already."""
        slot, wanted = self.change.slot, self.change.member_id
        if wanted is None:
            return not self.standing
        is_whole = len(self.standing) == 1 and _ends(self.standing[0]) == (slot.starts_at, slot.ends_at)
        return is_whole and self.standing[0].member_id == wanted


@dataclass
class Plan:
    team: Team
    lines: list[Line]
    removed: list[Duty] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, str]:
        return {line.change.slot.key: line.fault for line in self.lines if line.fault}

    @property
    def overwritten(self) -> int:
        return sum(bool(line.standing) for line in self.lines)

    @property
    def begins_at(self) -> datetime | None:
        starts = [line.change.starts_at for line in self.lines] + [duty.starts_at for duty in self.removed]
        return min(starts, default=None)

    def touches_past(self, at: datetime) -> bool:
        return self.begins_at is not None and self.begins_at < at

    @property
    def fingerprint(self) -> str:
        """What stood there when the plan was shown; if it differs when the plan is carried out, somebody was faster."""
        standing = {duty.pk: duty for line in self.lines for duty in line.standing}
        standing |= {duty.pk: duty for duty in self.removed}
        marks = (f"{pk}:{duty.member_id}:{duty.ends_at.timestamp():.0f}" for pk, duty in sorted(standing.items()))
        return hashlib.sha256("|".join(marks).encode()).hexdigest()


class Conflicts(Refused):
    """Some cells can't be; each has its sentence, under the key of its slot."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())), code="conflict")
        self.faults = faults


def drafted(
    team: Team, changes: Sequence[Change], *, by: Person, at: datetime, why: str = "", removed: Collection[UUID] = ()
) -> Plan:
    """The plan beside what stands there, each line with its fault; what is there already is left out. Two queries."""
    standing = _standing(team, changes)
    members = Membership.objects.visible_to(by).in_bulk({one.member_id for one in changes if one.member_id})
    lines = [Line(one, _under(one, standing[one.slot.level]), members.get(one.member_id)) for one in changes]
    plan = Plan(team, [line for line in lines if not line.is_nothing], _removed(team, removed))
    labels = {(column.level, column.shift.number): column.label for column in columns_of(team)}
    for line in plan.lines:
        line.label = labels.get((line.change.slot.level, line.change.slot.shift), "")
        line.fault = _fault(line, at=at, why=why)
    return plan


@transaction.atomic
def plan_duties(
    team: Team,
    changes: Sequence[Change],
    *,
    by: Person,
    at: datetime,
    why: str = "",
    removed: Collection[UUID] = (),
    seen: str | None = None,
) -> int:
    """All of it or nothing. `seen` is the fingerprint of the plan as it was shown."""
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    why = why.strip()[:LONGEST_REASON]
    plan = drafted(team, changes, by=by, at=at, why=why, removed=removed)
    if seen is not None and seen != plan.fingerprint:
        raise Refused(_("Somebody has changed the roster meanwhile. Look again at what would be overwritten."))
    if plan.faults:
        raise Conflicts(plan.faults)
    if not why and any(duty.starts_at < at for duty in plan.removed):
        raise Refused(_("This changes duties that have begun. Say why."))
    return _write(plan, by=by, at=at, why=why)


def _standing(team: Team, changes: Sequence[Change]) -> dict[int, list[Duty]]:
    by_level: dict[int, list[Duty]] = defaultdict(list)
    if changes:
        start = min(change.slot.starts_at for change in changes)
        for duty in duties_between([team], start, max(change.slot.ends_at for change in changes)):
            by_level[duty.level].append(duty)
    return by_level


def _under(change: Change, standing: Iterable[Duty]) -> list[Duty]:
    return [duty for duty in standing if duty.starts_at < change.slot.ends_at and change.starts_at < duty.ends_at]


def _removed(team: Team, ids: Collection[UUID]) -> list[Duty]:
    return list(Duty.objects.filter(team=team, pk__in=ids).select_related("member")) if ids else []


def _fault(line: Line, *, at: datetime, why: str) -> str:
    return _past(line, at, why) or _unfit(line) or _overlap(line)


def _past(line: Line, at: datetime, why: str) -> str:
    if line.change.slot.starts_at >= at or why:
        return ""
    return _("This duty has begun or is over. Say why it changes.")


def _unfit(line: Line) -> str:
    change, member = line.change, line.member
    if change.member_id is None:
        return ""
    if member is None or member.is_machine or member.role not in ON_ROSTER:
        return _("This person is not one of those who can be on duty.")
    if member.until_at is not None and member.until_at < change.slot.ends_at:
        return _("%(name)s has left or leaves the company on %(on)s.") % {
            "name": member.name,
            "on": f"{timezone.localdate(member.until_at):%Y-%m-%d}",
        }
    if member.from_at > change.starts_at:
        return _("%(name)s does not belong to the company yet.") % {"name": member.name}
    return ""


def _overlap(line: Line) -> str:
    """A duty that reaches beyond the slot was made for another cut of the day: it is not cut silently."""
    slot = line.change.slot
    for duty in line.standing:
        if duty.starts_at < slot.starts_at or duty.ends_at > slot.ends_at:
            return _("%(name)s is on duty here from %(start)s to %(end)s, which overlaps. Clear those days first.") % {
                "name": duty.member.name,
                "start": f"{timezone.localtime(duty.starts_at):%m-%d %H:%M}",
                "end": f"{timezone.localtime(duty.ends_at):%m-%d %H:%M}",
            }
    return ""


def _ends(duty: Duty) -> tuple[datetime, datetime]:
    return duty.starts_at, duty.ends_at


@dataclass
class _Writing:
    gone: list[Duty] = field(default_factory=list)
    changed: list[Duty] = field(default_factory=list)
    made: list[Duty] = field(default_factory=list)

    def take(self, team: Team, line: Line) -> None:
        """A row that begins where the new duty does goes on as the new one; an earlier one ends where that begins."""
        change, kept = line.change, None
        for duty in line.standing:
            if duty.starts_at < change.starts_at:
                duty.ends_at = change.starts_at
                self.changed.append(duty)
            elif duty.starts_at == change.starts_at and change.member_id:
                kept = duty
            else:
                self.gone.append(duty)
        if change.member_id is None:
            return
        facts = {"member_id": change.member_id, "ends_at": change.slot.ends_at}
        if kept:
            for name, value in facts.items():
                setattr(kept, name, value)
            self.changed.append(kept)
        else:
            owner = {"vendor_id": team.vendor_id, "team": team, "level": change.slot.level}
            self.made.append(Duty(**owner, starts_at=change.starts_at, **facts))


def _write(plan: Plan, *, by: Person, at: datetime, why: str) -> int:
    writing = _Writing(gone=list(plan.removed))
    for line in plan.lines:
        writing.take(plan.team, line)
    touched = [*writing.gone, *writing.changed]
    _close_swaps(touched, by=by, at=at)
    _remove(writing.gone, at=at, why=why)
    told: dict[str, Any] = {"default_change_reason": why, "default_date": at}
    if writing.changed:
        bulk_update_with_history(writing.changed, Duty, ["member", "ends_at"], **told)
    if writing.made:
        bulk_create_with_history(writing.made, Duty, **told)
    count = len(touched) + len(writing.made)
    if count:
        words = {"changed": len(writing.changed), "made": len(writing.made), "removed": len(writing.gone)}
        record(Act.ROSTER_PLANNED, plan.team, by=by, at=at, words=words)
    return count


def _close_swaps(duties: Sequence[Duty], *, by: Person, at: datetime) -> None:
    """A wish about a duty that the plan has changed is moot."""
    open_ones = Swap.objects.filter(duty__in=duties, decided_at=None)
    open_ones.update(decided_at=at, decided_by=by.membership_id, is_granted=False)


def _remove(duties: Sequence[Duty], *, at: datetime, why: str) -> None:
    """In three statements however many they are, each with its version in the history."""
    if not duties:
        return
    versions = Duty.history.model
    names = [name.attname for name in Duty._meta.concrete_fields]
    versions.objects.bulk_create(
        versions(
            **{name: getattr(duty, name) for name in names},
            history_date=at,
            history_type="-",
            history_change_reason=why,
            history_user=versions.get_default_history_user(duty),
        )
        for duty in duties
    )
    ids = [duty.pk for duty in duties]
    Swap.objects.filter(duty__in=ids).delete()
    Duty.objects.filter(pk__in=ids)._raw_delete(Duty.objects.db)
