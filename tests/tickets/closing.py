"""A ticket on its way to its end: what the tests of closing share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.clocks.examples import AT
from tests.tickets.examples_closing import DRAWN
from tests.tickets.people import Desk
from tickets.enums import Cause, Remedy, Satisfaction, Way
from tickets.feedback import facts_of, sha256_of
from tickets.models import Ticket
from tickets.services import signing, solving
from tickets.services.signing import Signature
from tickets.signers import Signer

HOUR = timedelta(hours=1)
LATER = AT + 2 * HOUR
SOLVED = {"words": "重启归档服务，图像恢复", "cause": Cause.SOFTWARE, "remedy": Remedy.RESTARTED}


def resolved(desk: Desk, *, at: Any = AT, **more: Any) -> Ticket:
    ticket = desk.accepted(at=at, **more)
    desk.act(solving.resolve, ticket, by=desk.engineer, at=at + HOUR, **SOLVED)
    return desk.fresh(ticket)


def seen(desk: Desk, ticket: Ticket) -> str:
    """The hash of the form as it is shown now."""
    with desk.inside():
        return sha256_of(facts_of(Ticket.objects.get(pk=ticket.pk)))


def signature(desk: Desk, ticket: Ticket, **more: Any) -> Signature:
    facts = {"satisfaction": Satisfaction.SATISFIED, "seen": seen(desk, ticket), "strokes": DRAWN} | more
    return Signature(**facts)


def sign_handed(desk: Desk, ticket: Ticket, *, name: str = "刘敏", at: Any = AT + 2 * HOUR, **more: Any) -> Any:
    given = signature(desk, ticket, **more)
    with desk.acting(desk.engineer) as person:
        return signing.sign(ticket, given, signer=handed(person, name), at=at)


def handed(person: Any, name: str = "刘敏") -> Signer:
    return Signer(Way.HANDED, name, person, address="10.3.2.1", device="Mozilla/5.0 (Linux; Android 13) Chrome/120")


def closed(desk: Desk, *, at: Any = AT, **more: Any) -> Ticket:
    """Solved, signed and confirmed, three hours after the report."""
    ticket = resolved(desk, at=at, **more)
    sign_handed(desk, ticket, at=at + 2 * HOUR)
    desk.act(solving.confirm, ticket, by=desk.it, at=at + 3 * HOUR)
    return desk.fresh(ticket)
