"""An example of every kind of row of the clocks' room, and the small desk that its tests share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from servicedesk.clocks.models import (
    Clock,
    Desk,
    Duty,
    Escalation,
    ExtraDay,
    Post,
    Span,
    Step,
    Swap,
    Team,
    TimeWish,
    Waiver,
    WorkCalendar,
)
from servicedesk.clocks.promises import stored
from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.wall import Context
from tests.examples import Example, Owner, example_of
from tests.world import World, canary, make_matter, make_member

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)  # a Monday, 09:00 on the mainland
LADDER = Ladder((Rung(Anchor.DUE, frozenset({Recipient.ON_DUTY})),))
SHIFTS = [["白班", 480, 1080], ["夜班", 1080, 1920]]
DAY_AND_NIGHT = [[[0, 1440]]] * 7


def parties(owner: Owner) -> dict[str, Any]:
    return {"hospital": owner.hospital, "vendor": owner.vendor}


def make_calendar(hospital: Hospital, vendor: Vendor, name: str = "") -> WorkCalendar:
    with wall.opened(Context.of_hospital(hospital.id)):
        return WorkCalendar.objects.create(
            hospital=hospital, vendor=vendor, name=name or str(uuid7()), week=DAY_AND_NIGHT, made_at=AT
        )


def make_desk(hospital: Hospital, vendor: Vendor, team: Team | None = None) -> Desk:
    with wall.opened(Context.of_hospital(hospital.id)):
        return Desk.objects.create(
            hospital=hospital, vendor=vendor, team=team, label=f"PACS 运维{canary(hospital)}", url="/"
        )


def make_team(vendor: Vendor) -> Team:
    with wall.opened(Context.of_vendor(vendor.id)):
        return Team.objects.create(vendor=vendor, name=f"影像组{uuid7().hex[-6:]}{canary(vendor)}", shifts=SHIFTS)


@example_of(ExtraDay)
def _extra_day(world: World, owner: Owner) -> Example:
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        day, _ = ExtraDay.objects.get_or_create(
            hospital=owner.hospital, on=date(2026, 11, 11), defaults={"why": f"院庆{canary(owner.hospital)}"}
        )
    return Example(day)


@example_of(WorkCalendar)
def _calendar(world: World, owner: Owner) -> Example:
    return Example(make_calendar(owner.hospital, owner.vendor))


@example_of(Desk)
def _desk(world: World, owner: Owner) -> Example:
    return Example(make_desk(owner.hospital, owner.vendor))


@example_of(Post)
def _post(world: World, owner: Owner) -> Example:
    desk, lead = make_desk(owner.hospital, owner.vendor), make_member(Role.IT_LEAD, owner.hospital)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(Post.objects.create(**parties(owner), desk=desk, role=Recipient.HOSPITAL_LEAD, of_hospital=lead))


@example_of(Clock)
def _clock(world: World, owner: Owner) -> Example:
    return Example(make_clock(owner))


def make_clock(owner: Owner) -> Clock:
    calendar = make_calendar(owner.hospital, owner.vendor)
    desk, matter = make_desk(owner.hospital, owner.vendor), make_matter(owner.hospital, owner.vendor)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Clock.objects.create(
            **parties(owner),
            matter=matter,
            desk=desk,
            calendar=calendar,
            metric=Metric.RESPOND,
            category="fault",
            severity="B",
            promise=stored(Promise(Metric.RESPOND, 60, Unit.ELAPSED_MINUTES, ladder=LADDER)),
            counts_from=AT,
            armed_at=AT,
            due_at=AT + timedelta(hours=1),
        )


@example_of(Span)
def _span(world: World, owner: Owner) -> Example:
    clock = make_clock(owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(Span.objects.create(**parties(owner), clock=clock, start_at=AT, why="等待停机窗口"))


@example_of(Waiver)
def _waiver(world: World, owner: Owner) -> Example:
    clock = make_clock(owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(
            Waiver.objects.create(
                **parties(owner), clock=clock, solved_at=AT, why="已远程解决", asked_by=uuid7(), asked_at=AT
            )
        )


@example_of(TimeWish)
def _time_wish(world: World, owner: Owner) -> Example:
    clock = make_clock(owner)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(
            TimeWish.objects.create(
                **parties(owner), matter_id=clock.matter_id, clock=clock, time=AT, asked_by=uuid7(), asked_at=AT,
                asked_name=f"王工{canary(owner.hospital)}", asked_side="vendor",
            )
        )  # fmt: skip


def make_step(clock: Clock) -> Step:
    with wall.opened(Context.of_hospital(clock.hospital_id)):
        return Step.objects.create(
            hospital_id=clock.hospital_id, vendor_id=clock.vendor_id, clock=clock, rung=0, fire_at=AT
        )


@example_of(Step)
def _step(world: World, owner: Owner) -> Example:
    return Example(make_step(make_clock(owner)))


@example_of(Escalation)
def _escalation(world: World, owner: Owner) -> Example:
    clock = make_clock(owner)
    step = make_step(clock)
    with wall.opened(Context.of_hospital(owner.hospital.id)):
        return Example(
            Escalation.objects.create(
                **parties(owner),
                matter_id=clock.matter_id,
                clock=clock,
                step=step,
                rung=0,
                due_at=clock.due_at,
                at=AT,
                fired_at=AT,
            )
        )


@example_of(Team)
def _team(world: World, owner: Owner) -> Example:
    return Example(make_team(owner.vendor))


def make_duty(owner: Owner) -> Duty:
    team, member = make_team(owner.vendor), make_member(Role.VENDOR_ENGINEER, owner.vendor)
    with wall.opened(Context.of_vendor(owner.vendor.id)):
        return Duty.objects.create(
            vendor=owner.vendor, team=team, member=member, starts_at=AT, ends_at=AT + timedelta(hours=12)
        )


@example_of(Duty)
def _duty(world: World, owner: Owner) -> Example:
    return Example(make_duty(owner))


@example_of(Swap)
def _swap(world: World, owner: Owner) -> Example:
    duty = make_duty(owner)
    colleague = make_member(Role.VENDOR_ENGINEER, owner.vendor)
    with wall.opened(Context.of_vendor(owner.vendor.id)):
        return Example(
            Swap.objects.create(
                vendor=owner.vendor, duty=duty, asked_by=duty.member, to=colleague, why="家中有事", asked_at=AT
            )
        )
