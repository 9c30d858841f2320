"""'Next ticket': the one that matters most to this person now.

A vendor's engineer, among what is theirs or nobody's and what the vendor can act on:
1. what nobody accepted though it is severity 1 or A or an emergency;
2. what is overdue or due within the hour, the nearest deadline first;
3. what the hospital asked haste for;
4. everything else by its nearest deadline; what has none, by its age.
What waits for an answer, what is with the hospital and what a colleague works on is never next.

The hospital: what needs its word, in the same order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, IntegerField, Q, Value, When

from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.models import Ticket
from tickets.models.ticket import BY_DUE, IS_OPEN
from tickets.queue.views import LOOKED_AT, the_hospitals_word

CLOSE = timedelta(hours=1)


def next_ticket(person: Person, *, at: datetime, after: UUID | None = None) -> Ticket | None:
    """`after` is the one before them, which is not next. Looks at the most urgent open ones, as the counts do."""
    looked = Ticket.objects.visible_to(person).filter(IS_OPEN).order_by(*BY_DUE).values("pk")[:LOOKED_AT]
    found = Ticket.objects.visible_to(person).filter(IS_OPEN, _to_do(person), pk__in=looked).exclude(pk=after)
    return found.annotate(rank=_rank(at)).order_by("rank", *BY_DUE).only("id").first()


def _to_do(person: Person) -> Q:
    if person.side is Side.HOSPITAL:
        return the_hospitals_word(person)
    mine_or_nobodys = Q(assignee_id=person.membership_id) | Q(assignee_id=None)
    return mine_or_nobodys & Q(state__in=[State.REPORTED, State.WORKING])


def _rank(at: datetime) -> Case:
    grave = Q(severity__in=["1", "A"]) | Q(is_emergency=True)
    return Case(
        When(grave & Q(state__in=[State.REPORTED, State.CALL_AWAITED]), then=Value(0)),
        When(due_at__lt=at + CLOSE, then=Value(1)),
        When(urged_at__isnull=False, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
