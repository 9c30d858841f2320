"""A fault or a request comes in: by whom, by which way, under which contract. The report starts its clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import CatalogueItem, Contract, System
from contracts.services.promised import is_outside_contract, refuse_unless_promised
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import Life, Terms
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services.clocks import (
    begun_by,
    first_due,
    record_begun,
    start_clocks,
    start_promise,
    stop_clock,
    write_begun,
)
from servicedesk.clocks.words import CHANNELS
from servicedesk.files.services.uploads import add_file, looked_through
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.routes import Directory
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.bulk import LATER, insert_made, insert_with_history, together
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Department, Matter, Membership, Place
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person
from tickets.calls import minute_of, raise_awaited
from tickets.changes import say_changed
from tickets.enums import Kind, State
from tickets.models import Call, Ticket
from tickets.numbers import take_next, taken
from tickets.offering import may_report
from tickets.people import Told, first_told, told_of
from tickets.services.emergencies import prepare
from tickets.services.levels import take_effect
from tickets.services.phoning import FIRST_CALL
from tickets.states import Move, move, refuse_over
from tickets.stream import announced, changed, enter, locked, of, tell, tell_programs
from tickets.terms import AtReport, InForce, terms_for

# Longer after the call than this, its time rests on one side's word alone, and the other is asked for theirs.
IN_THE_CALL = timedelta(minutes=1)
PRESSED_TWICE = timedelta(seconds=10)
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
class Phoned:
    """A call, as either side writes it down."""

    called_at: datetime
    caller: str
    callee: str = ""
    number: str = ""
    words: str = ""
    noted_from: datetime | None = None  # since when somebody was writing it down, if that is certain


@transaction.atomic
def report_fault(report: Report, *, by: Person | None, at: datetime, call: Phoned | None = None) -> Ticket:
    """`call`: what one side writes down of a call, of a mail's arrival. Sent twice, it is the same ticket.

    What only the phone may report is kept as 'waits for the call', and its clocks start with the first call.
    """
    if again := _sent_before(report):
        return again
    refuse_unless_writable(report.contract, by)
    moment = _moment(report, call, at)
    asked = AtReport.of(report.contract, report.category, moment)
    item = asked.item or _no_such_kind()
    _refuse_foreign_kind(item, by)
    promised = None if _is_outside(report, moment) else asked.in_force
    terms = _terms(report, promised, moment) if promised else None
    waits = terms if promised and not _may_come_by(report, promised, moment) else None
    reported_at = None if waits else moment
    starts = None if waits else terms
    ticket = _write_whole(report, item, starts, reported_at=reported_at, is_outside=terms is None, by=by, at=at)
    if call:
        _keep_call(ticket, call, is_first=not waits, by=by, at=at, channel=report.channel)
    if waits:
        start_promise(ticket.matter, FIRST_CALL, terms=waits, by=by, at=at)
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


@transaction.atomic
def log_call(ticket: Ticket, call: Phoned, *, by: Person, at: datetime) -> Call:
    """The first call starts what waits for it, a raise as well as a report; every later one is written into the
    stream. Pressed five times, it is one: nobody calls twice within seconds."""
    ticket = locked(ticket)
    raised = raise_awaited(ticket)
    if raised is None and (again := _pressed_before(ticket, call, by)):
        return again
    refuse_over(ticket)
    is_first = ticket.state == State.CALL_AWAITED
    minute = minute_of(ticket) if is_first or raised else None
    if is_first:
        _refuse_odd(call.called_at, at)
        ticket.reported_at = call.called_at
        ticket.channel = Channel.PHONE
        move(ticket, Move.CALL, by=by)
    if not is_first and raised is None:
        return _logged(ticket, call, by=by, at=at)
    told = told_of(ticket, Act.CALL_LOGGED, at=at)
    row = _logged(ticket, call, minute=minute, is_raise=raised is not None, told=told, by=by, at=at)
    if is_first:
        start_clocks(ticket.matter, terms=terms_for(ticket, at=call.called_at), by=by, at=call.called_at)
        _tell_reported(ticket, told, by=by, at=at)
    if raised:
        take_effect(ticket, raised, called_at=call.called_at, by=by, at=at)
    return row


def _logged(
    ticket: Ticket, call: Phoned, *, minute: Clock | None = None, is_raise: bool = False, told: Told | None = None,
    by: Person, at: datetime,
) -> Call:  # fmt: skip
    """With its line, and the end of the minute in which it was waited for. `told`: it starts something, and whom that
    concerns."""
    asked_at = minute.counts_from if minute and is_raise else None
    facts = {"caller": call.caller, "called_at": call.called_at.isoformat()}
    with together(using=DEFAULT_DB_ALIAS):
        row = _keep_call(ticket, call, is_first=told is not None, by=by, at=at, asked_at=asked_at, told=told)
        changed(ticket, Act.CALL_LOGGED, by=by, at=at, facts=facts, known=told.directory if told else None)
        if minute:
            with Life.held(ticket.matter) as life:
                stop_clock(life, Metric.CALL, by=by, at=max(call.called_at, minute.counts_from))
    return row


@transaction.atomic
def agree_to_call(call: Call, *, by: Person, at: datetime) -> None:
    """The other side says: yes, it was then."""
    call = _of_the_other(call, by)
    if not call.needs_word:
        raise Refused(_("Nobody waits for your word on this call."))
    call.agreed_at, call.agreed_by = at, by.membership_id
    call.save(update_fields=["agreed_at", "agreed_by"])
    changed(call.ticket, Act.CALL_AGREED, by=by, at=at)


@transaction.atomic
def dispute_call(call: Call, *, why: str, by: Person, at: datetime) -> None:
    """The clocks count on as they do: the dispute stands beside them for whoever judges. Not only of a call that was
    admitted to be logged late: 'just now' is one side's word as well (PACS-6)."""
    if not why.strip():
        raise Refused(_("Say what is wrong with the time of the call."))
    call = _of_the_other(call, by)
    if not call.is_disputable(at):
        raise Refused(_("Only a first call is disputed, and within seven days."))
    call.disputed_at, call.disputed_by, call.disputed_why = at, by.membership_id, why
    call.save(update_fields=["disputed_at", "disputed_by", "disputed_why"])
    ticket = call.ticket
    announced(ticket, Act.CALL_DISPUTED, to=Told.both_sides, by=by, at=at, text=why)


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
    moment = call.called_at if call else at
    _refuse_odd(moment, at)
    return moment


def _refuse_odd(moment: datetime, at: datetime) -> None:
    if timezone.is_naive(moment):
        raise Refused(_("The moment needs a time zone."))
    if moment > at:
        raise Refused(_("This moment has not come yet."))
    if moment < at - timedelta(days=31):
        raise Refused(_("This moment is more than a month ago."))


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


def _terms(report: Report, promised: InForce, moment: datetime) -> Terms:
    return promised.terms(
        category=report.category,
        severity=report.severity,
        is_emergency=report.is_emergency,
        at=moment,
    )


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
def _write_whole(
    report: Report, item: CatalogueItem, starts: Terms | None, *, reported_at: datetime | None, is_outside: bool,
    by: Person | None, at: datetime,
) -> Ticket:  # fmt: skip
    """First what is asked. Then all of it is one message, and what bears the number stands at its end: whoever reports
    to that hospital meanwhile waits from there on, and for no line of ours but the answer's."""
    courses = begun_by(starts, at=reported_at) if starts and reported_at else {}
    told = first_told(report.contract, Act.TICKET_REPORTED, at=at)
    matter = begin_matter(report, due_at=first_due(courses))
    with together(using=report.contract._state.db or DEFAULT_DB_ALIAS):
        ticket = begin_ticket(report, item, matter, by=by, at=at, reported_at=reported_at, is_outside=is_outside)
        if starts:
            write_begun(matter, courses, starts)
            record_begun(matter, starts, by=by, at=at)
        number_ticket(ticket, by=by, at=at, known=told.directory)
        _tell_reported(ticket, told, by=by, at=at)
        learn_number(ticket)
    return ticket


def begin_matter(report: Report, *, due_at: datetime | None = None) -> Matter:
    """Not written yet: its ticket's number is its name, and whoever takes that is waited for by the next one."""
    contract = report.contract
    owners = {"hospital_id": contract.hospital_id, "vendor_id": contract.vendor_id}
    return Matter(**owners, kind="ticket", next_due_at=due_at)


def write_ticket(report: Report, item: CatalogueItem, *, by: Person | None, at: datetime, **more: Any) -> Ticket:
    with together(using=report.contract._state.db or DEFAULT_DB_ALIAS):
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
        department=report.department,
        place=report.place,
        where=report.where or (str(report.place) if report.place else ""),
        reporter=report.reporter,
        reporter_name=report.reporter_name or (report.reporter.name if report.reporter else ""),
        reporter_phone=report.reporter_phone or (report.reporter.phone if report.reporter else ""),
        reported_at=reported_at,
        due_at=matter.next_due_at,
        recorded_at=at,
        changed_at=at,
    )
    record(Act.TICKET_REPORTED, ticket, by=by, at=at, words={"channel": report.channel, "outside": is_outside})
    return ticket


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


def _keep_call(
    ticket: Ticket, call: Phoned, *, is_first: bool, by: Person | None, at: datetime, channel: Channel = Channel.PHONE,
    asked_at: datetime | None = None, told: Told | None = None,
) -> Call:  # fmt: skip
    """`asked_at`: since when the hospital waits for a call. That it was made before is the vendor's word alone."""
    if by is None:
        raise Refused(_("A call is written down by somebody who is signed in."))
    _refuse_odd(call.called_at, at)
    if not call.caller.strip():
        raise Refused(_("Say who called."))
    is_late = (call.noted_from or at) - call.called_at > IN_THE_CALL
    is_before = by.side is Side.VENDOR and asked_at is not None and call.called_at < asked_at
    row = Call(
        **of(ticket),
        channel=channel,
        is_first=is_first,
        called_at=call.called_at,
        caller=call.caller,
        callee=call.callee,
        number=call.number,
        words=call.words,
        logged_at=at,
        logged_by=by.membership_id,
        logged_side=by.side,
        needs_word=is_first and (is_late or is_before),
    )
    insert_made([row], using=DEFAULT_DB_ALIAS)
    if row.needs_word:
        told = told or told_of(ticket, Act.CALL_LOGGED, at=at)
        other = told.vendor_side(ticket) if by.side is Side.HOSPITAL else told.hospital_it(ticket)
        kind, known = NoticeKind.APPROVAL_ASKED, told.directory
        tell(ticket, kind, to=other, by=by, at=at, key=f"call:{row.pk}", known=known)
    return row


def _pressed_before(ticket: Ticket, call: Phoned, by: Person) -> Call | None:
    near = (call.called_at - PRESSED_TWICE, call.called_at + PRESSED_TWICE)
    return Call.objects.filter(
        ticket=ticket, channel=Channel.PHONE, logged_by=by.membership_id, caller=call.caller, called_at__range=near
    ).first()


def _of_the_other(call: Call, by: Person) -> Call:
    """The ticket first, as everywhere; then the call as it is now."""
    ticket = locked(call.ticket)
    call = Call.objects.get(pk=call.pk)
    call.ticket = ticket
    if call.logged_side == by.side:
        raise Refused(_("The other side is asked, not the one that wrote it down."))
    if call.agreed_at or call.disputed_at:
        raise Refused(_("Somebody has decided this already."))
    return call


def _tell_reported(ticket: Ticket, told: Told, *, by: Person | None, at: datetime) -> None:
    known = told.directory
    tell(ticket, NoticeKind.TICKET_REPORTED, to=told.named, on_duty=told.duty, by=by, at=at, known=known)
