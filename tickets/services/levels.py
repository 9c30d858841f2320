"""How bad it is: the hospital decides, the vendor proposes. Old results stay, both sides are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import CatalogueItem, Level
from servicedesk.audit.enums import Act
from servicedesk.clocks.life import Life
from servicedesk.clocks.services.clocks import change_terms
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.models import TermsWish, Ticket
from tickets.people import Told
from tickets.services.emergencies import prepare
from tickets.services.phoning import await_call, end_raise, is_raise_by_phone, must_be_phoned, refuse_while_raised
from tickets.states import IN_HAND
from tickets.stream import announced, locked, metrics, of
from tickets.terms import terms_for


@transaction.atomic
def change_severity(ticket: Ticket, severity: Severity, *, why: str, by: Person, at: datetime) -> Ticket:
    """Raised, the graver promises count from now; where only the phone may raise it, from the call, and nothing
    changes before it (PACS-6). The hospital's decision."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("The severity is the hospital's decision; the vendor proposes it."))
    _refuse_odd(ticket, severity, why)
    refuse_while_raised(ticket, but="severity")
    _answer_wishes(ticket, Q(severity=severity), among=Q(category=""), said=why, by=by, at=at)
    was = Severity(ticket.severity)
    if is_raise_by_phone(ticket, severity, at=at):
        await_call(ticket, severity=severity, why=why, by=by, at=at)
        return ticket
    end_raise(ticket, said=why, by=by, at=at)
    ticket.severity = severity
    _under_new_terms(ticket, was, by=by, at=at, why=why, act=Act.SEVERITY_CHANGED)
    return ticket


@transaction.atomic
def mark_emergency(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Ticket:
    """系统紧急事件 (HRP-4): five minutes to respond, an hour to start the emergency service."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Whether it is an emergency is the hospital's decision."))
    if not why.strip():
        raise Refused(_("Say why."))
    if ticket.is_emergency:
        raise Refused(_("It is marked an emergency already."))
    _refuse_unless_in_hand(ticket)
    ticket.is_emergency = True
    _under_new_terms(ticket, Severity(ticket.severity), by=by, at=at, why=why, act=Act.EMERGENCY_MARKED, is_urgent=True)
    return ticket


@transaction.atomic
def change_category(ticket: Ticket, item: CatalogueItem, *, why: str, by: Person, at: datetime) -> Ticket:
    """Triage finds it to be something else (SMART-2: a defect found later still counts from the report). With it the
    promises change, so it is the hospital's decision."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("The kind of service is the hospital's decision; the vendor proposes it."))
    _refuse_odd_kind(ticket, item, why)
    refuse_while_raised(ticket, but="category")
    _answer_wishes(ticket, Q(category=item.category), among=Q(severity=""), said=why, by=by, at=at)
    if _is_phoned_only_as(ticket, item, at):
        await_call(ticket, category=item.category, category_name=item.name, why=why, by=by, at=at)
        return ticket
    end_raise(ticket, said=why, by=by, at=at)
    ticket.category, ticket.category_name = item.category, item.name
    _under_new_terms(ticket, Severity(ticket.severity), by=by, at=at, why=why, act=Act.CATEGORY_CHANGED)
    return ticket


def take_effect(ticket: Ticket, wish: TermsWish, *, called_at: datetime, by: Person, at: datetime) -> None:
    """What waited for the call is so from the call on, and what was missed before the call was written down was missed.
    The hospital decided it, whichever side took the call."""
    if called_at < (ticket.reported_at or called_at):
        raise Refused(_("This call was before the fault was reported; its severity is raised later."))
    decider, was = by if by.side is Side.HOSPITAL else None, Severity(ticket.severity)
    if wish.category:
        ticket.category, ticket.category_name = wish.category, wish.category_name
    else:
        ticket.severity = wish.severity
    act = Act.CATEGORY_CHANGED if wish.category else Act.SEVERITY_CHANGED
    _under_new_terms(ticket, was, by=decider, at=at, called_at=called_at, why=wish.said or wish.why, act=act,
                     is_urgent=bool(wish.category))  # fmt: skip


def _is_phoned_only_as(ticket: Ticket, item: CatalogueItem, at: datetime) -> bool:
    """What may come as this kind by the phone only, and as the other by other ways too."""
    severity = Severity(ticket.severity)
    return must_be_phoned(ticket, category=item.category, severity=severity, at=at) and not must_be_phoned(
        ticket, category=ticket.category, severity=severity, at=at
    )


@transaction.atomic
def propose_category(ticket: Ticket, item: CatalogueItem, *, why: str, by: Person, at: datetime) -> TermsWish:
    ticket = locked(ticket)
    _refuse_odd_kind(ticket, item, why)
    wish = _wish(ticket, by, at, category=item.category, category_name=item.name, why=why)
    act, facts = Act.CATEGORY_PROPOSED, {"category": item.name}
    announced(ticket, act, NoticeKind.APPROVAL_ASKED, to=Told.hospital_it, by=by, at=at, text=why, facts=facts)
    return wish


@transaction.atomic
def propose_severity(ticket: Ticket, severity: Severity, *, why: str, by: Person, at: datetime) -> TermsWish:
    ticket = locked(ticket)
    _refuse_odd(ticket, severity, why)
    wish = _wish(ticket, by, at, severity=severity, why=why)
    act, facts = Act.SEVERITY_PROPOSED, {"severity": severity.value}
    announced(ticket, act, NoticeKind.APPROVAL_ASKED, to=Told.hospital_it, by=by, at=at, text=why, facts=facts)
    return wish


@transaction.atomic
def decide_wish(wish: TermsWish, *, is_granted: bool, said: str = "", by: Person, at: datetime) -> Ticket:
    ticket = locked(wish.ticket)
    wish = TermsWish.objects.get(pk=wish.pk)
    if wish.decided_at:
        raise Refused(_("Somebody has decided this already."))
    if not ticket.is_open:
        raise Refused(_("A solution is on record, or the ticket is over: nothing is changed about it any more."))
    if not is_granted and not said.strip():
        raise Refused(_("Say why it stays as it is."))
    wish.decided_at, wish.decided_by, wish.is_granted, wish.said = at, by.membership_id, is_granted, said
    wish.save()
    if is_granted:
        return _granted(ticket, wish, said or wish.why, by, at)
    act = Act.CATEGORY_KEPT if wish.category else Act.SEVERITY_KEPT
    announced(ticket, act, to=Told.vendor_side, by=by, at=at, text=said)
    return ticket


def _granted(ticket: Ticket, wish: TermsWish, why: str, by: Person, at: datetime) -> Ticket:
    if not wish.category:
        return change_severity(ticket, Severity(wish.severity), why=why, by=by, at=at)
    item = CatalogueItem.objects.filter(contract_id=ticket.contract_id, category=wish.category).first()
    if item is None:
        raise Refused(_("The contract has no such kind of service."))
    return change_category(ticket, item, why=why, by=by, at=at)


def levels_of(ticket: Ticket) -> list[Severity]:
    """Those the contract names, from grave to light; none where it has no levels."""
    named = set(Level.objects.filter(contract_id=ticket.contract_id).values_list("severity", flat=True))
    return [severity for severity in Severity if severity.value in named]


def _under_new_terms(
    ticket: Ticket, was: Severity, *, by: Person | None, at: datetime, why: str, act: Act, is_urgent: bool = False,
    called_at: datetime | None = None,
) -> None:  # fmt: skip
    reported_at = None if ticket.is_outside_contract else ticket.reported_at
    terms = terms_for(ticket, at=reported_at) if reported_at else None
    moved: list[Metric] = []
    with Life.held(ticket.matter) as life:
        if terms:
            moved = change_terms(life, was=was, terms=terms, by=by, at=at, is_urgent=is_urgent, called_at=called_at)
        facts = {"was": was.value, "severity": ticket.severity, "category": ticket.category_name, **metrics(moved)}
        announced(
            ticket, act, NoticeKind.SEVERITY_CHANGED, to=Told.hospital_side, on_duty=Told.first_line_and_vendor_side,
            by=by, at=at, text=why, facts=facts, words={"severity": ticket.severity or "—"},
        )  # fmt: skip
    prepare(ticket, at=at)


def _wish(ticket: Ticket, by: Person, at: datetime, **facts: Any) -> TermsWish:
    if TermsWish.objects.filter(ticket=ticket, decided_at=None).exists():
        raise Refused(_("Something else was proposed already; the hospital has not decided yet."))
    return TermsWish.objects.create(**of(ticket), **facts, asked_at=at, asked_by=by.membership_id, asked_name=by.name)


def _answer_wishes(ticket: Ticket, granted: Q, *, among: Q, said: str, by: Person, at: datetime) -> None:
    """Decided without a look at the wish, it is granted all the same if that is what was wished."""
    wishes = TermsWish.objects.filter(among, ticket=ticket, decided_at=None)
    wishes.update(decided_at=at, decided_by=by.membership_id, said=said, is_granted=granted)


def _refuse_odd_kind(ticket: Ticket, item: CatalogueItem, why: str) -> None:
    _refuse_unless_in_hand(ticket)
    if not why.strip():
        raise Refused(_("Say why."))
    if item.contract_id != ticket.contract_id or item.category == ticket.category:
        raise Refused(_("Choose another kind of service of the same contract."))


def _refuse_odd(ticket: Ticket, severity: Severity, why: str) -> None:
    _refuse_unless_in_hand(ticket)
    if not why.strip():
        raise Refused(_("Say why."))
    if severity.value == ticket.severity:
        raise Refused(_("It has this severity already."))
    if severity not in levels_of(ticket):
        raise Refused(_("The contract has no such level."))


def _refuse_unless_in_hand(ticket: Ticket) -> None:
    if State(ticket.state) not in IN_HAND:
        raise Refused(_("A solution is on record, or the ticket is over: nothing is changed about it any more."))
