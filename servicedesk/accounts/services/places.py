"""The hospital's departments and places. They are closed, never deleted: old tickets go on naming them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Department, Membership, Place
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def keep_department(department: Department, *, by: Person, at: datetime) -> Department:
    """Write a new or changed department down."""
    department.save()
    record(Act.DEPARTMENT_KEPT, department, by=by, at=at)
    return department


@transaction.atomic
def close_department(department: Department, *, by: Person, at: datetime) -> None:
    if Place.objects.filter(department=department, closed_at=None).exists():
        raise Refused(_("The department still has places. Close them, or give them to another department, first."))
    if Membership.objects.active(at=at).filter(department=department).exists():
        raise Refused(_("People still belong to the department. Give them another one first."))
    _set_closed(department, at, Act.DEPARTMENT_CLOSED, by=by, at=at)


@transaction.atomic
def reopen_department(department: Department, *, by: Person, at: datetime) -> None:
    _set_closed(department, None, Act.DEPARTMENT_REOPENED, by=by, at=at)


@transaction.atomic
def keep_place(place: Place, *, by: Person, at: datetime) -> Place:
    """Write a new or changed place down."""
    place.save()
    record(Act.PLACE_KEPT, place, by=by, at=at)
    return place


@transaction.atomic
def close_place(place: Place, *, by: Person, at: datetime) -> None:
    _set_closed(place, at, Act.PLACE_CLOSED, by=by, at=at)


@transaction.atomic
def reopen_place(place: Place, *, by: Person, at: datetime) -> None:
    _set_closed(place, None, Act.PLACE_REOPENED, by=by, at=at)


def _set_closed(row: Department | Place, closed_at: datetime | None, act: Act, *, by: Person, at: datetime) -> None:
    if (row.closed_at is None) == (closed_at is None):
        raise Refused(_("Somebody has done this already."))
    row.closed_at = closed_at
    row.save(update_fields=["closed_at"])
    record(act, row, by=by, at=at)
