"""ALL-17: one fault of several vendors. Each keeps a ticket of its own under its own contract, and the hospital leads.

What a vendor is told of the others is a row of its own parties: their numbers, and the hospital's words.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract, System
from servicedesk.audit.enums import Act
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person
from tickets.models import FaultPart, Ticket
from tickets.people import Told
from tickets.services.reporting import Report, report_fault
from tickets.stream import announced, locked, of

AT_MOST = 8


@transaction.atomic
def open_sibling(
    ticket: Ticket, contract: Contract, *, category: str, title: str, words: str = "",
    severity: Severity = Severity.NONE, system: System | None = None, submission: UUID | None = None,
    by: Person, at: datetime,
) -> Ticket:  # fmt: skip
    """Another vendor is asked, in the hospital's own words; nothing of the first ticket is copied."""
    _only_the_hospital(by)
    if contract.vendor_id == ticket.vendor_id:
        raise Refused(_("This contract is the same vendor's; split the ticket instead."))
    _alone(ticket)
    ticket = locked(ticket)  # before the day's count, which the report takes: a split of it goes the same way
    report = Report(
        contract=contract, category=category, title=title, words=words, severity=severity, channel=Channel.WEB,
        system=system, department=ticket.department, place=ticket.place, where=ticket.where,
        reporter=ticket.reporter, reporter_name=ticket.reporter_name, reporter_phone=ticket.reporter_phone,
        submission=submission,
    )  # fmt: skip
    sibling = report_fault(report, by=by, at=at)
    if FaultPart.objects.filter(ticket=sibling).exists():  # sent twice
        return sibling
    join(ticket, sibling, by=by, at=at)
    return sibling


@transaction.atomic
def join(ticket: Ticket, other: Ticket, *, by: Person, at: datetime) -> UUID:
    """Two tickets that are there already, or one more."""
    _only_the_hospital(by)
    if ticket.vendor_id == other.vendor_id:
        raise Refused(_("Both tickets are the same vendor's; link them instead."))
    _alone(ticket)
    tickets = {each.pk: locked(each) for each in sorted((ticket, other), key=lambda each: each.pk)}
    known = {part.ticket_id: part for part in FaultPart.objects.filter(ticket__in=tickets)}
    fault = _fault_of(known)
    for pk, held in tickets.items():
        if pk not in known:
            FaultPart.objects.create(**of(held), fault=fault, joined_at=at, joined_by=by.membership_id)
    _name_each_other(fault)
    for held in tickets.values():
        number = next(each.number for each in tickets.values() if each.pk != held.pk)
        kinds, facts = (Act.FAULT_SHARED, NoticeKind.FAULT_TURN), {"number": number}
        announced(held, *kinds, to=Told.vendor_side, by=by, at=at, facts=facts)
    return fault


@transaction.atomic
def say_turn(ticket: Ticket, *, number: str, words: str, by: Person, at: datetime) -> None:
    """Whose turn it is, and what all of them are told: one sentence, in every ticket's own row."""
    _only_the_hospital(by)
    part = FaultPart.objects.filter(ticket=ticket).first()
    if part is None:
        raise Refused(_("This fault is one vendor's alone."))
    parts = parts_of(part.fault)
    if number not in {each.ticket.number for each in parts}:
        raise Refused(_("Choose one of the tickets of this fault."))
    if not words.strip():
        raise Refused(_("Say in a sentence what is to be done next; every vendor reads it."))
    for each in sorted(parts, key=lambda each: each.ticket_id):
        held = locked(each.ticket)
        FaultPart.objects.filter(pk=each.pk).update(turn_number=number, turn_words=words.strip(), turn_at=at)
        kinds, facts = (Act.TURN_SAID, NoticeKind.FAULT_TURN), {"number": number}
        announced(held, *kinds, to=Told.vendor_side, by=by, at=at, text=words.strip(), facts=facts)


def parts_of(fault: UUID) -> list[FaultPart]:
    """All of them to the hospital; to a vendor the wall shows its own alone."""
    rows = FaultPart.objects.filter(fault=fault).select_related("ticket__vendor", "ticket__contract", "ticket__system")
    return list(rows)


def _alone(ticket: Ticket) -> None:
    """Of two who join to one fault at once, the second names the first one's ticket as well: in rows of third tickets,
    which neither of them holds."""
    wait_for_the_first("fault", ticket.hospital_id)


def _fault_of(known: dict[UUID, FaultPart]) -> UUID:
    faults = {part.fault for part in known.values()}
    if len(faults) > 1 or len(known) > 1:
        raise Refused(_("Both belong to a shared fault already."))
    fault = faults.pop() if faults else uuid7()
    if FaultPart.objects.filter(fault=fault).count() >= AT_MOST:
        raise Refused(_("A fault has at most eight parts."))
    return fault


def _name_each_other(fault: UUID) -> None:
    parts = list(FaultPart.objects.filter(fault=fault).select_related("ticket"))
    numbers = [part.ticket.number for part in parts]
    for part in parts:
        part.siblings = [number for number in numbers if number != part.ticket.number]
        part.save(update_fields=["siblings"])


def _only_the_hospital(by: Person) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("A fault of several vendors is led by the hospital."))
