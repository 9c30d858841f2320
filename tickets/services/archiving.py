"""Every closed ticket leaves a maintenance record, and says who confirmed it (HRP-6, SMART-10)."""

from __future__ import annotations

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.sla.clock import Outcome
from servicedesk.tenancy.bulk import insert_made, together
from servicedesk.tenancy.wall import Person
from tickets.enums import Ending
from tickets.feedback import Work, columns_of, facts_of, said, sha256_of, system_name
from tickets.models import FeedbackForm, MaintenanceRecord, Ticket
from tickets.stream import of, tell_programs


def keep_record(ticket: Ticket, *, by: Person | None, at: datetime) -> MaintenanceRecord:
    """In the transaction that closes it."""
    form = FeedbackForm.objects.filter(ticket=ticket, cycle=ticket.cycle).first()
    ending, work = _ending(form, by), Work.of(ticket)
    facts = facts_of(ticket, work) | {
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
        closed_name=by.name if by else "", closed_why=ticket.closed_why, cycles=ticket.cycle,
        missed=sum(clock.outcome == Outcome.MISSED for clock in work.clocks),
        is_recurring=ticket.recurs_id is not None,
    )  # fmt: skip
    _add_work(row, ticket, work)
    if form:
        row.signer_name, row.satisfaction, row.way = form.name, form.satisfaction, form.way
    row.facts = facts | {"columns": columns_of(row)}
    row.sha256 = sha256_of(row.facts)
    with together(using=DEFAULT_DB_ALIAS):
        insert_made([row], using=DEFAULT_DB_ALIAS)
        record(Act.RECORD_KEPT, ticket, by=by, at=at, words={"record": str(row.pk), "sha256": row.sha256})
        tell_programs(ticket, Act.RECORD_KEPT, row, by=by, at=at)
    return row


def _ending(form: FeedbackForm | None, by: Person | None) -> Ending:
    if by is None:
        return Ending.SILENCE
    return Ending.BOTH if form else Ending.HOSPITAL


def _add_work(row: MaintenanceRecord, ticket: Ticket, work: Work) -> None:
    row.engineer_name = ticket.assignee_name
    if solution := next((each for each in reversed(work.solutions) if each.refused_at is None), None):
        row.cause, row.remedy, row.solution = solution.cause, solution.remedy, solution.words
        row.solved_at, row.engineer_name = solution.at, solution.by_name
    row.arrived_at = min((visit.arrived_at for visit in work.visits if visit.arrived_at), default=None)
