"""From what a program sent to a report: ids become rows of the contract's hospital, or an error beside them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers

from contracts.models import Contract, System
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Reach
from servicedesk.tenancy.models import Department, Membership, Place
from servicedesk.tenancy.reading import row_of
from servicedesk.tenancy.wall import Person
from tickets.api.acting import named, no_such
from tickets.permissions import REPORT_FAULTS
from tickets.services.reporting import Report


def report_of(given: dict[str, Any], *, is_phoned: bool, by: Person) -> Report:
    contract = row_of(Contract, given.pop("contract"), using=DEFAULT_DB_ALIAS)
    if contract is None or not contract.is_of(by):
        raise no_such("contract")
    if given["external_source"] and not given["external_number"]:
        raise serializers.ValidationError({"external_number": _("Give the number, not only whose it is.")})
    here = {"hospital_id": contract.hospital_id}
    # Only what was named is looked for; to build a question that is not asked costs as well.
    places = {
        "system": _if_named(given, "system", System, contract=contract),
        "department": _if_named(given, "department", Department, **here),
        "place": _if_named(given, "place", Place, **here),
        "reporter": _if_named(given, "reporter", Membership, **here, until_at=None, is_machine=False),
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


def _if_named(given: dict[str, Any], field: str, model: type[Model], **where: Any) -> Any:
    pk: UUID | None = given.pop(field)
    return named(field, model._default_manager.filter(**where), pk) if pk else None
