"""Every closed ticket leaves a maintenance record, and says who confirmed it (HRP-6, SMART-10)."""

from __future__ import annotations

from datetime import datetime

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Clock
from servicedesk.sla.clock import Outcome
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.wall import Person
from tickets.enums import Ending
from tickets.feedback import columns_of, facts_of, said, sha256_of, system_name
from tickets.models import FeedbackForm, MaintenanceRecord, Solution, Ticket, Visit
from tickets.stream import of, tell_programs

OF_THE_HOUSE = [metric.value for metric in Metric if metric.is_of_the_house]


def keep_record(ticket: Ticket, *, by: Person | None, at: datetime) -> MaintenanceRecord:
    """In the transaction that closes it."""
    form = FeedbackForm.objects.filter(ticket=ticket, cycle=ticket.cycle).first()
    ending = _ending(form, by)
    facts = facts_of(ticket) | {
        "closed_at": said(at),
        "closed_by": by.name if by else "",
        "closed_why": ticket.closed_why,
        "ending": ending.value,
        "feedback": form.sha256 if form else "",
        "signer": form.name if form else "",
        "satisfaction": str(form.satisfaction) if form else "",
        "way": str(form.way) if form else "",
    }
    row = MaintenanceRecord(
        **of(ticket), contract_id=ticket.contract_id, system=ticket.system, feedback=form, ending=ending,
        number=ticket.number, title=ticket.title, system_name=system_name(ticket), category=ticket.category,
        category_name=ticket.category_name, severity=ticket.severity, reported_at=ticket.reported_at, closed_at=at,
        closed_name=by.name if by else "", closed_why=ticket.closed_why, missed=_missed(ticket), cycles=ticket.cycle,
        is_recurring=ticket.recurs_id is not None,
    )  # fmt: skip
    _add_work(row, ticket)
    if form:
        row.signer_name, row.satisfaction, row.way = form.name, form.satisfaction, form.way
    row.facts = facts | {"columns": columns_of(row)}
    row.sha256 = sha256_of(row.facts)
    row.save(force_insert=True)
    record(Act.RECORD_KEPT, ticket, by=by, at=at, words={"record": str(row.pk), "sha256": row.sha256})
    tell_programs(ticket, Act.RECORD_KEPT, row, by=by, at=at)
    return row


def _ending(form: FeedbackForm | None, by: Person | None) -> Ending:
    if by is None:
        return Ending.SILENCE
    return Ending.BOTH if form else Ending.HOSPITAL


def _add_work(row: MaintenanceRecord, ticket: Ticket) -> None:
    row.engineer_name = ticket.assignee_name
    if solution := Solution.objects.filter(ticket=ticket, refused_at=None).order_by("-cycle").first():
        row.cause, row.remedy, row.solution = solution.cause, solution.remedy, solution.words
        row.solved_at, row.engineer_name = solution.at, solution.by_name
    arrived = Visit.objects.filter(ticket=ticket, arrived_at__isnull=False).order_by("arrived_at").first()
    row.arrived_at = arrived.arrived_at if arrived else None


def _missed(ticket: Ticket) -> int:
    clocks = Clock.objects.filter(matter_id=ticket.matter_id, outcome=Outcome.MISSED)
    return clocks.exclude(metric__in=OF_THE_HOUSE).count()
