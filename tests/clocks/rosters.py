"""A vendor's team with people, a desk that runs day and night, and browsers before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from servicedesk.clocks.models import Desk, Duty, Team
from servicedesk.clocks.services.roster import Change, plan_duties
from servicedesk.clocks.shifts import moment, shifts_of, slot
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, Person, opened
from tests.clocks.examples import SHIFTS
from tests.world import World, canary, enter, make_member

FRIDAY = date(2026, 11, 27)
NOW = moment(FRIDAY, 17 * 60 + 30)  # half past five on a Friday
DAY, NIGHT = 0, 1


@dataclass
class Crew:
    world: World
    team: Team
    desk: Desk
    manager: Membership
    zhang: Membership
    li: Membership
    wang: Membership

    @property
    def person(self) -> Person:
        return enter(self.manager)

    def change(self, on: date, who: Membership | None, *, shift: int = DAY, level: int = 1, **more: Any) -> Change:
        return Change(slot(on, level, shifts_of(self.team)[shift]), who.pk if who else None, **more)

    def plan(self, *changes: Change, at: datetime = NOW, **more: Any) -> int:
        return plan_duties(self.team, changes, by=self.person, at=at, **more)

    def put(self, who: Membership, starts_at: datetime, ends_at: datetime, *, level: int = 1) -> Duty:
        """A row as it may have come about long ago: unchecked."""
        with opened(Context.of_vendor(self.world.v1.id)):
            return Duty.objects.create(
                vendor=self.world.v1, team=self.team, level=level, member=who, starts_at=starts_at, ends_at=ends_at
            )

    def duties(self) -> list[tuple[str, int, str, str]]:
        """Name, level, from and to, in the order they begin."""
        with opened(Context.of_vendor(self.world.v1.id)):
            rows = Duty.objects.filter(team=self.team).select_related("member").order_by("starts_at", "level")
            return [(one.member.name, one.level, said(one.starts_at), said(one.ends_at)) for one in rows]

    def fill(self, who: Membership, days: int, *, start: date = FRIDAY, levels: int = 1) -> None:
        for number in range(days):
            on = start + timedelta(days=number)
            for level in range(1, levels + 1):
                self.put(who, moment(on, 480), moment(on, 1920), level=level)


def said(at: datetime) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(at):%m-%d %H:%M}"


def make_crew(world: World, *, levels: int = 1) -> Crew:
    manager, zhang, li, wang = (
        make_member(role, world.v1, name=name)
        for role, name in (
            (Role.PROJECT_MANAGER, "赵颖"),
            (Role.VENDOR_ENGINEER, "张强"),
            (Role.VENDOR_ENGINEER, "李娜"),
            (Role.VENDOR_ENGINEER, "王磊"),
        )
    )
    with opened(Context.of_vendor(world.v1.id)):
        Membership.objects.filter(pk=zhang.pk).update(phone="13800000001")
        team = Team.objects.create(vendor=world.v1, name="影像组", shifts=SHIFTS, levels=levels)
    with opened(Context.of_hospital(world.h1.id)):
        desk = Desk.objects.create(
            hospital=world.h1,
            vendor=world.v1,
            team=team,
            label=f"PACS 运维{canary(world.h1)}",
            url="/",
            hotline="400-800-1234",
            is_round_the_clock=True,
        )
    return Crew(world, team, desk, manager, zhang, li, wang)
