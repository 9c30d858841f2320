"""A hospital's days and hours change: looked at first, confirmed once, and the open promises move with it.

Every act here takes the mark of the plan that the person looked at. When the facts have changed since, nothing is
written and the new plan is given back in `Stale`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.calendars_hours import Week
from servicedesk.clocks.calendars_plan import Plan, Replacement, plan
from servicedesk.clocks.models import ExtraDay, WorkCalendar
from servicedesk.clocks.services.calendars import LOCK, Days, days_of, land_years
from servicedesk.clocks.services.moving import move_clocks, tell_parties
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


class Stale(Refused):
    """What was looked at is no longer so; `plan` is what would happen now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Something has changed since you looked. Nothing was saved; this is how it stands now."))
        self.plan = plan


# ── what would happen ────────────────────────────────────────────────────────────────────────────────────────────────
def plan_with_day(day: ExtraDay, *, at: datetime, locked: bool = False) -> Plan:
    others = [other for other in _own_days(day.hospital_id) if other.pk != day.pk]
    return plan(day.hospital_id, days=Days(land_years(), [*others, day]), at=at, locked=locked)


def plan_without_day(day: ExtraDay, *, at: datetime, locked: bool = False) -> Plan:
    others = [other for other in _own_days(day.hospital_id) if other.pk != day.pk]
    return plan(day.hospital_id, days=Days(land_years(), others), at=at, locked=locked)


def plan_of_years(hospital_id: int, *, at: datetime, locked: bool = False) -> Plan:
    return plan(hospital_id, days=days_of(hospital_id), at=at, locked=locked)


def plan_with_hours(calendar: WorkCalendar, week: Week, *, at: datetime, locked: bool = False) -> Plan:
    days = days_of(calendar.hospital_id)
    return plan(calendar.hospital_id, days=days, at=at, hours={calendar.pk: week}, locked=locked)


def _own_days(hospital_id: int) -> list[ExtraDay]:
    return list(ExtraDay.objects.filter(hospital_id=hospital_id))


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def keep_extra_day(day: ExtraDay, *, mark: str, by: Person, at: datetime) -> Plan:
    """Write a new or changed day down, and move what it moves."""
    made = _agreed(day.hospital_id, mark, lambda: plan_with_day(day, at=at, locked=True))
    day.save()
    return _carried_out(made, Act.EXTRA_DAY_KEPT, day, by=by, at=at)


@transaction.atomic
def remove_extra_day(day: ExtraDay, *, mark: str, by: Person, at: datetime) -> Plan:
    made = _agreed(day.hospital_id, mark, lambda: plan_without_day(day, at=at, locked=True))
    _carried_out(made, Act.EXTRA_DAY_REMOVED, day, by=by, at=at)
    day.delete()
    return made


@transaction.atomic
def take_over_years(hospital: Hospital, *, mark: str, by: Person, at: datetime) -> Plan:
    """The land's newest years, and the hospital's own days, into all calendars of the hospital."""
    made = _agreed(hospital.pk, mark, lambda: plan_of_years(hospital.pk, at=at, locked=True))
    if not made.replacements:
        raise Refused(_("All calendars already know every published year."))
    return _carried_out(made, Act.YEARS_TAKEN_OVER, hospital, by=by, at=at)


@transaction.atomic
def change_hours(calendar: WorkCalendar, week: Week, *, mark: str, by: Person, at: datetime) -> Plan:
    made = _agreed(calendar.hospital_id, mark, lambda: plan_with_hours(calendar, week, at=at, locked=True))
    refuse_replaced(WorkCalendar.objects.get(pk=calendar.pk))
    if not made.replacements:
        raise Refused(_("These are the hours that already hold."))
    return _carried_out(made, Act.HOURS_CHANGED, calendar, by=by, at=at)


def refuse_replaced(calendar: WorkCalendar) -> None:
    if calendar.replaced_at:
        raise Refused(_("This calendar has a newer version; change that one."))


def _agreed(hospital_id: int, mark: str, planned: Callable[[], Plan]) -> Plan:
    """The plan made anew under locks, if it is the one that was looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, hospital_id])
    made = planned()
    if made.mark != mark:
        raise Stale(made)
    return made


def _carried_out(made: Plan, act: Act, subject: Model, *, by: Person, at: datetime) -> Plan:
    for replacement in made.replacements:
        _replace(replacement, by=by, at=at)
    record(act, subject, by=by, at=at, words={"rows": len(made.moves), "moved": len(made.moved)})
    return made


def _replace(replacement: Replacement, *, by: Person, at: datetime) -> None:
    old, new = replacement.old, replacement.new
    if old.replaced_at is None:
        WorkCalendar.objects.filter(pk=old.pk).update(replaced_at=at)
    new.save(force_insert=True)
    move_clocks([move.clock for move in replacement.moves], calendar=new)
    moved = [move.clock for move in replacement.moves if move.is_moved]
    # In the trail of both parties: the vendor reads here why its deadlines moved.
    record(Act.CALENDAR_RENEWED, new, by=by, at=at, words={"version": new.version, "moved": len(moved)})
    if moved:
        tell_parties(moved, calendar=new, by=by, at=at)
