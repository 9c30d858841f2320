"""A contract begins as a draft: all that its blueprint says, as rows that the parties then make their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from contracts.blueprint import Blueprint, blueprint
from contracts.matrices import stored_rows
from contracts.models import (
    CatalogueItem,
    Contract,
    Deliverable,
    Level,
    MatrixVersion,
    PaymentMilestone,
    PlannedInspection,
    Quota,
    ScopeLimit,
    System,
)
from contracts.terms import last_day
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Desk, WorkCalendar
from servicedesk.clocks.services.calendars import make_calendar
from servicedesk.tenancy.models import Engagement, Hospital, Vendor
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

LONGEST_NAME = 60


@transaction.atomic
def start_contract(
    hospital: Hospital, vendor: Vendor, *, code: str, name: str = "", number: str = "", starts_on: date | None = None,
    by: Person, at: datetime,
) -> Contract:  # fmt: skip
    """A draft with everything of the blueprint in it. Nothing is promised before it is activated."""
    refuse_strangers(hospital, vendor, by, at)
    source = blueprint(code)
    contract = _draft(source, hospital, vendor, name or source.name, number, starts_on)
    copy_blueprint(source, contract, at=at)
    record(Act.CONTRACT_STARTED, contract, by=by, at=at, words={"blueprint": code})
    return contract


def refuse_strangers(hospital: Hospital, vendor: Vendor, by: Person, at: datetime) -> None:
    today = timezone.localdate(at)
    running = Q(from_on__lte=today) & (Q(to_on__isnull=True) | Q(to_on__gte=today))
    if not Engagement.objects.visible_to(by).filter(running, hospital=hospital, vendor=vendor).exists():
        raise Refused(_("The platform has not registered that this vendor serves this hospital."))


def _draft(
    source: Blueprint, hospital: Hospital, vendor: Vendor, name: str, number: str, starts_on: date | None
) -> Contract:
    term, parties = source.owed.term, {"hospital": hospital, "vendor": vendor}
    desk = Desk.objects.create(**parties, label=name, url="/")
    contract = Contract.objects.create(
        **parties,
        desk=desk,
        name=name,
        number=number,
        blueprint=source.code,
        starts_on=starts_on,
        ends_on=last_day(starts_on, months=term.months) if starts_on and term else None,
        is_signed_yearly=bool(term and term.is_signed_yearly),
        residents_agreed=source.owed.residents,
    )
    desk.url = reverse("contract", args=[contract.pk])
    desk.save(update_fields=["url"])
    return contract


def copy_blueprint(source: Blueprint, contract: Contract, *, at: datetime) -> None:
    for model, rows in _rows(source, of(contract)):
        bulk_create_with_history(list(rows), model)
    MatrixVersion.objects.create(
        **of(contract),
        rows=stored_rows(source.matrix.rows),
        marks_itself=sorted(source.matrix.marks_itself),
        calendar=_calendar(source, contract, at),
    )


def of(contract: Contract) -> dict[str, Any]:
    """The owner columns of what hangs on a contract."""
    return {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id, "contract": contract}


def _rows(source: Blueprint, facts: dict[str, Any]) -> Iterator[tuple[type[Model], Iterator[Model]]]:
    owed = source.owed
    yield System, (System(**facts, name=item.name, clause=item.clause) for item in owed.systems)
    yield (
        CatalogueItem,
        (
            CatalogueItem(**facts, category=kind.code, name=kind.name, clause=kind.clause)
            for kind in source.categories.values()
        ),
    )
    yield Level, (
        Level(**facts, severity=level.severity.value, means=level.means, vendor_acts=level.vendor,
              hospital_acts=level.hospital)
        for level in source.levels.values()
    )  # fmt: skip
    yield ScopeLimit, (ScopeLimit(**facts, words=item.name, clause=item.clause) for item in owed.limits)
    yield PlannedInspection, (
        PlannedInspection(**facts, name=plan.name, kind=plan.kind, times=plan.times, per=plan.per, clause=plan.clause,
                          report_within=plan.report.number, report_unit=plan.report.unit or "")
        for plan in owed.inspections
    )  # fmt: skip
    yield Deliverable, (
        Deliverable(**facts, name=paper.name, due_after=paper.after, due_within=paper.within.number,
                    due_unit=paper.within.unit or "", needs_approval=paper.needs_approval, clause=paper.clause)
        for paper in owed.deliverables
    )  # fmt: skip
    yield PaymentMilestone, (
        PaymentMilestone(**facts, name=payment.name, share=payment.share, conditions=list(payment.conditions),
                         clause=payment.clause)
        for payment in owed.payments
    )  # fmt: skip
    yield Quota, (
        Quota(**facts, name=quota.name, unit=quota.unit, amount=quota.amount, category=quota.category,
              clause=quota.clause)
        for quota in owed.quotas
    )  # fmt: skip


def _calendar(source: Blueprint, contract: Contract, at: datetime) -> WorkCalendar:
    """Of its own, so that other hours agreed for one contract change no other."""
    parties = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id}
    return make_calendar(
        hospital_id=contract.hospital_id,
        vendor_id=contract.vendor_id,
        name=_free(contract.name, set(WorkCalendar.objects.filter(**parties).values_list("name", flat=True))),
        week=source.matrix.calendar.week,
        at=at,
    )


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    numbered = (f"{name[: LONGEST_NAME - 4]} {number}" for number in range(2, 1000))
    return next(each for each in numbered if each not in taken)
