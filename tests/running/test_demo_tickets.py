"""The demo's year: believable, through the services, and as alive today as a desk is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count, Min
from django.utils import timezone

from servicedesk.clocks.models import Clock, Step
from servicedesk.demo import make_demo
from servicedesk.notices.models import InboxItem
from servicedesk.sla.clock import Outcome
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context, opened
from tickets.enums import OPEN, State
from tickets.models import Entry, SeverityWish, Solution, Ticket, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_year_of_tickets_as_their_people_would_have_left_them():
    """PACS-8, PACS-16, ICU-2, HRP-4: breached, paused, recurring, refused, one disaster; open ones in every state."""
    now = timezone.now()
    make_demo(at=now, share=0.4)
    with opened(Context.of_platform()):
        hospitals = list(Hospital.objects.values_list("id", flat=True))
        vendors = list(Vendor.objects.values_list("id", flat=True))
    states, codes, titles = set(), set(), []
    for hospital in hospitals:
        with opened(Context.of_hospital(hospital)):
            tickets = Ticket.objects.select_related("contract")
            states |= set(tickets.values_list("state", flat=True))
            codes |= set(tickets.values_list("contract__blueprint", flat=True))
            titles += tickets.values_list("title", flat=True)
            _is_whole(now)
    assert states >= OPEN | {State.CLOSED}
    assert codes == {"pacs", "hrp", "icu", "smart", "pacs-checklist"}
    assert all(any("一" <= letter <= "鿿" for letter in title) for title in titles)
    with opened(Context.of_hospital(_of("shengyi"))):
        _has_its_dramas(now)
    unread = 0
    for vendor in vendors:
        with opened(Context.of_vendor(vendor, *hospitals)):
            unread += InboxItem.objects.filter(read_at=None, at__lt=now - timedelta(days=2)).count()
    assert unread == 0


def _of(code: str) -> int:
    with opened(Context.of_platform()):
        return Hospital.objects.get(code=code).pk


def _is_whole(now) -> None:
    """Nothing lies in the future, nothing that is over still runs, each closed one has its solution and its talk."""
    assert not Entry.objects.filter(at__gt=now).exists()
    assert not Ticket.objects.filter(changed_at__gt=now).exists()
    over = Ticket.objects.filter(state=State.CLOSED)
    assert not Clock.objects.filter(matter__tickets__in=over, outcome=None).exists()
    assert not Step.objects.filter(clock__matter__tickets__in=over, fired_at=None).exists()
    assert over.count() == over.filter(solution__confirmed_at__isnull=False).distinct().count() > 0
    assert over.annotate(lines=Count("entry")).aggregate(least=Min("lines"))["least"] >= 4
    numbers = list(Ticket.objects.order_by("id").values_list("number", "recorded_at"))
    assert [at for _, at in numbers] == sorted(at for _, at in numbers)


def _has_its_dramas(now) -> None:
    tickets = Ticket.objects.all()
    disaster = tickets.get(severity="1")
    assert disaster.channel == "phone"
    assert Entry.objects.filter(ticket=disaster, kind="message").count() >= 12
    assert tickets.filter(recurs__isnull=False).exists()
    assert Clock.objects.filter(outcome=Outcome.MISSED).exists()
    assert SeverityWish.objects.filter(decided_at=None).exists()
    assert Visit.objects.filter(arrived_at__isnull=False, left_at=None).exists()
    assert Visit.objects.filter(planned_at__gt=now - timedelta(hours=1), arrived_at=None).exists()
    assert tickets.filter(state__in=OPEN, due_at__gt=now, due_at__lt=now + timedelta(hours=2)).exists()
    assert Solution.objects.filter(is_remote=True).exists()
