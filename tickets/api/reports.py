"""From what a program sent to a report: ids become rows of the contract's hospital, or an error beside them."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from contracts.models import Contract, System
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.api_doors import refuse_read_only
from servicedesk.tenancy.enums import Reach
from servicedesk.tenancy.models import Department, Membership, Place
from servicedesk.tenancy.wall import Person
from tickets.permissions import REPORT_FAULTS
from tickets.services.reporting import Report

Row = TypeVar("Row", bound=Model)


def report_of(given: dict[str, Any], *, is_phoned: bool, by: Person) -> Report:
    rows = Contract.objects.filter(Contract.owned_by(by)).select_related("hospital", "desk")
    contract = _found(rows, "contract", given.pop("contract"))
    assert contract is not None
    refuse_read_only(contract, by)
    if given["external_source"] and not given["external_number"]:
        raise serializers.ValidationError({"external_number": _("Give the number, not only whose it is.")})
    here: dict[str, Any] = {"hospital_id": contract.hospital_id}
    members = Membership.objects.people().filter(**here, until_at=None)
    places = {
        "system": _found(System.objects.filter(contract=contract), "system", given.pop("system")),
        "department": _found(Department.objects.filter(**here), "department", given.pop("department")),
        "place": _found(Place.objects.filter(**here), "place", given.pop("place")),
        "reporter": _found(members, "reporter", given.pop("reporter")),
    } | _of_oneself(by)
    channel = Channel.PHONE if is_phoned else Channel(given.pop("channel"))
    severity = Severity(given.pop("severity"))
    return Report(contract=contract, channel=channel, severity=severity, **places, **given)


def _of_oneself(by: Person) -> dict[str, Any]:
    """Who reports for one department reports for that one, and as themselves."""
    if REPORT_FAULTS.reach_of(by) != Reach.DEPARTMENT:
        return {}
    department = Department.objects.filter(pk=by.department_id).first()
    return {"department": department, "reporter": Membership.objects.get(pk=by.membership_id)}


def _found(rows: QuerySet[Row], field: str, pk: UUID | None) -> Row | None:
    if pk is None:
        return None
    try:
        return rows.get(pk=pk)
    except rows.model.DoesNotExist as missing:  # type: ignore[attr-defined]
        raise serializers.ValidationError({field: _("There is no such row, or it is not yours to see.")}) from missing
