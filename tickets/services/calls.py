"""Calls as either side writes them down. The first starts what waits for it, and one written down late asks the other
side for its word (PACS-6, PACS-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.life import Life
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services.clocks import start_clocks, stop_clock
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Channel, Metric
from servicedesk.tenancy.bulk import insert_made, together
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.calls import minute_of, raise_awaited
from tickets.enums import State
from tickets.models import Call, Ticket
from tickets.people import Told, told_of
from tickets.services.levels import take_effect
from tickets.states import Move, move, refuse_over
from tickets.stream import announced, changed, locked, of, tell
from tickets.terms import terms_for

# Longer after the call than this, its time rests on one side's word alone, and the other is asked for theirs.
IN_THE_CALL = timedelta(minutes=1)
PRESSED_TWICE = timedelta(seconds=10)


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
    asked_at = minute.counts_from if minute and raised else None
    if is_first:
        _report_by(ticket, call, by=by, at=at)
    told = told_of(ticket, Act.CALL_LOGGED, at=at) if is_first or raised else None
    row = _logged(ticket, call, minute, told, asked_at=asked_at, by=by, at=at)
    if is_first and told:
        _begin_from(ticket, call, told, by=by, at=at)
    if raised:
        take_effect(ticket, raised, called_at=call.called_at, by=by, at=at)
    return row


def _logged(
    ticket: Ticket, call: Phoned, minute: Clock | None, told: Told | None, *, asked_at: datetime | None, by: Person,
    at: datetime,
) -> Call:  # fmt: skip
    """With its line, and the end of the minute in which it was waited for. `told`: it starts something, and whom that
    concerns."""
    facts = {"caller": call.caller, "called_at": call.called_at.isoformat()}
    with together(using=DEFAULT_DB_ALIAS):
        row = keep_call(ticket, call, is_first=told is not None, by=by, at=at, asked_at=asked_at, told=told)
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
    announced(call.ticket, Act.CALL_DISPUTED, to=Told.both_sides, by=by, at=at, text=why)


def keep_call(
    ticket: Ticket, call: Phoned, *, is_first: bool, by: Person | None, at: datetime, channel: Channel = Channel.PHONE,
    asked_at: datetime | None = None, told: Told | None = None,
) -> Call:  # fmt: skip
    """`asked_at`: since when the hospital waits for a call. That it was made before is the vendor's word alone."""
    if by is None:
        raise Refused(_("A call is written down by somebody who is signed in."))
    refuse_odd(call, at=at)
    if not call.caller.strip():
        raise Refused(_("Say who called."))
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
        needs_word=is_first and _is_one_sides_word(call, by=by, at=at, asked_at=asked_at),
    )
    insert_made([row], using=DEFAULT_DB_ALIAS)
    if row.needs_word:
        told = told or told_of(ticket, Act.CALL_LOGGED, at=at)
        other = told.vendor_side(ticket) if by.side is Side.HOSPITAL else told.hospital_it(ticket)
        kind, known = NoticeKind.APPROVAL_ASKED, told.directory
        tell(ticket, kind, to=other, by=by, at=at, key=f"call:{row.pk}", known=known)
    return row


def refuse_odd(call: Phoned, *, at: datetime) -> None:
    if timezone.is_naive(call.called_at):
        raise Refused(_("The moment needs a time zone."))
    if call.called_at > at:
        raise Refused(_("This moment has not come yet."))
    if call.called_at < at - timedelta(days=31):
        raise Refused(_("This moment is more than a month ago."))


def _is_one_sides_word(call: Phoned, *, by: Person, at: datetime, asked_at: datetime | None) -> bool:
    is_late = (call.noted_from or at) - call.called_at > IN_THE_CALL
    is_before = by.side is Side.VENDOR and asked_at is not None and call.called_at < asked_at
    return is_late or is_before


def _report_by(ticket: Ticket, call: Phoned, *, by: Person, at: datetime) -> None:
    """What waited for it is reported by the call, and when it was made."""
    refuse_odd(call, at=at)
    ticket.reported_at, ticket.channel = call.called_at, Channel.PHONE
    move(ticket, Move.CALL, by=by)


def _begin_from(ticket: Ticket, call: Phoned, told: Told, *, by: Person, at: datetime) -> None:
    start_clocks(ticket.matter, terms=terms_for(ticket, at=call.called_at), by=by, at=call.called_at)
    words = {"state": State(ticket.state).label}
    tell(
        ticket, NoticeKind.TICKET_REPORTED, to=told.named, on_duty=told.duty, by=by, at=at, words=words,
        known=told.directory,
    )  # fmt: skip


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
