"""Day by day: accept, give, speak, ask back, hand over. Each act stops its own clock and no other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import Life
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services.clocks import end_clocks, give_clocks_to, pause_clocks, resume_clocks, stop_clock
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.bulk import together
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import Kind, State, WaitsOn
from tickets.models import Entry, Note, Ticket
from tickets.people import Told, told_of
from tickets.permissions import WORK_TICKETS
from tickets.services.mentions import tell_mentioned
from tickets.services.visiting import end_visits
from tickets.states import STEPS, Move, move, refuse_over
from tickets.stream import announced, changed, keep, locked, metrics, of, tell, write

URGED_AGAIN = timedelta(minutes=10)
YEAR = timedelta(days=366)


@transaction.atomic
def accept(ticket: Ticket, *, to: Membership | None = None, by: Person, at: datetime) -> Ticket:
    """A person takes it, and the reporter is told who comes: that, and no click, is the response, and what was raised
    in work waits for one again. `to` is who takes it where somebody else writes it down: no machine answers for it."""
    ticket = locked(ticket)
    taker, name = (to.pk, to.name) if to else (by.membership_id, by.name)
    if to:
        refuse_unfit(to, ticket)
        if not by.token_id and to.pk != by.membership_id:
            raise Refused(_("People accept for themselves; give it to a colleague instead."))
    elif by.token_id:
        raise Refused(_("Say who takes it; a person answers for it, not a machine."))
    is_again = _is_answer_owed(ticket)
    if ticket.state == State.WORKING and ticket.assignee_id != taker and not is_again:
        words = {"name": ticket.assignee_name, "at": timezone.localtime(ticket.accepted_at).strftime("%H:%M")}
        raise Refused(_("%(name)s accepted it at %(at)s.") % words, code="taken")
    move(ticket, Move.TAKE_AGAIN if is_again else Move.ACCEPT, by=by)
    had_it, had_name = {ticket.assignee_id} - {None, taker}, ticket.assignee_name
    told = told_of(ticket, Act.TICKET_ACCEPTED, others=[taker, *had_it], at=at)
    with Life.held(ticket.matter) as life:
        ticket.assignee_id, ticket.assignee_name = taker, name
        ticket.accepted_at = (ticket.accepted_at if is_again else None) or at  # signed forms say when it first was
        give_clocks_to(life, member=taker)
        ended = stop_clock(life, Metric.RESPOND, by=by, at=at)
        facts, known = {"to": name, **({"from": had_name} if had_it else {}), **metrics(ended)}, told.directory
        changed(ticket, Act.TICKET_ACCEPTED, by=by, at=at, facts=facts, known=known)
        to_hospital = {ticket.reporter_id, *told.named}
        tell(ticket, NoticeKind.TICKET_ACCEPTED, to=to_hospital, by=by, at=at, words={"name": name}, known=known)
        tell(ticket, NoticeKind.TICKET_ASSIGNED, to=[to.pk] if to else [], by=by, at=at, known=known)
        tell(ticket, NoticeKind.TICKET_TAKEN_OVER, to=had_it, by=by, at=at, words={"name": name}, known=known)
    return ticket


@transaction.atomic
def give(ticket: Ticket, to: Membership, *, by: Person, at: datetime) -> Ticket:
    """To a colleague; giving is no response, only their accepting is. Whoever had it is told as well."""
    ticket = locked(ticket)
    refuse_over(ticket)
    if by.side is not Side.VENDOR:
        raise Forbidden(_("Who works on it is the vendor's decision."))
    refuse_unfit(to, ticket)
    had_it, had_name = {ticket.assignee_id} - {None, to.pk}, ticket.assignee_name
    ticket.assignee_id, ticket.assignee_name = to.pk, to.name
    told = told_of(ticket, Act.TICKET_GIVEN, others=[to.pk, *had_it], at=at)
    facts, known = {"to": to.name, **({"from": had_name} if had_it else {})}, told.directory
    with Life.held(ticket.matter) as life:
        give_clocks_to(life, member=to.pk)
        changed(ticket, Act.TICKET_GIVEN, by=by, at=at, facts=facts, known=known)
        tell(ticket, NoticeKind.TICKET_ASSIGNED, to=[to.pk], by=by, at=at, known=known)
        tell(ticket, NoticeKind.TICKET_TAKEN_OVER, to=had_it, by=by, at=at, words={"name": to.name}, known=known)
    return ticket


@transaction.atomic
def say(ticket: Ticket, text: str, *, by: Person, at: datetime, seen: int | None = None) -> Entry:
    """A message that both sides read. What the hospital answers wakes a ticket that waits."""
    ticket = locked(ticket, seen=seen)
    refuse_over(ticket)
    said = _something(text)
    if ticket.state == State.WAITING and by.side is Side.HOSPITAL:
        move(ticket, Move.GO_ON, by=by)
    told = told_of(ticket, Act.TICKET_ANSWERED, at=at)
    with together(using=DEFAULT_DB_ALIAS):
        record(Act.TICKET_ANSWERED, ticket, by=by, at=at)
        keep(ticket, at=at)
        entry = write(ticket, Kind.MESSAGE, by=by, at=at, text=said, known=told.directory)
        to = Told.other_side(by)
        tell(ticket, NoticeKind.TICKET_ANSWERED, to=to(told, ticket), by=by, at=at, known=told.directory)
    tell_mentioned(ticket, said, by=by, at=at, key=str(entry.pk), is_inside=False)
    return entry


@transaction.atomic
def note(ticket: Ticket, text: str, *, by: Person, at: datetime) -> Note:
    """For one's own side. It changes nothing of the ticket: not even its version tells the other side of it, and its
    line stands in the writer's own trail, not in the parties'."""
    note = Note.objects.create(
        **of(ticket), side=by.side, at=at, by=by.membership_id, by_name=by.name, text=_something(text)
    )
    record(Act.NOTE_WRITTEN, by=by, at=at, words={"ticket": str(ticket.pk), "note": str(note.pk)})
    tell_mentioned(ticket, note.text, by=by, at=at, key=str(note.pk), is_inside=True)
    return note


@transaction.atomic
def ask_back(ticket: Ticket, *, why: str, who: WaitsOn, wakes_at: datetime, by: Person, at: datetime) -> Ticket:
    """Waits for somebody, with a reason and an hour at which it asks again. No clock pauses by it."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say what you wait for."))
    if wakes_at <= at:
        raise Refused(_("Choose a time to come at which it asks again."))
    if wakes_at > at + YEAR:
        raise Refused(_("This is more than a year ahead."))
    move(ticket, Move.ASK_BACK, by=by)
    ticket.waits_for, ticket.waits_on, ticket.wakes_at = why, who, wakes_at
    facts = {"who": who.value, "wakes_at": wakes_at.isoformat()}
    announced(ticket, Act.TICKET_WAITS, to=Told.hospital_side, by=by, at=at, text=why, facts=facts)
    return ticket


@transaction.atomic
def go_on(ticket: Ticket, *, by: Person | None, at: datetime) -> Ticket:
    """`by=None`: its hour has come, and whoever works on it is told."""
    ticket = locked(ticket)
    waited = ticket.waits_for
    move(ticket, Move.GO_ON, by=by)
    announced(ticket, Act.TICKET_WENT_ON, to=Told.vendor_side, by=by, at=at, text=waited)
    return ticket


@transaction.atomic
def hand_over(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """'Not ours': to the hospital, with a reason; every clock runs on (SMART-8)."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say why this is not yours and whose it may be."))
    move(ticket, Move.HAND_OVER, by=by)
    announced(ticket, Act.TICKET_HANDED_OVER, NoticeKind.APPROVAL_ASKED, to=Told.hospital_it, by=by, at=at, text=why)
    return ticket


@transaction.atomic
def give_back(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """The hospital says: it is yours."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say why it is theirs."))
    move(ticket, Move.GIVE_BACK, by=by)
    announced(ticket, Act.TICKET_GIVEN_BACK, to=Told.vendor_side, by=by, at=at, text=why)
    return ticket


@transaction.atomic
def urge(ticket: Ticket, *, by: Person | None, at: datetime) -> bool:
    """催办: one tap; not more often than every ten minutes. What was taken back rang as well: asked for again within
    them, it stands in the inbox and rings nobody. `by=None`: by a sticker."""
    ticket = locked(ticket)
    if by and by.side is not Side.HOSPITAL:
        raise Forbidden(_("Haste is the hospital's to ask for."))
    refuse_over(ticket)
    if ticket.urged_at and at - ticket.urged_at < URGED_AGAIN:
        return False
    ticket.urged_at = at
    rang = Entry.objects.filter(ticket=ticket, act=Act.TICKET_URGED, at__gt=at - URGED_AGAIN).exists()
    kinds, to = (Act.TICKET_URGED, NoticeKind.TICKET_URGED), Told.vendor_side
    announced(ticket, *kinds, to=to, on_duty=None if rang else to, by=by, at=at)
    return True


@transaction.atomic
def withdraw(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """The hospital: it was nothing, or a call that never came."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say why it is withdrawn."))
    move(ticket, Move.WITHDRAW, by=by)
    end_clocks(ticket.matter, by=by, at=at)
    with together(using=DEFAULT_DB_ALIAS):
        sent = end_visits(ticket, at=at)
        announced(ticket, Act.TICKET_WITHDRAWN, to=Told.vendor_side, besides=sent, by=by, at=at, text=why)
    return ticket


@transaction.atomic
def pause(ticket: Ticket, *, why: str, upon: Collection[Metric] | None = None, by: Person, at: datetime) -> Ticket:
    """Only the hospital may, and never by itself: all promises that run, or those named."""
    ticket = locked(ticket)
    refuse_over(ticket)
    with Life.held(ticket.matter) as life:
        ended = pause_clocks(life, why=why, by=by, at=at, metrics=upon)
        if not ended:
            raise Refused(_("No promise runs that could be paused."))
        announced(ticket, Act.CLOCKS_PAUSED, to=Told.vendor_side, by=by, at=at, text=why, facts=metrics(ended))
    return ticket


@transaction.atomic
def resume(ticket: Ticket, *, by: Person, at: datetime) -> Ticket:
    ticket = locked(ticket)
    with Life.held(ticket.matter) as life:
        ended = resume_clocks(life, by=by, at=at)
        if not ended:
            raise Refused(_("No promise is paused."))
        announced(ticket, Act.CLOCKS_RESUMED, to=Told.vendor_side, by=by, at=at, facts=metrics(ended))
    return ticket


def _is_answer_owed(ticket: Ticket) -> bool:
    """Though it was taken once."""
    owed = Clock.objects.filter(matter_id=ticket.matter_id, metric=Metric.RESPOND, is_standing=True, outcome=None)
    return ticket.state in STEPS[Move.TAKE_AGAIN].sources and owed.exists()


def refuse_unfit(to: Membership, ticket: Ticket) -> None:
    works = to.vendor_id == ticket.vendor_id and WORK_TICKETS.grants.get(to.role)  # type: ignore[call-overload]
    if not works or to.until_at or to.is_machine:
        raise Refused(_("%(name)s does not work on tickets.") % {"name": to.name})


def _something(text: str) -> str:
    if not text.strip():
        raise Refused(_("There is nothing written yet."))
    return text.strip()
