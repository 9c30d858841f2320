"""A solution goes on record; who had the problem signs; the hospital confirms or refuses, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.life import Life
from servicedesk.clocks.models import Clock, Waiver
from servicedesk.clocks.services.clocks import (
    call_for_visit,
    reopen_clocks,
    start_promise,
    stop_clock,
    withdraw_all,
    withdraw_clock,
)
from servicedesk.clocks.services.waivers import grant_waiver, refuse_waiver, settle_waivers, solved_remotely
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy.bulk import insert_made, say
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.plans import Statement
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.calls import raise_left_waiting
from tickets.enums import Cause, Remedy, State
from tickets.models import Solution, Ticket, Visit
from tickets.objections import decide, open_objection, refuse_while_open
from tickets.people import Told
from tickets.services.archiving import keep_record
from tickets.services.emergencies import lay_out_plan
from tickets.services.phoning import await_call_again
from tickets.services.visiting import end_visits
from tickets.states import Move, move
from tickets.stream import announced, locked, metrics, of
from tickets.terms import house_terms, terms_for

DAY = 24 * 60
# The signature of who had the problem, and the hospital's confirmation: house default†.
CONFIRMATION = Promise(
    Metric.CONFIRM,
    5,
    Unit.WORKING_DAYS,
    is_default=True,
    ladder=Ladder(
        (
            Rung(Anchor.SHARE, frozenset({Recipient.HOSPITAL_IT}), percent=50),
            Rung(Anchor.DUE, frozenset({Recipient.HOSPITAL_IT, Recipient.HOSPITAL_LEAD, Recipient.ASSIGNEE})),
        )
    ),
)
CLOSED = Act.TICKET_CLOSED, NoticeKind.TICKET_CLOSED
# Whoever solves what was raised in work has answered it.
SOLVES = (Metric.RESPOND, Metric.WORKAROUND, Metric.RESTORE, Metric.DELIVER)
CONFIRMED = Statement.of(
    "confirm_solution",
    """UPDATE tickets_solution
          SET confirmed_at = %s::timestamptz, confirmed_by = %s::uuid, confirmed_name = %s::text
        WHERE hospital_id = %s::bigint AND ticket_id = %s::uuid AND cycle = %s::int AND refused_at IS NULL""",
)


@transaction.atomic
def start_emergency_service(ticket: Ticket, *, by: Person, at: datetime) -> Ticket:
    """HRP-4: within the hour, by the emergency plan."""
    ticket = locked(ticket)
    with Life.held(ticket.matter) as life:
        ended = stop_clock(life, Metric.EMERGENCY, by=by, at=at)
        if not ended:
            raise Refused(_("No emergency service is waited for."))
        announced(ticket, Act.EMERGENCY_STARTED, to=Told.hospital_side, by=by, at=at, facts=metrics(ended))
    lay_out_plan(ticket)
    return ticket


@transaction.atomic
def work_around(ticket: Ticket, *, words: str, by: Person, at: datetime) -> Ticket:
    """Work goes on with a crutch; the fault itself is not solved by it."""
    ticket = locked(ticket)
    if not words.strip():
        raise Refused(_("Say how one can work meanwhile."))
    if by.side is not Side.VENDOR:
        raise Forbidden(_("How one can work meanwhile is the vendor's to say."))
    if ticket.state not in (State.WORKING, State.WAITING):
        raise Refused(_("Accept it first."))
    with Life.held(ticket.matter) as life:
        ended, to = stop_clock(life, Metric.WORKAROUND, by=by, at=at), Told.hospital_side
        announced(ticket, Act.WORKED_AROUND, to=to, by=by, at=at, text=words, facts=metrics(ended))
    return ticket


@transaction.atomic
def resolve(
    ticket: Ticket, *, words: str, cause: Cause, remedy: Remedy, is_remote: bool = False, by: Person, at: datetime,
    seen: int | None = None,
) -> Solution:  # fmt: skip
    """A solution with its cause. What it keeps: restoring and delivering, that one can work again, and an answer that
    was owed since a raise. An emergency service that nobody started is not asked for any more, and was not kept. A
    visit is spared only where it was solved from afar before it was due; the hospital may contest that (PACS-17)."""
    ticket = locked(ticket, seen=seen)
    if not words.strip():
        raise Refused(_("Say what solved it."))
    move(ticket, Move.RESOLVE, by=by)
    # Where a machine writes it down, it is the solution of whoever works on it.
    solver, name = by.membership_id, by.name
    if by.token_id and ticket.assignee_id:
        solver, name = ticket.assignee_id, ticket.assignee_name
    solution = Solution(
        **of(ticket), cycle=ticket.cycle, at=at, by=solver, by_name=name, cause=cause, remedy=remedy, words=words,
        is_remote=is_remote,
    )  # fmt: skip
    insert_made([solution], using=DEFAULT_DB_ALIAS)
    ended = _ended_by_solution(ticket, by=by, at=at)
    if is_remote:
        ended += _spare_the_visit(ticket, why=words, by=by, at=at)
    facts = {"cause": cause.value, "remedy": remedy.value, "is_remote": is_remote, **metrics(ended)}
    to = Told.hospital_side
    announced(ticket, Act.TICKET_RESOLVED, NoticeKind.TICKET_RESOLVED, to=to, by=by, at=at, text=words, facts=facts)
    return solution


def _ended_by_solution(ticket: Ticket, *, by: Person, at: datetime) -> list[Metric]:
    """And the confirmation begins."""
    terms = house_terms(ticket, at=at)
    with Life.held(ticket.matter) as life:
        ended = stop_clock(life, *SOLVES, by=by, at=at)
        for metric in (Metric.EMERGENCY, Metric.CALL):  # a raise nobody called about is none while it counts as solved
            ended += withdraw_clock(life, metric, by=by, at=at)
        if terms:
            start_promise(life, CONFIRMATION, terms=terms, by=by, at=at)
    return ended


@transaction.atomic
def confirm(ticket: Ticket, *, by: Person, at: datetime) -> Ticket:
    """The hospital's IT, after the signature of who had the problem: closed (PACS-8, SMART-10)."""
    ticket = locked(ticket)
    move(ticket, Move.CONFIRM, by=by)
    sent = _close(ticket, by=by, at=at)
    announced(ticket, *CLOSED, to=Told.vendor_and_reporter, besides=sent, by=by, at=at)
    keep_record(ticket, by=by, at=at)
    return ticket


@transaction.atomic
def close_unsigned(ticket: Ticket, *, why: str, by: Person | None, at: datetime) -> Ticket:
    """Without a signature only with a reason on record (PACS-8). `by=None`: nobody signed in the time there was."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say why it is closed without a signature."))
    refuse_while_open(ticket)
    move(ticket, Move.CLOSE_UNSIGNED if by else Move.CLOSE_SILENT, by=by)
    ticket.closed_why = why
    sent = _close(ticket, by=by, at=at)
    announced(ticket, *CLOSED, to=Told.both_sides, besides=sent, by=by, at=at, text=why)
    keep_record(ticket, by=by, at=at)
    return ticket


@transaction.atomic
def refuse_solution(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """The next cycle: its own promises from now on; the results of this one stay, and a spared visit is owed again.
    Whoever is on the way already stays called for, and a raise nobody had called about waits for its call again."""
    ticket = locked(ticket)
    if not why.strip():
        raise Refused(_("Say what is not solved."))
    move(ticket, Move.REFUSE, by=by)
    Solution.objects.filter(ticket=ticket, cycle=ticket.cycle).update(
        refused_at=at, refused_by=by.membership_id, refused_why=why
    )
    if objection := open_objection(ticket):
        decide(objection, is_upheld=True, said="", by=by, at=at)
    _owe_the_visit_again(ticket, why=why, by=by, at=at)
    ticket.cycle += 1
    terms = None if ticket.is_outside_contract else terms_for(ticket, at=at)
    with Life.held(ticket.matter) as life:
        stop_clock(life, Metric.CONFIRM, by=by, at=at)
        if terms:
            reopen_clocks(life, terms=terms, by=by, at=at)
            if Visit.objects.filter(ticket=ticket, arrived_at=None, dropped_at=None).exists():
                call_for_visit(life, by=by, at=at)
        announced(
            ticket, Act.SOLUTION_REFUSED, NoticeKind.SOLUTION_REFUSED, to=Told.hospital_it, on_duty=Told.vendor_side,
            by=by, at=at, text=why, facts={"cycle": ticket.cycle},
        )  # fmt: skip
    if raised := raise_left_waiting(ticket):
        await_call_again(ticket, raised, by=by, at=at)
    return ticket


def _close(ticket: Ticket, *, by: Person | None, at: datetime) -> list[UUID | None]:
    """Who was on the way to it is told with the others."""
    ticket.closed_at = at
    if by:
        _grant_what_the_solution_spared(ticket, by=by, at=at)
    settle_waivers(ticket.matter, by=by, at=at)
    with Life.held(ticket.matter) as life:
        stop_clock(life, Metric.CONFIRM, by=by, at=at)
        withdraw_all(life, by=by, at=at)
        sent = end_visits(ticket, at=at)
        if by:
            confirmed = [at, by.membership_id, by.name, ticket.hospital_id, ticket.pk, ticket.cycle]
            say(CONFIRMED, confirmed, using=DEFAULT_DB_ALIAS)
    return sent


def _spare_the_visit(ticket: Ticket, *, why: str, by: Person, at: datetime) -> list[Metric]:
    standing = Clock.objects.filter(matter_id=ticket.matter_id, metric=Metric.ON_SITE, is_standing=True, outcome=None)
    clock = standing.filter(due_at__gte=at).first()
    if clock is None:
        return []
    solved_remotely(clock, why=why[:300], by=by, at=at)
    return [Metric.ON_SITE]


def _grant_what_the_solution_spared(ticket: Ticket, *, by: Person, at: datetime) -> None:
    """Who confirms a remote solution confirms that nobody had to come: by this solution, and no waiver besides."""
    solution = Solution.objects.filter(ticket=ticket, cycle=ticket.cycle, is_remote=True, refused_at=None).first()
    for waiver in _open_waivers(ticket) if solution else ():
        if waiver.is_remote_solution and waiver.asked_at == solution.at:  # type: ignore[union-attr]
            grant_waiver(waiver, by=by, at=at)


def _owe_the_visit_again(ticket: Ticket, *, why: str, by: Person, at: datetime) -> None:
    """Who was there all the same, while nobody had to be, was there in time."""
    for waiver in _open_waivers(ticket):
        if waiver.is_remote_solution:
            refuse_waiver(waiver, by=by, at=at, said=why)
            arrived = Visit.objects.filter(ticket=ticket, cycle=ticket.cycle, arrived_at__isnull=False).first()
            if arrived and arrived.arrived_at:
                stop_clock(ticket.matter, Metric.ON_SITE, by=by, at=arrived.arrived_at)


def _open_waivers(ticket: Ticket) -> list[Waiver]:
    return list(Waiver.objects.filter(clock__matter_id=ticket.matter_id, decided_at=None).select_related("clock"))
