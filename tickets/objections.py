"""A signer's 'no' that waits for the hospital's word. While it does, nobody signs and nothing closes by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy

from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Objection, Ticket

UNDECIDED = gettext_lazy("Who was to sign says that it is not solved; the hospital's IT decides about that first.")


def open_objection(ticket: Ticket) -> Objection | None:
    return Objection.objects.filter(ticket=ticket, decided_at=None).first()


def refuse_while_open(ticket: Ticket) -> None:
    if open_objection(ticket):
        raise Refused(UNDECIDED)


def decide(objection: Objection, *, is_upheld: bool, said: str, by: Person, at: datetime) -> None:
    objection.decided_at, objection.decided_by, objection.decided_name = at, by.membership_id, by.name
    objection.is_upheld, objection.said = is_upheld, said
    objection.save(update_fields=["decided_at", "decided_by", "decided_name", "is_upheld", "said"])
