"""A desk with people at it, and what is promised there: what the tests of clocks and watch share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from servicedesk.clocks.life import Terms
from servicedesk.clocks.models import Clock, Desk, Duty, Post, Team, WorkCalendar
from servicedesk.clocks.services.clocks import start_clocks
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Armed, Metric, Promise, Severity, Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, Matter, Membership, Vendor
from servicedesk.tenancy.wall import Context, Person
from tests.clocks.examples import make_calendar, make_desk, make_team
from tests.world import World, make_matter, make_member, person_of

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)  # a Monday, 09:00 on the mainland
NOW, LATER = timedelta(), timedelta(days=1)


def rung(anchor: Anchor, *tell: Recipient, percent: int = 0, minutes: int = 0) -> Rung:
    return Rung(anchor, frozenset(tell), percent=percent, minutes=minutes)


LADDER = Ladder(
    (
        rung(Anchor.START, Recipient.ON_DUTY, Recipient.SENIOR_MANAGER),
        rung(Anchor.SHARE, Recipient.ON_DUTY, percent=50),
        rung(Anchor.DUE, Recipient.PROJECT_MANAGER, Recipient.HOSPITAL_LEAD),
        rung(Anchor.DUE, Recipient.SENIOR_MANAGER, minutes=30),
    )
)
RESPOND = Promise(Metric.RESPOND, 60, Unit.ELAPSED_MINUTES, ladder=LADDER)
ON_SITE = Promise(Metric.ON_SITE, 240, Unit.ELAPSED_MINUTES, armed=Armed.WHEN_CALLED_FOR, ladder=LADDER)


@dataclass
class Place:
    """A desk of h1 and v1 with its people."""

    hospital: Hospital
    vendor: Vendor
    desk: Desk
    calendar: WorkCalendar
    team: Team
    people: dict[Recipient, Membership] = field(default_factory=dict)

    def terms(self, *promises: Promise, severity: Severity = Severity.B, category: str = "fault") -> Terms:
        offered = promises or (RESPOND, ON_SITE)
        return Terms(self.desk, self.calendar, category, severity, {promise.metric: promise for promise in offered})

    def inside(self) -> Any:
        return wall.opened(Context.of_hospital(self.hospital.id))

    def reported(self, *promises: Promise, at: datetime = AT, **more: Any) -> Matter:
        matter = make_matter(self.hospital, self.vendor)
        with self.inside():
            start_clocks(matter, terms=self.terms(*promises, **more), by=None, at=at)
        return matter

    def clock(self, matter: Matter, metric: Metric = Metric.RESPOND) -> Clock:
        with self.inside():
            return Clock.objects.get(matter=matter, metric=metric, is_standing=True)


VENDOR_POSTS = {
    Recipient.PROJECT_MANAGER: Role.PROJECT_MANAGER,
    Recipient.SENIOR_MANAGER: Role.VENDOR_MANAGER,
}


def make_place(world: World, *, on_duty: bool = True) -> Place:
    hospital, vendor = world.h1, world.v1
    team = make_team(vendor)
    place = Place(hospital, vendor, make_desk(hospital, vendor, team), make_calendar(hospital, vendor), team)
    for recipient, role in VENDOR_POSTS.items():
        place.people[recipient] = make_member(role, vendor)
    place.people[Recipient.HOSPITAL_LEAD] = make_member(Role.IT_LEAD, hospital)
    with place.inside():
        for recipient, member in place.people.items():
            side = "of_hospital" if recipient is Recipient.HOSPITAL_LEAD else "of_vendor"
            Post.objects.create(hospital=hospital, vendor=vendor, desk=place.desk, role=recipient, **{side: member})
    if on_duty:
        place.people[Recipient.ON_DUTY] = make_member(Role.VENDOR_ENGINEER, vendor)
        put_on_duty(place, place.people[Recipient.ON_DUTY], datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=36500))
    return place


def put_on_duty(place: Place, member: Membership, at: datetime, lasting: timedelta, *, level: int = 1) -> Duty:
    with wall.opened(Context.of_vendor(place.vendor.id)):
        return Duty.objects.create(
            vendor=place.vendor, team=place.team, level=level, member=member, starts_at=at, ends_at=at + lasting
        )


def lead(place: Place) -> Person:
    return person_of(place.people[Recipient.HOSPITAL_LEAD])


def engineer(place: Place) -> Person:
    return person_of(place.people[Recipient.ON_DUTY])
