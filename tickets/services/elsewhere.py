"""The number a ticket has in another system, so that a hospital's own platform can keep its mirror (PACS-7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.stream import changed, locked

ONCE = "ticket_number_elsewhere_once"


def set_number_elsewhere(ticket: Ticket, *, number: str, source: str = "", by: Person, at: datetime) -> Ticket:
    """An empty number takes it away."""
    with one_ticket_per_number(), transaction.atomic():
        ticket = locked(ticket)
        _refuse_odd(number, source)
        if (number, source) == (ticket.external_number, ticket.external_source):
            return ticket
        ticket.external_number, ticket.external_source = number, source if number else ""
        changed(ticket, Act.NUMBER_ELSEWHERE_SET, by=by, at=at, facts={"number": number, "source": source})
        return ticket


@contextmanager
def one_ticket_per_number() -> Iterator[None]:
    """Around the transaction that writes the number."""
    try:
        yield
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        raise Refused(_("Another ticket has this number of this system already."), code="number_taken") from error


def _refuse_odd(number: str, source: str) -> None:
    if source and not number:
        raise Refused(_("Give the number, not only whose it is."))
