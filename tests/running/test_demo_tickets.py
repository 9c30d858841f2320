"""The demo's year: believable, through the services, and as alive today as a desk is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count, Min
from django.utils import timezone

from contracts.models import System
from servicedesk.accounts.models import Token
from servicedesk.clocks.models import Clock, Span, Step
from servicedesk.demo import is_whole, make_demo
from servicedesk.notices.models import InboxItem
from servicedesk.sla.clock import Outcome
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context, opened
from tickets.enums import OPEN, Access, State
from tickets.models import (
    EmergencyPlan,
    Entry,
    FaultPart,
    IncidentLine,
    MajorIncident,
    Outage,
    PlanTick,
    RemoteAuthorisation,
    Scan,
    SigningLink,
    Solution,
    Sticker,
    TermsWish,
    Ticket,
    Visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_year_of_tickets_as_their_people_would_have_left_them():
    """PACS-8, PACS-16, ICU-2, HRP-4: breached, paused, recurring, refused, one disaster; open ones in every state."""
    now = timezone.now()
    make_demo(at=now, share=0.3)
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
        _hangs_together(now)
    with opened(Context.of_platform()):
        assert is_whole()
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
    for row in RemoteAuthorisation.objects.filter(until_at__lt=now, started_at__isnull=False):
        assert row.ended_at <= row.until_at, "nobody is inside after the window has closed"
    numbers = list(Ticket.objects.order_by("id").values_list("number", "recorded_at"))
    assert [at for _, at in numbers] == sorted(at for _, at in numbers)


def _has_its_dramas(now) -> None:
    tickets = Ticket.objects.all()
    disaster = tickets.get(severity="1")
    assert disaster.channel == "phone"
    assert Entry.objects.filter(ticket=disaster, kind="message").count() >= 12
    assert tickets.filter(recurs__isnull=False).exists()
    assert Clock.objects.filter(outcome=Outcome.MISSED).exists()
    assert tickets.earliest("recorded_at").recorded_at < now - timedelta(days=300), "a year of them"
    assert Span.objects.filter(clock__matter__tickets__state=State.WORKING, end_at=None).exists(), "one is paused now"
    assert TermsWish.objects.filter(decided_at=None).exists()
    assert Visit.objects.filter(arrived_at__isnull=False, left_at=None).exists()
    assert Visit.objects.filter(planned_at__gt=now - timedelta(hours=1), arrived_at=None).exists()
    assert tickets.filter(state__in=OPEN, due_at__gt=now, due_at__lt=now + timedelta(hours=2)).exists()
    assert Solution.objects.filter(is_remote=True).exists()


def _hangs_together(now) -> None:
    """PACS-19, HRP-4, ALL-17, ICU-15: what stands in no ticket alone."""
    incident = MajorIncident.objects.get()
    updates = Clock.objects.filter(matter_id=incident.matter_id, metric=Metric.UPDATE)
    outcomes = set(updates.values_list("outcome", flat=True))
    assert {Outcome.MET, Outcome.MISSED} <= outcomes
    assert None not in outcomes, "nothing of it runs any more"
    assert IncidentLine.objects.filter(incident=incident).count() >= 15
    written = incident.history.filter(reviewed_at__isnull=False).order_by("history_date")
    assert [row.history_date for row in written] == [row.reviewed_at for row in written], "written, then mended"
    assert len(written) == 2
    assert not PlanTick.objects.filter(ticket=incident.ticket, done_at=None).exists()
    assert EmergencyPlan.objects.filter(contract__blueprint="pacs").count() == 2
    outage = Outage.objects.get(ended_at=None)
    assert Ticket.objects.filter(parent=outage.ticket, state__in=OPEN).count() == 3
    parts = FaultPart.objects.select_related("ticket")
    assert len({part.ticket.vendor_id for part in parts}) == 2
    assert {row.access_at(now) for row in RemoteAuthorisation.objects.all()} == {
        Access.ASKED, Access.UNDER_WAY, Access.ENDED, Access.RUN_OUT, Access.REFUSED
    }  # fmt: skip
    assert SigningLink.objects.filter(used_at=None, until_at__gt=now).exists()
    assert Sticker.objects.filter(revoked_at=None).count() >= 6
    assert Scan.objects.exists()
    assert set(System.objects.exclude(interface_to="").values_list("interface_to", flat=True)) == {"HIS", "电子病历"}
    assert Token.objects.filter(revoked_at=None).exists()
