"""A contract in force with the people of both sides, and somebody on duty: what the tests of tickets share."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contracts.models import Contract
from servicedesk.clocks.models import Clock, Duty
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT, make_team
from tests.contracts.people import in_force
from tests.world import World, make_member, person_of
from tickets.models import Ticket
from tickets.services.calls import Phoned, log_call
from tickets.services.levels import change_severity
from tickets.services.reporting import Report, report_fault


@dataclass
class Desk:
    """h1 and v1 with a contract in force; acting as somebody opens the wall for them."""

    world: World
    contract: Contract
    manager: Membership
    lead: Membership
    engineer: Membership
    colleague: Membership
    it: Membership
    ward: Membership

    @contextmanager
    def acting(self, member: Membership) -> Any:
        person = person_of(member)
        with wall.opened(person.context):
            yield person

    def report(
        self, *, severity: Severity = Severity.B, channel: Channel = Channel.WEB, at: Any = AT, **more: Any
    ) -> Ticket:
        by = more.pop("by", self.it)
        call = more.pop("call", None)
        facts: dict[str, Any] = {"category": "fault", "title": "阅片工作站无法调图", "severity": severity} | more
        facts.setdefault("department", self.world.radiology[self.world.h1.id])
        facts.setdefault("reporter", self.ward)
        if channel is Channel.PHONE and call is None:
            call = Phoned(called_at=at, caller="刘敏", number="8105")
        with self.acting(by) as person:
            report = Report(contract=self.contract, channel=channel, **facts)
            return report_fault(report, by=person, at=at, call=call)

    def act(self, service: Any, subject: Any, *, by: Membership, at: Any, **more: Any) -> Any:
        with self.acting(by) as person:
            return service(subject, by=person, at=at, **more)

    def act_alone(self, service: Any, subject: Any, *, at: Any, **more: Any) -> Any:
        """By the product itself."""
        with self.inside():
            return service(subject, by=None, at=at, **more)

    def raised(self, ticket: Ticket, severity: Severity, *, at: Any) -> Ticket:
        """By the hospital, on the phone (PACS-6)."""
        with self.acting(self.it) as person:
            change_severity(ticket, severity, why="影响扩大", by=person, at=at)
            log_call(ticket, Phoned(called_at=at, caller="刘敏", number="8105"), by=person, at=at)
        return self.fresh(ticket)  # type: ignore[no-any-return]

    def accepted(self, **more: Any) -> Ticket:
        from tickets.services.working import accept

        ticket = self.report(**more)
        return self.act(accept, ticket, by=self.engineer, at=more.get("at", AT) + timedelta(minutes=2))

    def clock(self, ticket: Ticket, metric: Metric, **more: Any) -> Clock:
        """What stands of this promise now."""
        with self.inside():
            return Clock.objects.get(matter_id=ticket.matter_id, metric=metric, is_standing=True, **more)

    def clocks(self, ticket: Ticket) -> dict[str, str | None]:
        """Each standing promise with its result."""
        with self.inside():
            rows = Clock.objects.filter(matter_id=ticket.matter_id, is_standing=True).order_by("metric")
            return dict(rows.values_list("metric", "outcome"))

    def inside(self) -> Any:
        return wall.opened(Context.of_hospital(self.world.h1.id))

    def fresh(self, row: Any) -> Any:
        with self.inside():
            return type(row).objects.get(pk=row.pk)


def make_desk(world: World, code: str = "pacs", **more: Any) -> Desk:
    contract, manager, lead = in_force(world.h1, world.v1, code, **more)
    engineer, colleague = (make_member(Role.VENDOR_ENGINEER, world.v1) for _ in range(2))
    it = make_member(Role.IT_ENGINEER, world.h1)
    ward = make_member(Role.WARD_REPORTER, world.h1, department=world.radiology[world.h1.id])
    team = make_team(world.v1)
    with wall.opened(Context.of_vendor(world.v1.id, world.h1.id)):
        contract.desk.team = team
        contract.desk.save()
        for level, member in ((1, engineer), (2, colleague)):
            Duty.objects.create(
                vendor=world.v1, team=team, level=level, member=member,
                starts_at=AT - timedelta(days=1), ends_at=AT + timedelta(days=60),
            )  # fmt: skip
    return Desk(world, contract, manager, lead, engineer, colleague, it, ward)
