"""Somebody goes there. Calling arms the visit's clock, from the report; a proven arrival stops it (PACS-8, PACS-17)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.audit.enums import Act
from servicedesk.clocks.life import Life
from servicedesk.clocks.services import clocks
from servicedesk.notices.enums import NoticeKind
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.bulk import ask_all, insert_made, say, together, update_made
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.plans import Statement
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person
from tickets.enums import Proof, State
from tickets.models import Sticker, Ticket, Visit
from tickets.people import Told, told_of
from tickets.states import IN_HAND, refuse_over
from tickets.stream import announced, changed, locked, metrics, of, tell

SENT = ["engineer", "engineer_name", "planned_at", "sent_at", "sent_by"]
ARRIVED = ["engineer", "engineer_name", "arrived_at", "proof", "proved_by", "where"]
OPEN = "hospital_id = %s::bigint AND ticket_id = %s::uuid AND left_at IS NULL AND dropped_at IS NULL"
DROPPED, LEFT = (
    Statement.of("end_visits", f"UPDATE tickets_visit SET {said} WHERE {OPEN} AND arrived_at IS {known}")  # noqa: S608
    for said, known in (
        ("dropped_at = %s::timestamptz, dropped_why = %s::text", "NULL RETURNING engineer_id"),
        ("left_at = %s::timestamptz, work = %s::text", "NOT NULL"),
    )
)

SOON = gettext_lazy("as soon as possible")


@transaction.atomic
def call_for_visit(ticket: Ticket, *, why: str, by: Person, at: datetime) -> Visit:
    """By either side: who sees that it cannot be solved from afar."""
    ticket = locked(ticket)
    _refuse_unless_in_hand(ticket)
    if not why.strip():
        raise Refused(_("Say why somebody has to come."))
    if open_visit(ticket):
        raise Refused(_("Somebody is called for already."))
    visit = Visit(**of(ticket), cycle=ticket.cycle, why=why, called_at=at, called_by=by.membership_id)
    with Life.held(ticket.matter) as life:
        insert_made([visit], using=DEFAULT_DB_ALIAS)
        moved, to = clocks.call_for_visit(life, by=by, at=at), Told.other_side(by)
        facts = metrics(moved)
        announced(ticket, Act.VISIT_CALLED, NoticeKind.VISIT_CALLED, to=to, by=by, at=at, text=why, facts=facts)
    return visit


@transaction.atomic
def dispatch(
    visit: Visit, engineer: Membership, *, planned_at: datetime | None = None, by: Person, at: datetime
) -> Visit:
    """Who comes, and about when. Sent anew, the earlier name stays in the stream, and who bore it is told as well."""
    ticket, visit = _held(visit)
    _only_the_vendor(by)
    if engineer.vendor_id != ticket.vendor_id or engineer.until_at or engineer.is_machine:
        raise Refused(_("%(name)s does not work on tickets.") % {"name": engineer.name})
    if visit.arrived_at:
        raise Refused(_("The engineer is there already."))
    earlier = visit.engineer_id
    visit.engineer, visit.engineer_name, visit.planned_at = engineer, engineer.name, planned_at
    visit.sent_at, visit.sent_by = at, by.membership_id
    facts = {"to": engineer.name, "planned_at": planned_at.isoformat() if planned_at else None}
    told = told_of(ticket, Act.VISIT_SENT, others=[engineer.pk, earlier], at=at)
    others, known = {*told.hospital_side(ticket), earlier} - {engineer.pk}, told.directory
    with together(using=DEFAULT_DB_ALIAS):
        update_made(visit, SENT, using=DEFAULT_DB_ALIAS)
        changed(ticket, Act.VISIT_SENT, by=by, at=at, facts=facts, known=known)
        tell(ticket, NoticeKind.VISIT_SENT, to=others, by=by, at=at, words={"name": engineer.name}, known=known)
        words = {"when": planned_at or SOON}
        tell(ticket, NoticeKind.VISIT_GIVEN, to=[engineer.pk], by=by, at=at, words=words, known=known)
    return visit


@transaction.atomic
def arrive(
    visit: Visit, *, where: str = "", proof: Proof = Proof.PLACE, sticker: Sticker | None = None, by: Person,
    at: datetime,
) -> Visit:  # fmt: skip
    """The engineer checks in, or the hospital says that they are there. Whoever checks in is the one who came, and
    another who was sent hears of it; `sticker` was scanned on the spot."""
    ticket, visit = _held(visit)
    if by.token_id:
        raise Forbidden(_("A person checks in; a program is nowhere on site."))
    if sticker:
        _refuse_foreign(sticker, ticket)
        proof, where = Proof.STICKER, str(sticker)[:160]
    if visit.arrived_at:
        raise Refused(_("The engineer is there already."))
    if (proof is Proof.HOSPITAL) != (by.side is Side.HOSPITAL):
        raise Refused(_("The engineer checks in; the hospital confirms."))
    if proof is Proof.PLACE and not where.strip():
        raise Refused(_("Say where you are."))
    sent = visit.engineer_id
    if by.side is Side.VENDOR:
        visit.engineer_id, visit.engineer_name = by.membership_id, by.name
    visit.arrived_at, visit.proof, visit.proved_by, visit.where = at, proof, by.membership_id, where
    with Life.held(ticket.matter) as life:
        update_made(visit, ARRIVED, using=DEFAULT_DB_ALIAS)
        ended = clocks.stop_clock(life, Metric.ON_SITE, by=by, at=at)
        facts = {"proof": proof.value, "where": where, "to": visit.engineer_name, **metrics(ended)}
        kind, to, instead = NoticeKind.VISIT_ARRIVED, Told.hospital_side, {sent} - {visit.engineer_id}
        announced(ticket, Act.VISIT_ARRIVED, kind, to=to, besides=instead, by=by, at=at, facts=facts)
    return visit


@transaction.atomic
def leave(visit: Visit, *, work: str, by: Person, at: datetime) -> Visit:
    """With what was done there: the work log of the feedback form."""
    ticket, visit = _held(visit)
    _only_the_vendor(by)
    if not visit.arrived_at:
        raise Refused(_("Nobody has arrived yet."))
    if not work.strip():
        raise Refused(_("Say what was done."))
    visit.left_at, visit.work = at, work
    with together(using=DEFAULT_DB_ALIAS):
        update_made(visit, ["left_at", "work"], using=DEFAULT_DB_ALIAS)
        changed(ticket, Act.VISIT_LEFT, by=by, at=at, text=work)
    return visit


@transaction.atomic
def drop(visit: Visit, *, why: str, by: Person, at: datetime) -> Visit:
    """Nobody needs to come any more, and whoever was sent is told. Whether its promise is waived is the hospital's
    word, asked for on its own."""
    ticket, visit = _held(visit)
    if visit.arrived_at:
        raise Refused(_("The engineer is there already."))
    if not why.strip():
        raise Refused(_("Say why nobody needs to come."))
    visit.dropped_at, visit.dropped_why = at, why
    with together(using=DEFAULT_DB_ALIAS):
        update_made(visit, ["dropped_at", "dropped_why"], using=DEFAULT_DB_ALIAS)
        sent = [visit.engineer_id]
        announced(ticket, Act.VISIT_DROPPED, to=Told.both_sides, besides=sent, by=by, at=at, text=why)
    return visit


def end_visits(ticket: Ticket, *, at: datetime) -> list[UUID | None]:
    """With their ticket. Whoever was there left without saying so; whoever was not need not come, and is named here:
    they are told what ends it."""
    of_ticket = [ticket.hospital_id, ticket.pk]
    dropped = [at, str(_("The ticket ended before anybody came.")), *of_ticket]
    sent = ask_all(DROPPED, dropped, using=DEFAULT_DB_ALIAS)
    say(LEFT, [at, str(_("The ticket ended; nobody had checked out.")), *of_ticket], using=DEFAULT_DB_ALIAS)
    return [engineer for (engineer,) in sent]


def open_visit(ticket: Ticket) -> Visit | None:
    return Visit.objects.filter(ticket=ticket, left_at=None, dropped_at=None).first()


def _held(visit: Visit) -> tuple[Ticket, Visit]:
    """The ticket first, as everywhere; then the visit as it is now."""
    ticket = locked(visit.ticket)
    refuse_over(ticket)
    held = Visit.objects.get(pk=visit.pk)
    if held.left_at or held.dropped_at:
        raise Refused(_("This visit is over."))
    return ticket, held


def _refuse_foreign(sticker: Sticker, ticket: Ticket) -> None:
    if sticker.revoked_at:
        raise Refused(_("This sticker is revoked."), code="revoked")
    if sticker.hospital_id != ticket.hospital_id:
        raise Refused(_("This sticker hangs in another hospital; it proves nothing here."))


def _refuse_unless_in_hand(ticket: Ticket) -> None:
    if State(ticket.state) not in IN_HAND:
        raise Refused(_("There is nothing to come for: a solution is on record, or the ticket is over."))


def _only_the_vendor(by: Person) -> None:
    if by.side is not Side.VENDOR:
        raise Forbidden(_("Who comes, and what was done, is the vendor's to say."))
