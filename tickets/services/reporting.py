"""A fault or a request comes in: by whom, by which way, under which contract. The report starts its clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _

from contracts.models import CatalogueItem, Contract, System
from contracts.services.promised import is_outside_contract, refuse_unless_promised
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import Terms
from servicedesk.clocks.services.clocks import begun_by, first_due, record_begun, start_promise, write_begun
from servicedesk.clocks.words import CHANNELS
from servicedesk.files.services.uploads import add_file, looked_through
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.routes import Directory
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.bulk import LATER, insert_made, insert_with_history, together
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Department, Matter, Membership, Place
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person
from tickets.changes import say_changed
from tickets.enums import Kind, State
from tickets.models import Ticket
from tickets.numbers import take_next, taken
from tickets.offering import may_report
from tickets.people import first_told
from tickets.services.calls import Phoned, keep_call, refuse_odd
from tickets.services.emergencies import prepare
from tickets.services.phoning import FIRST_CALL
from tickets.stream import enter, tell, tell_programs
from tickets.terms import AtReport, InForce

TITLE = 120


@dataclass(frozen=True)
class Report:
    """What was said when reporting. `reporter` is a membership of the hospital; a name alone is enough."""

    contract: Contract
    category: str
    title: str
    channel: Channel
    severity: Severity = Severity.NONE
    words: str = ""
    system: System | None = None
    is_emergency: bool = False
    department: Department | None = None
    place: Place | None = None
    where: str = ""
    reporter: Membership | None = None
    reporter_name: str = ""
    reporter_phone: str = ""
    submission: UUID | None = None
    external_number: str = ""
    external_source: str = ""


@dataclass(frozen=True)
class Granted:
    """What the contract grants: terms that start with the report, or wait for its call; outside of it neither."""

    item: CatalogueItem
    moment: datetime
    starts: Terms | None = None
    waits: Terms | None = None

    @property
    def reported_at(self) -> datetime | None:
        return None if self.waits else self.moment

    @property
    def is_outside(self) -> bool:
        return not (self.starts or self.waits)


@transaction.atomic
def report_fault(report: Report, *, by: Person | None, at: datetime, call: Phoned | None = None) -> Ticket:
    """`call`: what one side writes down of a call, of a mail's arrival. Sent twice, it is the same ticket.

    What only the phone may report is kept as 'waits for the call', and its clocks start with the first call.
    """
    if again := _sent_before(report):
        return again
    refuse_unless_writable(report.contract, by)
    granted = _granted(report, _moment(report, call, at), by)
    ticket = _write_whole(report, granted, by=by, at=at)
    if call:
        keep_call(ticket, call, is_first=not granted.waits, by=by, at=at, channel=report.channel)
    if granted.waits:
        start_promise(ticket.matter, FIRST_CALL, terms=granted.waits, by=by, at=at)
    prepare(ticket, at=at)
    ticket.due_at = ticket.matter.next_due_at  # as the trigger has written it
    say_changed(ticket)
    return ticket


def report_with_files(
    report: Report, files: Sequence[Any], *, by: Person | None, at: datetime, source: UUID | None = None, **more: Any
) -> Ticket:
    """Either all of it comes in or nothing: a refused file leaves no ticket behind. `source` brought it where nobody is
    signed in. The files are looked through before the day's number is taken, which whoever else reports waits for."""
    if files and (again := _found_again(report)):
        return again
    with looked_through(files, hospital_id=report.contract.hospital_id) as ready, transaction.atomic():
        ticket = report_fault(report, by=by, at=at, **more)
        if ticket.recorded_at == at:  # sent again meanwhile, it has its files already
            for file in ready:
                add_file(ticket.matter, file, by=by, at=at, source=source)
    return ticket


# ── how it comes in ──────────────────────────────────────────────────────────────────────────────────────────────────
def _sent_before(report: Report) -> Ticket | None:
    if report.submission is None:
        return None
    wait_for_the_first(report.submission)
    return _found_again(report)


def _found_again(report: Report) -> Ticket | None:
    if report.submission is None:
        return None
    return Ticket.objects.filter(hospital_id=report.contract.hospital_id, submission=report.submission).first()


def refuse_unless_writable(contract: Contract, by: Person | None) -> None:
    """A vendor that serves the hospital no more may read on for a while (PACS-1)."""
    if by and not contract.is_writable_by(by):
        raise Forbidden(_("You may read this but no longer change it."), code="read_only")


def _moment(report: Report, call: Phoned | None, at: datetime) -> datetime:
    if report.channel is Channel.PHONE and call is None:
        raise Refused(_("Say when the call was and who called."))
    if call is None:
        return at
    refuse_odd(call, at=at)
    return call.called_at


def _granted(report: Report, moment: datetime, by: Person | None) -> Granted:
    asked = AtReport.of(report.contract, report.category, moment)
    item = asked.item or _no_such_kind()
    _refuse_foreign_kind(item, by)
    if _is_outside(report, moment):
        return Granted(item, moment)
    promised = asked.in_force
    terms = promised.terms(
        category=report.category, severity=report.severity, is_emergency=report.is_emergency, at=moment
    )
    is_at_once = _may_come_by(report, promised, moment)
    return Granted(item, moment, starts=terms) if is_at_once else Granted(item, moment, waits=terms)


def _is_outside(report: Report, moment: datetime) -> bool:
    """A phoned emergency is written down all the same, and starts no promised clock (PACS-1)."""
    if report.channel is Channel.PHONE and is_outside_contract(report.contract, at=moment, system=report.system):
        return True
    refuse_unless_promised(report.contract, at=moment, system=report.system)
    return False


def category_of(report: Report) -> CatalogueItem:
    found = CatalogueItem.objects.filter(contract=report.contract, category=report.category).first()
    return found or _no_such_kind()


def _no_such_kind() -> NoReturn:
    raise Refused(_("The contract has no such kind of service."))


def _refuse_foreign_kind(item: CatalogueItem, by: Person | None) -> None:
    if by and not may_report(item, by.role):
        sentence = _("Your role does not report this kind of service; the contract's service catalogue says who does.")
        raise Refused(sentence, code="not_yours")


def _may_come_by(report: Report, promised: InForce, moment: datetime) -> bool:
    """Refused by this way but not by the phone, it waits for the call (PACS-16)."""
    allowed = promised.channels(category=report.category, severity=report.severity, at=moment)
    if not allowed or report.channel in allowed:
        return True
    if Channel.PHONE in allowed:
        return False
    words = _(", ").join(str(CHANNELS[channel]) for channel in Channel if channel in allowed)
    raise Refused(_("This is reported by %(channels)s only; the clocks start then.") % {"channels": words})


# ── what is written down ─────────────────────────────────────────────────────────────────────────────────────────────
def _write_whole(report: Report, granted: Granted, *, by: Person | None, at: datetime) -> Ticket:
    """First what is asked. Then all of it is one message, and what bears the number stands at its end: whoever reports
    to that hospital meanwhile waits from there on, and for no line of ours but the answer's."""
    starts, reported_at = granted.starts, granted.reported_at
    courses = begun_by(starts, at=granted.moment) if starts else {}
    told = first_told(report.contract, Act.TICKET_REPORTED, at=at)
    matter = begin_matter(report, due_at=first_due(courses))
    with together(using=_using(report)):
        ticket = begin_ticket(
            report, granted.item, matter, by=by, at=at, reported_at=reported_at, is_outside=granted.is_outside
        )
        if starts:
            write_begun(matter, courses, starts)
            record_begun(matter, starts, by=by, at=at)
        number_ticket(ticket, by=by, at=at, known=told.directory)
        words = {"state": State(ticket.state).label}
        tell(
            ticket, NoticeKind.TICKET_REPORTED, to=told.named, on_duty=told.duty, by=by, at=at, words=words,
            known=told.directory,
        )  # fmt: skip
        learn_number(ticket)
    return ticket


def begin_matter(report: Report, *, due_at: datetime | None = None) -> Matter:
    """Not written yet: its ticket's number is its name, and whoever takes that is waited for by the next one."""
    contract = report.contract
    owners = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id}
    return Matter(**owners, kind="ticket", next_due_at=due_at)


def write_ticket(report: Report, item: CatalogueItem, *, by: Person | None, at: datetime, **more: Any) -> Ticket:
    with together(using=_using(report)):
        ticket = begin_ticket(report, item, begin_matter(report), by=by, at=at, **more)
        number_ticket(ticket, by=by, at=at)
        learn_number(ticket)
    return ticket


def begin_ticket(
    report: Report, item: CatalogueItem, matter: Matter, *, by: Person | None, at: datetime,
    reported_at: datetime | None, is_outside: bool,
) -> Ticket:  # fmt: skip
    """What needs no number: on record, and in the stream. The ticket itself is not written yet."""
    contract = report.contract
    ticket = Ticket(
        id=uuid7(),
        hospital_id=contract.hospital_id,
        vendor_id=contract.vendor_id,
        matter=matter,
        contract=contract,
        system=report.system,
        number=LATER,
        submission=report.submission,
        external_number=report.external_number,
        external_source=report.external_source,
        title=report.title.strip()[:TITLE] or item.name,
        words=report.words,
        category=item.category,
        category_name=item.name,
        severity=report.severity,
        is_emergency=report.is_emergency,
        is_outside_contract=is_outside,
        channel=report.channel,
        state=State.REPORTED if reported_at else State.CALL_AWAITED,
        **_from(report),
        reported_at=reported_at,
        due_at=matter.next_due_at,
        recorded_at=at,
        changed_at=at,
    )
    record(Act.TICKET_REPORTED, ticket, by=by, at=at, words={"channel": report.channel, "outside": is_outside})
    return ticket


def _from(report: Report) -> dict[str, Any]:
    place, reporter = report.place, report.reporter
    return {
        "department": report.department,
        "place": place,
        "where": report.where or (str(place) if place else ""),
        "reporter": reporter,
        "reporter_name": report.reporter_name or (reporter.name if reporter else ""),
        "reporter_phone": report.reporter_phone or (reporter.phone if reporter else ""),
    }


def number_ticket(ticket: Ticket, *, by: Person | None, at: datetime, known: Directory | None = None) -> None:
    """PostgreSQL writes the number wherever the rows that follow say LATER."""
    using = ticket.contract._state.db or DEFAULT_DB_ALIAS
    facts = {"channel": Channel(ticket.channel).value}
    entry = enter(ticket, Kind.ACT, act=Act.TICKET_REPORTED, by=by, at=at, facts=facts, name=ticket.reporter_name)
    take_next(ticket.hospital_id, at=at, using=using)
    ticket.matter.label, ticket.matter.url = str(ticket), ticket.get_absolute_url()
    insert_made([ticket.matter], using=using)
    insert_with_history(ticket, using=using)
    tell_programs(ticket, Act.TICKET_REPORTED, entry, by=by, at=at, known=known)


def learn_number(ticket: Ticket) -> None:
    """Sends what was held, and asks for it."""
    ticket.number = taken(using=ticket._state.db or DEFAULT_DB_ALIAS)
    ticket.matter.label = str(ticket)[:120]


def _using(report: Report) -> str:
    return report.contract._state.db or DEFAULT_DB_ALIAS
