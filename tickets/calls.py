"""Which calls wait for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.models import Call, Ticket

AT_MOST = 50


def waiting_for_my_word(person: Person) -> QuerySet[Call]:
    """Written down late by the other side: they ask whether it was then."""
    calls = Call.objects.visible_to(person).filter(needs_word=True, agreed_at=None, disputed_at=None)
    calls = calls.exclude(logged_side=person.side).select_related("ticket", "hospital")
    return calls.order_by("logged_at")[:AT_MOST]


def awaited(person: Person) -> QuerySet[Ticket]:
    """Reported in a browser though only the phone may: nobody has called yet."""
    tickets = Ticket.objects.visible_to(person).filter(state=State.CALL_AWAITED)
    return tickets.select_related("hospital", "contract__desk").order_by("-id")[:AT_MOST]
