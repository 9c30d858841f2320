"""Acts on many tickets at once, each with a result of its own; and the views that people keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.services.clocks import give_clocks_to
from servicedesk.notices.enums import NoticeKind
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.undoing import by_itself
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person
from tickets.models import QueueView, Ticket
from tickets.people import Told
from tickets.services.working import give, refuse_unfit
from tickets.states import refuse_over
from tickets.stream import announced, changed, locked, tell

AT_ONCE = 50
VIEWS_KEPT = 20
DROP_ANY = frozenset({Role.IT_LEAD, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER})


@dataclass(frozen=True)
class Result:
    """What became of one ticket. `refused` is the sentence of a no, `said` what else whoever did it should know. What
    was before, and `version`, let it be undone."""

    ticket: UUID
    number: str = ""
    title: str = ""
    refused: str = ""
    said: str = ""
    before: UUID | None = None
    urged_before: datetime | None = None
    version: int = 0


def on_each(ids: Sequence[UUID], act: Callable[[Ticket], Any], *, by: Person) -> list[Result]:
    """Told in the order of the page, held in the one order of all who hold several (ADR 18); what one ticket refuses
    stops no other."""
    if not ids:
        raise Refused(_("Choose the tickets first."), code="none_chosen")
    if len(ids) > AT_ONCE:
        raise Refused(_("At most %(count)s tickets at once.") % {"count": AT_ONCE}, code="too_many")
    found = {one.pk: one for one in Ticket.objects.visible_to(by).filter(pk__in=ids)}
    done = {key: _one(found[key], act, by) for key in sorted(found)}
    return [done.get(key) or _missing(key) for key in dict.fromkeys(ids)]


def _missing(key: UUID) -> Result:
    return Result(key, refused=_("This ticket is not there."))


def _one(ticket: Ticket, act: Callable[[Ticket], Any], by: Person) -> Result:
    before, urged_before = ticket.assignee_id, ticket.urged_at
    result = Result(ticket.pk, ticket.number, ticket.title, before=before, urged_before=urged_before)
    if not ticket.is_writable_by(by):
        return replace(result, refused=_("You may read this but no longer change it."))
    try:
        with by_itself():
            done = act(ticket)
    except Refused as refusal:
        return replace(result, refused=str(refusal.sentence))
    if not isinstance(done, Ticket):
        return result
    return replace(result, version=done.version, said=_whose_it_was(ticket, done, by))


def _whose_it_was(before: Ticket, done: Ticket, by: Person) -> str:
    """What was raised is answered anew by whoever accepts it, and many are given at once: nobody's goes unnamed."""
    if before.assignee_id in (None, done.assignee_id, by.membership_id):
        return ""
    return _("%(name)s had it until now, and is told.") % {"name": before.assignee_name}


@transaction.atomic
def give_if_other(ticket: Ticket, to: Membership, *, by: Person, at: datetime) -> Ticket:
    if ticket.assignee_id == to.pk:
        raise Refused(_("It is %(name)s's already.") % {"name": to.name})
    return give(ticket, to, by=by, at=at)


@transaction.atomic
def take_giving_back(ticket: Ticket, before: Membership | None, *, seen: int, by: Person, at: datetime) -> Ticket:
    """As it was before it was given, unless something has happened since."""
    ticket = locked(ticket, seen=seen)
    if before:
        refuse_unfit(before, ticket)
    given_to = ticket.assignee_id
    ticket.assignee_id = before.pk if before else None
    ticket.assignee_name = before.name if before else ""
    give_clocks_to(ticket.matter, member=ticket.assignee_id)
    changed(ticket, Act.TICKET_PUT_BACK, by=by, at=at, facts={"to": ticket.assignee_name})
    tell(ticket, NoticeKind.TICKET_ASSIGNED, to=[ticket.assignee_id], by=by, at=at)
    tell(ticket, NoticeKind.TICKET_PUT_BACK, to=[given_to], by=by, at=at)
    return ticket


@transaction.atomic
def take_urge_back(ticket: Ticket, before: datetime | None, *, urged_at: datetime, by: Person, at: datetime) -> None:
    """As it was before that moment, unless somebody has asked again since. Whoever was told is told."""
    ticket = locked(ticket)
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Haste is the hospital's to ask for."))
    refuse_over(ticket)
    if ticket.urged_at != urged_at:
        raise Refused(_("Haste was asked for again meanwhile: that stays."))
    ticket.urged_at = before
    announced(ticket, Act.URGE_TAKEN_BACK, NoticeKind.URGE_TAKEN_BACK, on_duty=Told.vendor_side, by=by, at=at)


@transaction.atomic
def keep_view(name: str, query: str, *, is_shared: bool, by: Person, at: datetime) -> QueueView:
    """Kept again under its name, it shows what is wanted now."""
    owner = {"hospital_id": by.hospital_id, "vendor_id": by.vendor_id}
    wait_for_the_first("view", by.hospital_id, by.vendor_id)
    mine = QueueView.objects.visible_to(by)
    kept = mine.filter(name=name, is_shared=is_shared).filter(**({} if is_shared else {"user_id": by.user_id})).first()
    if kept is None and mine.count() >= VIEWS_KEPT:
        raise Refused(_("There are %(count)s views already; drop one first.") % {"count": VIEWS_KEPT})
    if kept:
        _refuse_anothers(kept, by)
    view = kept or QueueView(**owner, user_id=by.user_id, name=name, is_shared=is_shared)
    view.query, view.kept_at = query, at
    view.save()
    record(Act.VIEW_KEPT, view, by=by, at=at, words={"shared": is_shared})
    return view


def why_not_mine(view: QueueView, by: Person) -> str:
    """Why this person neither drops nor replaces it; nothing where they may."""
    if view.user_id == by.user_id or by.role in DROP_ANY:
        return ""
    return _("Who kept this view may change or drop it, or a lead or manager.")


def _refuse_anothers(view: QueueView, by: Person) -> None:
    if why := why_not_mine(view, by):
        raise Refused(why)


@transaction.atomic
def drop_view(view: QueueView, *, by: Person, at: datetime) -> None:
    _refuse_anothers(view, by)
    record(Act.VIEW_DROPPED, view, by=by, at=at, words={"shared": view.is_shared})
    view.delete()
