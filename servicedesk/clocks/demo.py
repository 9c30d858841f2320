"""The demo's duty roster: one team in turn, day and night, with one night that nobody has yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from servicedesk.clocks.models import Duty, Team
from servicedesk.clocks.selectors.roster import ON_ROSTER
from servicedesk.clocks.shifts import days_between, slots_of
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Membership, Vendor
from servicedesk.tenancy.wall import Context

SHIFTS = [["白班", 480, 1080], ["夜班", 1080, 1920]]
BEFORE, AHEAD = timedelta(days=20), timedelta(days=40)
HOLE = timedelta(days=5)


def make_demo_roster(vendor: Vendor, *, name: str, at: datetime) -> Team:
    today = timezone.localdate(at)
    with wall.opened(Context.of_vendor(vendor.pk)):
        team = Team.objects.create(vendor=vendor, name=name, shifts=SHIFTS, levels=2)
        people = list(Membership.objects.filter(vendor=vendor, role__in=ON_ROSTER).order_by("name"))
        bulk_create_with_history(list(_duties(team, people, today)), Duty, default_date=at)
    return team


def _duties(team: Team, people: Sequence[Membership], today: date) -> Iterator[Duty]:
    for number, place in enumerate(slots_of(team, days_between(today - BEFORE, today + AHEAD))):
        if place.on == today + HOLE and place.shift:
            continue
        yield Duty(
            vendor_id=team.vendor_id,
            team=team,
            level=place.level,
            member=people[(number + place.on.day) % len(people)],
            starts_at=place.starts_at,
            ends_at=place.ends_at,
        )
