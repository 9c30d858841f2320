"""Tickets of the same parties: linked, merged, split, and what a mistake of merging takes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.models import Clock, Waiver
from servicedesk.clocks.reading import core_of
from servicedesk.clocks.services.clocks import bring_clocks_back, end_clocks
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.clock import Clock as Running
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import LinkKind, State
from tickets.models import Entry, Ticket, TicketLink
from tickets.people import Told
from tickets.services.phoning import refuse_while_raised
from tickets.services.visiting import open_visit
from tickets.states import IN_WORK, Move, move
from tickets.stream import announced, changed, locked, of

# The hospital may have been told of it at night.
UNDO = {Side.VENDOR: timedelta(minutes=10), Side.HOSPITAL: timedelta(hours=24)}


@transaction.atomic
def link(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: Person | None, at: datetime) -> TicketLink:
    """What `ticket` is to `other`; both streams say so."""
    ticket, other = both(ticket, other)
    known = TicketLink.objects.filter(ticket__in=[ticket, other], other__in=[ticket, other])
    if known.exists():
        raise Refused(_("These two are linked already."))
    row = TicketLink.objects.create(
        **of(ticket), other=other, kind=kind, at=at, by=by.membership_id if by else None,
        by_name=by.name if by else "", by_side=by.side if by else "",
    )  # fmt: skip
    changed(ticket, Act.TICKETS_LINKED, by=by, at=at, facts={"kind": kind.value, "number": other.number})
    if kind is not LinkKind.SPLIT_FROM:  # there the whole says what was made of a part of it
        changed(other, Act.TICKETS_LINKED, by=by, at=at, facts={"number": ticket.number})
    return row


@transaction.atomic
def unlink(row: TicketLink, *, by: Person, at: datetime) -> None:
    ticket, other = both(row.ticket, row.other)
    if not TicketLink.objects.filter(pk=row.pk).delete()[0]:
        raise Refused(_("These two are not linked any more."))
    changed(ticket, Act.TICKETS_UNLINKED, by=by, at=at, facts={"number": other.number})
    changed(other, Act.TICKETS_UNLINKED, by=by, at=at, facts={"number": ticket.number})


@transaction.atomic
def merge(ticket: Ticket, into: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """The same thing, reported twice: this one ends, its promises with it, and the other goes on for both."""
    ticket, into = both(ticket, into)
    _refuse_odd_merge(ticket, into, by)
    if not why.strip():
        raise Refused(_("Say why they are one."))
    was = State(ticket.state)
    move(ticket, Move.MERGE, by=by)
    ticket.merged_into = into
    end_clocks(ticket.matter, by=by, at=at)
    say_of(ticket, into, Act.TICKET_MERGED, by=by, at=at, text=why, was=was.value)
    say_of(into, ticket, Act.TICKET_TOOK_IN, by=by, at=at, text=why)
    return ticket


@transaction.atomic
def undo_merge(ticket: Ticket, *, by: Person, at: datetime) -> Ticket:
    """Its promises run on as if they never had been ended."""
    other = Ticket.objects.filter(merged__pk=ticket.pk).first()
    if other is None:
        raise Refused(_("It is merged no more."))
    ticket, into = both(ticket, other)
    entry = merged_by(ticket)
    if entry is None:
        raise Refused(_("It is merged no more."))
    if sentence := why_no_undo(entry, side=by.side, at=at):
        raise Refused(sentence)
    move(ticket, Move.UNDO_MERGE, by=by, was=State(entry.facts["was"]))
    ticket.merged_into = None
    bring_clocks_back(ticket.matter, ended_at=entry.at, by=by, at=at)
    say_of(ticket, into, Act.MERGE_UNDONE, by=by, at=at)
    say_of(into, ticket, Act.MERGE_UNDONE, by=by, at=at)
    return ticket


def why_no_undo(entry: Entry, *, side: Side, at: datetime) -> str:
    """Empty: this side may."""
    if at - entry.at > UNDO.get(side, timedelta()):
        return _("This was merged too long ago to be undone; report it anew.")
    if side is Side.VENDOR and entry.by_side != side:
        return _("The hospital merged it; only the hospital undoes it.")
    return ""


def merged_by(ticket: Ticket) -> Entry | None:
    """The latest merge in its stream."""
    return Entry.objects.filter(ticket=ticket, act=Act.TICKET_MERGED).order_by("-at", "-id").first()


def both(ticket: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Locked in one order, whoever comes from where."""
    if ticket.pk == other.pk:
        raise Refused(_("This is the ticket itself; choose another."))
    if (ticket.hospital_id, ticket.vendor_id) != (other.hospital_id, other.vendor_id):
        raise Refused(_("The other ticket belongs to another vendor; the hospital makes them one fault."))
    held = {each.pk: locked(each) for each in sorted((ticket, other), key=lambda each: each.pk)}
    return held[ticket.pk], held[other.pk]


def _refuse_odd_merge(ticket: Ticket, into: Ticket, by: Person) -> None:
    if into.contract_id != ticket.contract_id:
        raise Refused(_("Only tickets of one contract are merged; link these two instead."))
    if not into.is_open:
        raise Refused(_("The other ticket is over; nothing is merged into it."))
    if ticket.children.exists():
        raise Refused(_("Other tickets stand under this outage; take them out first."))
    if open_visit(ticket):
        raise Refused(_("Somebody is called for on site; end that visit first."))
    if Waiver.objects.filter(clock__matter=ticket.matter_id, decided_at=None).exists():
        raise Refused(_("The hospital was asked to waive a promise of it; that is decided first."))
    refuse_while_raised(ticket)
    if by.side is Side.VENDOR:
        _refuse_an_escape(ticket, into)


def _refuse_an_escape(ticket: Ticket, into: Ticket) -> None:
    """A vendor merges what it has in work with what it has in work, and loses no promise by it; the rest is the
    hospital's hand."""
    if not {State(ticket.state), State(into.state)} <= IN_WORK:
        raise Forbidden(
            _("Accept both first; what is solved, handed over or not called about yet the hospital merges.")
        )
    if ticket.system_id != into.system_id:
        raise Forbidden(_("Tickets of two systems are made one by the hospital only."))
    if _is_earlier_or_graver(ticket, into):
        raise Forbidden(_("An earlier or graver ticket is merged into a later or lighter one by the hospital only."))
    if _would_lose_promises(ticket, into):
        raise Forbidden(_("The other ticket promises less than this one; the hospital merges them."))


def _is_earlier_or_graver(ticket: Ticket, into: Ticket) -> bool:
    is_graver = Severity(ticket.severity).is_graver_than(Severity(into.severity))
    is_lost = ticket.is_emergency and not into.is_emergency
    return is_graver or is_lost or (ticket.reported_at or ticket.recorded_at) < (into.reported_at or into.recorded_at)


def _would_lose_promises(ticket: Ticket, into: Ticket) -> bool:
    """Is something that still runs for this one not promised by the other, or only for later?"""
    there = _running(into)
    return any(metric not in there or _is_later(there[metric], clock) for metric, clock in _running(ticket).items())


def _running(ticket: Ticket) -> dict[Metric, Running]:
    rows = Clock.objects.filter(matter_id=ticket.matter_id, is_standing=True, outcome=None).prefetch_related("spans")
    clocks = {Metric(row.metric): core_of(row) for row in rows}
    return {metric: clock for metric, clock in clocks.items() if not metric.is_of_the_house}


def _is_later(clock: Running, than: Running) -> bool:
    """As it stands; where one waits for its call or for the end of a pause, as if it had neither."""
    if than.due_at and (clock.due_at is None or clock.due_at > than.due_at):
        return True
    return _unhindered(clock) > _unhindered(than)


def _unhindered(clock: Running) -> datetime:
    due = replace(clock, armed_at=clock.counts_from, pauses=()).due_at
    assert due, "armed and never paused"
    return due


def say_of(
    ticket: Ticket, other: Ticket, act: Act, *, by: Person, at: datetime, text: str = "", **facts: str
) -> None:  # fmt: skip
    """On the one, that something became of it with the other: both its sides are told."""
    kinds, number = (act, NoticeKind.TICKET_MERGED), other.number
    announced(
        ticket, *kinds, to=Told.both_sides, by=by, at=at, text=text, facts={"number": number, **facts},
        words={"other": number},
    )  # fmt: skip
