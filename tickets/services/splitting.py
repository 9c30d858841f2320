"""Two things in one report: a part of it becomes a ticket of its own, as if it had been reported so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import System
from servicedesk.audit.enums import Act
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services.clocks import give_clocks_to, start_clocks_of_part, stop_clock
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import LinkKind, State
from tickets.models import Call, Ticket
from tickets.services.emergencies import prepare
from tickets.services.linking import link, say_of
from tickets.services.reporting import Report, category_of, write_ticket
from tickets.states import Move, move, refuse_over
from tickets.stream import changed, locked, metrics
from tickets.terms import terms_for


@dataclass(frozen=True)
class Part:
    """What is taken out of a ticket. Another system or kind of service of the same contract may be meant by it."""

    title: str
    words: str = ""
    category: str = ""
    system: System | None = None
    submission: UUID | None = None


@transaction.atomic
def split(ticket: Ticket, part: Part, *, by: Person, at: datetime) -> Ticket:
    """Its promises count from the original report; who took the whole has taken the part."""
    ticket = locked(ticket)
    if again := _split_before(ticket, part):
        return again
    _refuse_odd(ticket, part)
    fresh = _written(ticket, part, by=by, at=at)
    if not ticket.is_outside_contract:
        terms = terms_for(fresh, at=ticket.reported_at or at)
        start_clocks_of_part(fresh.matter, ticket.matter, terms=terms, by=by, at=at)
    prepare(fresh, at=at)
    if ticket.accepted_at and ticket.assignee_id:
        fresh = _as_taken(fresh, ticket, at=at)
    link(fresh, ticket, LinkKind.SPLIT_FROM, by=by, at=at)
    ticket = locked(ticket)
    say_of(ticket, fresh, Act.TICKET_SPLIT, by=by, at=at)
    return locked(fresh)


def _split_before(ticket: Ticket, part: Part) -> Ticket | None:
    if part.submission is None:
        return None
    return Ticket.objects.filter(hospital_id=ticket.hospital_id, submission=part.submission).first()


def _written(ticket: Ticket, part: Part, *, by: Person, at: datetime) -> Ticket:
    """With the first calls of the whole: said once, and disputed there."""
    report = _report(ticket, part)
    fresh = write_ticket(
        report, category_of(report), by=by, at=at, reported_at=ticket.reported_at, is_outside=ticket.is_outside_contract
    )
    Ticket.objects.filter(pk=fresh.pk).update(reporter=ticket.reporter_id)  # a vendor cannot read the membership
    for call in Call.objects.filter(ticket=ticket, is_first=True):
        call.pk, call.ticket, call.needs_word = uuid7(), fresh, False
        call.save(force_insert=True)
    return fresh


def _refuse_odd(ticket: Ticket, part: Part) -> None:
    if not part.title.strip():
        raise Refused(_("Say what the new ticket is about."))
    if ticket.state == State.CALL_AWAITED or ticket.reported_at is None:
        raise Refused(_("Nobody has called yet; log the call first."))
    refuse_over(ticket)
    if part.system and part.system.contract_id != ticket.contract_id:
        raise Forbidden(_("Choose a system of the same contract."))


def _report(ticket: Ticket, part: Part) -> Report:
    return Report(
        contract=ticket.contract,
        category=part.category or ticket.category,
        title=part.title,
        words=part.words,
        channel=Channel(ticket.channel),
        severity=Severity(ticket.severity),
        system=part.system or ticket.system,
        is_emergency=ticket.is_emergency,
        department=ticket.department,
        place=ticket.place,
        where=ticket.where,
        reporter_name=ticket.reporter_name,
        reporter_phone=ticket.reporter_phone,
        submission=part.submission,
    )


def _as_taken(fresh: Ticket, ticket: Ticket, *, at: datetime) -> Ticket:
    """The product's own move: the engineer told the reporter when they took the whole."""
    fresh = locked(fresh)
    move(fresh, Move.ACCEPT, by=None)
    fresh.assignee_id, fresh.assignee_name = ticket.assignee_id, ticket.assignee_name
    fresh.accepted_at = ticket.accepted_at
    give_clocks_to(fresh.matter, member=ticket.assignee_id)
    ended = [metric for done in _done_for_both(ticket) for metric in _stopped(fresh, done)]
    changed(fresh, Act.TICKET_ACCEPTED, by=None, at=at, facts={"to": ticket.assignee_name, **metrics(ended)})
    return fresh


def _done_for_both(ticket: Ticket) -> list[Clock]:
    standing = Clock.objects.filter(matter_id=ticket.matter_id, is_standing=True, stopped_at__isnull=False)
    return list(standing.filter(metric__in=(Metric.RESPOND, Metric.EMERGENCY)))


def _stopped(fresh: Ticket, done: Clock) -> list[Metric]:
    assert done.stopped_at
    return stop_clock(fresh.matter, Metric(done.metric), by=None, at=done.stopped_at)
