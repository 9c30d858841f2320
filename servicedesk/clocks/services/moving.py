"""Open clocks move to another version of their calendar, and to the due times it gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min, OuterRef, Subquery, prefetch_related_objects
from django.urls import reverse

from servicedesk.clocks.models import Clock, Post, WorkCalendar
from servicedesk.clocks.planning import plan_anew
from servicedesk.clocks.reading import calendar_of, clock_of
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.wall import Person

ANSWERABLE = (Recipient.PROJECT_MANAGER, Recipient.HOSPITAL_LEAD)


def move_clocks(clocks: Sequence[Clock], *, calendar: WorkCalendar) -> None:
    """Only open ones are given, locked by the caller's transaction; finished ones keep their version for ever."""
    kept, pairs = calendar_of(calendar), []
    prefetch_related_objects(clocks, "spans")
    for clock in clocks:
        core = clock_of(clock, clock.spans.all(), kept)
        clock.calendar, clock.due_at, clock.is_provisional = calendar, core.due_at, core.is_provisional
        pairs.append((clock, core))
    if clocks:
        Clock.objects.bulk_update(clocks, ["calendar", "due_at", "is_provisional"], batch_size=500)
        plan_anew(pairs, using="default")
        _say_next([clock.matter_id for clock in clocks])


def tell_parties(moved: Sequence[Clock], *, calendar: WorkCalendar, by: Person, at: datetime) -> None:
    """Whoever answers for these promises on either side, but for the one who moved them."""
    posts = Post.objects.filter(desk__in={clock.desk_id for clock in moved}, role__in=ANSWERABLE)
    people = {post.of_vendor_id or post.of_hospital_id for post in posts} - {None, by.membership_id}
    notify(
        f"calendar:{calendar.pk}:renewed",
        to=[person for person in people if person],
        kind=NoticeKind.DUE_TIMES_MOVED,
        subject=calendar,
        words={"calendar": calendar.name, "count": len(moved)},
        url=f"{reverse('calendars')}?hospital={calendar.hospital_id}",
        at=at,
    )


def _say_next(matters: list[UUID]) -> None:
    """What queues are sorted by."""
    open_ones = Clock.objects.filter(matter=OuterRef("pk"), outcome=None).order_by().values("matter")
    soonest = open_ones.annotate(soonest=Min("due_at")).values("soonest")
    Matter.objects.filter(pk__in=matters).update(next_due_at=Subquery(soonest))
