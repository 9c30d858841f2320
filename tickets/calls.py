"""Which calls wait for whom."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet

from servicedesk.audit.enums import Act
from servicedesk.clocks.life import CLOCK
from servicedesk.clocks.models import Clock
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.plans import Statement, first_of
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.models import Call, Entry, TermsWish, Ticket
from tickets.states import IN_HAND

AT_MOST = 50
MINUTES = Clock.objects.filter(metric=Metric.CALL.value, is_standing=True, outcome=None)  # in which to call
MINUTE = Statement.of(
    "minute_of",
    f"""SELECT {CLOCK.words} FROM clocks_clock c
         WHERE c.hospital_id = %s::bigint AND c.matter_id = %s::uuid AND c.metric = '{Metric.CALL.value}'
           AND c.is_standing AND c.outcome IS NULL""",  # noqa: S608 - names of fields
)


def waiting_for_my_word(person: Person) -> QuerySet[Call]:
    """Written down late by the other side: they ask whether it was then."""
    calls = Call.objects.visible_to(person).filter(needs_word=True, agreed_at=None, disputed_at=None)
    calls = calls.exclude(logged_side=person.side).select_related("ticket", "hospital")
    return calls.order_by("-logged_at")[:AT_MOST]


def awaited(person: Person) -> QuerySet[Ticket]:
    """Reported or raised in a browser though only the phone may: nobody has called yet."""
    raised = Q(state__in=sorted(IN_HAND), matter_id__in=MINUTES.order_by().values("matter_id"))
    tickets = Ticket.objects.visible_to(person).filter(Q(state=State.CALL_AWAITED) | raised)
    return tickets.select_related("hospital", "contract__desk").order_by("-id")[:AT_MOST]


def minute_of(ticket: Ticket) -> Clock | None:
    """While a call is waited for, be it for the report or for a raise."""
    found = first_of([(MINUTE, [ticket.hospital_id, ticket.matter_id])], using=DEFAULT_DB_ALIAS)
    return CLOCK.made(found, using=DEFAULT_DB_ALIAS) if found else None


def raise_awaited(ticket: Ticket) -> TermsWish | None:
    """What the hospital decided and what is not so before somebody calls."""
    if State(ticket.state) not in IN_HAND or minute_of(ticket) is None:
        return None
    return _latest_raise(ticket)


def raise_left_waiting(ticket: Ticket) -> TermsWish | None:
    """What waited for its call when the solution went on record: nobody had called about it."""
    resolved = Entry.objects.filter(ticket=ticket, act=Act.TICKET_RESOLVED).order_by("-at", "-id").first()
    ended = resolved.facts.get("metrics", ()) if resolved else ()
    return _latest_raise(ticket) if Metric.CALL in ended else None


def _latest_raise(ticket: Ticket) -> TermsWish:
    decided = Entry.objects.filter(ticket=ticket, act=Act.RAISE_AWAITS_CALL).order_by("-at", "-id")
    return TermsWish.objects.get(pk=decided.values_list("facts__wish", flat=True)[0])
