"""Who is told of a ticket: those on duty for its desk, who works on it, who reported it, and the hospital's IT."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from contracts.models import Contract
from servicedesk.audit.enums import Act
from servicedesk.clocks.models import Post
from servicedesk.notices.routes import Directory, directory
from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.plans import Statement, first_of
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket


@dataclass(frozen=True)
class Told:
    """Of one act: whom the contract names at the hospital, who is on duty, and how each of them and of `others` is
    told."""

    named: list[UUID]
    duty: list[UUID]
    directory: Directory

    def hospital_it(self, _ticket: Ticket) -> set[UUID | None]:
        return set(self.named)

    def hospital_side(self, ticket: Ticket) -> set[UUID | None]:
        return {ticket.reporter_id, *self.named}

    def vendor_side(self, ticket: Ticket) -> set[UUID | None]:
        """Who works on it. Whoever is on duty stands in while nobody does, and for who has left."""
        is_here = any(person.id == ticket.assignee_id for person in self.directory.people)
        return {ticket.assignee_id} if is_here else set(self.duty)

    def vendor_and_reporter(self, ticket: Ticket) -> set[UUID | None]:
        return {*self.vendor_side(ticket), ticket.reporter_id}

    def both_sides(self, ticket: Ticket) -> set[UUID | None]:
        return self.hospital_side(ticket) | self.vendor_side(ticket)

    @staticmethod
    def other_side(by: Person) -> Whom:
        return Told.vendor_side if by.side is Side.HOSPITAL else Told.hospital_side

    def first_line(self, _ticket: Ticket) -> set[UUID | None]:
        return set(self.duty)

    def first_line_and_vendor_side(self, ticket: Ticket) -> set[UUID | None]:
        return {*self.duty, *self.vendor_side(ticket)}


Whom = Callable[[Told, Ticket], Collection[UUID | None]]


TOLD = Statement.of("ticket_told", "SELECT ticket_told(%s::uuid, %s::int, %s::int, %s::uuid[], %s::timestamptz)::text")


def first_told(contract: Contract, act: Act, *, at: datetime) -> Told:
    """Asked before there is a ticket."""
    return _told(contract, [], act, at)


def told_of(ticket: Ticket, act: Act, *, others: Iterable[UUID | None] = (), at: datetime) -> Told:
    """In one question, whomever its service tells."""
    return _told(
        ticket.contract, [str(one) for one in {ticket.reporter_id, ticket.assignee_id, *others} - {None}], act, at
    )


def _told(contract: Contract, others: list[str], act: Act, at: datetime) -> Told:
    parties = [contract.desk_id, contract.hospital_id, contract.vendor_id]
    (said,) = first_of([(TOLD, [*parties, others, at])], using=DEFAULT_DB_ALIAS)
    found = json.loads(said)
    people, posts, programs = (
        [(UUID(pk), *facts) for pk, *facts in found[name] or ()] for name in ("people", "receivers", "subscribers")
    )
    named, duty = (list(dict.fromkeys(map(UUID, found[name]))) for name in ("named", "duty"))
    return Told(named, duty, directory(people, posts, programs, act))


def hospital_it(ticket: Ticket) -> list[UUID]:
    """Those the contract names; the reporter is told as well, wherever they are."""
    posts = Post.objects.filter(desk_id=ticket.contract.desk_id, of_hospital__isnull=False)
    roles = (Recipient.HOSPITAL_IT, Recipient.HOSPITAL_LEAD)
    found = dict.fromkeys(posts.filter(role__in=roles).order_by("role").values_list("of_hospital_id", flat=True))
    return list(found)
