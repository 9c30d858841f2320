"""What only the phone may bring waits for its call: a report, and a raise of what was reported (PACS-6, PACS-16)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.clocks.life import Life
from servicedesk.clocks.services.clocks import start_promise, withdraw_clock
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Metric, Promise, Severity, Unit
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.calls import raise_awaited
from tickets.models import TermsWish, Ticket
from tickets.people import Told
from tickets.stream import announced, locked, of
from tickets.terms import AtReport, only_by_phone, terms_for

# What the hospital is asked to do at once, once it chose a severity that only the phone may report: house default†.
FIRST_CALL = Promise(
    Metric.CALL,
    1,
    Unit.ELAPSED_MINUTES,
    is_default=True,
    ladder=Ladder(
        (
            Rung(
                Anchor.DUE,
                frozenset(
                    {Recipient.ON_DUTY, Recipient.PROJECT_MANAGER, Recipient.HOSPITAL_IT, Recipient.HOSPITAL_LEAD}
                ),
            ),
        )
    ),
)


def must_be_phoned(ticket: Ticket, *, category: str, severity: Severity, at: datetime) -> bool:
    """By the contract as it was when the ticket was reported, in the hours of now; where it says nothing of these, in
    those of the report."""
    if ticket.is_outside_contract:
        return False
    reported_at = ticket.reported_at or at
    promised = AtReport.seen(ticket.contract, category, reported_at).in_force
    try:
        channels = (promised.channels(category=category, severity=severity, at=hour) for hour in (at, reported_at))
        return only_by_phone(next(filter(None, channels), frozenset()))
    except Impossible:  # whoever asks for its promises says so
        return False


def is_raise_by_phone(ticket: Ticket, severity: Severity, *, at: datetime) -> bool:
    is_raise = severity.is_graver_than(Severity(ticket.severity))
    return is_raise and must_be_phoned(ticket, category=ticket.category, severity=severity, at=at)


def await_call(ticket: Ticket, *, why: str, by: Person, at: datetime, severity: str = "", category: str = "",
               category_name: str = "") -> TermsWish:  # fmt: skip
    """The hospital has decided, and it is not so before somebody calls: the minute runs, and nothing else moves."""
    end_raise(ticket, said=why, by=by, at=at)
    wish = _decided(ticket, why, by, at, severity=severity, category=category, category_name=category_name)
    _wait(ticket, wish, why=why, by=by, at=at)
    return wish


def await_call_again(ticket: Ticket, wish: TermsWish, *, by: Person, at: datetime) -> None:
    """What waited when a solution went on record that is refused now is not forgotten: nobody has called yet."""
    _wait(ticket, wish, why=wish.said or wish.why, by=by, at=at, is_still=True)


def _wait(ticket: Ticket, wish: TermsWish, *, why: str, by: Person, at: datetime, is_still: bool = False) -> None:
    """What the call will need of the contract is asked before, by the hours in which it was reported, as with the call:
    whatever waits can be called about at any hour."""
    severity = Severity(wish.severity) if wish.severity else None
    terms = terms_for(ticket, at=ticket.reported_at or at, severity=severity, category=wish.category)
    facts = {"wish": str(wish.pk), "severity": wish.severity, "category": wish.category_name, "is_still": is_still}
    act, to, duty = Act.RAISE_AWAITS_CALL, Told.both_sides, Told.first_line
    with Life.held(ticket.matter) as life:
        start_promise(life, FIRST_CALL, terms=terms, by=by, at=at)
        announced(ticket, act, to=to, on_duty=duty, by=by, at=at, text=why, facts=facts)


@transaction.atomic
def keep_level(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """Not so grave after all, before anybody called: it stays as it is, and no call is waited for."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("The severity is the hospital's decision; the vendor proposes it."))
    if not why.strip():
        raise Refused(_("Say why it stays as it is."))
    wish = end_raise(ticket, said=why, by=by, at=at)
    if wish is None:
        raise Refused(_("No raise waits for a call."))
    act = Act.CATEGORY_KEPT if wish.category else Act.SEVERITY_KEPT
    announced(ticket, act, to=Told.vendor_side, by=by, at=at, text=why)
    return ticket


def refuse_while_raised(ticket: Ticket, *, but: str = "") -> None:
    """What the hospital decided on the phone's condition is not undone in passing; `but`: more of the same sort is."""
    wish = raise_awaited(ticket)
    if wish and not (but and getattr(wish, but)):
        raise Refused(_("A raise waits for its call. Log the call, or say first that it stays as it is."))


def end_raise(ticket: Ticket, *, said: str, by: Person, at: datetime) -> TermsWish | None:
    """Whatever is decided instead, a call is waited for no more."""
    wish = raise_awaited(ticket)
    if wish is None:
        return None
    wish.is_granted, wish.said = False, said
    wish.save(update_fields=["is_granted", "said"])
    withdraw_clock(ticket.matter, Metric.CALL, by=by, at=at)
    return wish


def _decided(ticket: Ticket, why: str, by: Person, at: datetime, **what: str) -> TermsWish:
    """What the vendor proposed, if it was granted just now; else the hospital's own."""
    decided = {"decided_at": at, "decided_by": by.membership_id, "is_granted": True}
    if proposed := TermsWish.objects.filter(ticket=ticket, **what, **decided).first():
        return proposed
    return TermsWish.objects.create(
        **of(ticket), **what, **decided, why=why, asked_at=at, asked_by=by.membership_id, asked_name=by.name
    )
