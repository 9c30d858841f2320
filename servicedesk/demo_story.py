"""One ticket of the demo's year, told by the services its people would use, at the moments they would have."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contracts.models import Contract, System
from servicedesk.clocks.models import Clock
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.wall import Person
from tickets.enums import Cause, Remedy, Satisfaction, Way
from tickets.feedback import facts_of, sha256_of
from tickets.models import Sticker, Ticket
from tickets.services.calls import Phoned
from tickets.services.reporting import Report, report_fault
from tickets.services.signing import Signature, sign
from tickets.services.solving import confirm, resolve
from tickets.services.visiting import arrive, call_for_visit, dispatch, leave
from tickets.services.working import accept, note, say
from tickets.signers import Signer
from tickets.stream import locked

MINUTE = timedelta(minutes=1)
ENGINEERS: Mapping[str, tuple[str, ...]] = {
    "pacs": ("engineer", "manager"),
    "hrp": ("engineer", "vendor"),
    "icu": ("engineer2",),
    "smart": ("engineer3", "engineer4"),
    "pacs-checklist": ("engineer3",),
}
IT: Mapping[str, str] = {"shengyi": "it", "eryuan": "it2", "zhongyi": "it3"}
LEADS: Mapping[str, str] = {"shengyi": "lead", "eryuan": "lead2", "zhongyi": "lead3"}


class Stage:
    """Who acts now. The wall is open for one at a time, as long as nobody else acts; all of it is one transaction."""

    def __init__(self, members: Mapping[str, Membership]) -> None:
        self.members = members
        self.people: dict[str, Person] = {}
        self.on = ""
        self.at: datetime | None = None

    def enter(self, username: str) -> Person:
        if username != self.on:
            member = self.members[username]
            person = wall.enter(member.user_id, member.pk)
            assert person is not None
            self.people[username], self.on = person, username
        return self.people[username]

    def act(self, service: Callable[..., Any], subject: Any, *, by: str, at: datetime, **more: Any) -> Any:
        self.at = at
        return service(subject, by=self.enter(by), at=at, **more)

    def date_version(self, history_instance: Any, **facts: Any) -> None:
        """A row's own past bears the moment of the act and who did it, as a request would have left it."""
        history_instance.history_date = self.at or history_instance.history_date
        history_instance.history_user_id = self.people[self.on].user_id if self.on else None


@dataclass
class Desk:
    """One contract with the people who act under it."""

    contract: Contract
    code: str
    stage: Stage
    departments: Mapping[str, Department]
    systems: list[System]
    stickers: list[Sticker] = field(default_factory=list)

    @property
    def it(self) -> str:
        return IT[self.contract.hospital.code]

    @property
    def lead(self) -> str:
        return LEADS[self.contract.hospital.code]


@dataclass
class Story:
    """One ticket from its report on. `at` moves along; nothing happens after `until`."""

    desk: Desk
    case: Mapping[str, Any]
    dice: random.Random
    words: Mapping[str, Any]
    at: datetime
    until: datetime
    engineer: str = ""
    ticket: Ticket = field(init=False)

    def __post_init__(self) -> None:
        self.engineer = self.engineer or self.dice.choice(ENGINEERS[self.desk.code])

    def act(self, service: Callable[..., Any], subject: Any, *, by: str, **more: Any) -> Any:
        return self.desk.stage.act(service, subject, by=by, at=self.at, **more)

    def later(self, least: float, most: float) -> None:
        """Minutes."""
        self.at = min(self.at + MINUTE * self.dice.uniform(least, most), self.until)

    def towards(self, metric: Metric, least: float, most: float, *, otherwise: tuple[float, float]) -> None:
        """A share of the time that is promised, beyond 1 too late; minutes where nothing is."""
        due = self._due(metric)
        if due is None or due <= self.at:
            return self.later(*otherwise)
        span = due - self.at if least > 1 else min(due - self.at, timedelta(hours=30))
        wanted = self.at + span * self.dice.uniform(least, most)
        self.at = max(self.at + MINUTE, min(wanted, self.until))

    def _due(self, metric: Metric) -> datetime | None:
        self.desk.stage.enter(self.engineer)
        clocks = Clock.objects.filter(matter_id=self.ticket.matter_id, metric=metric, is_standing=True, outcome=None)
        return clocks.values_list("due_at", flat=True).first()

    # ── chapters ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def report(self, *, called: datetime | None = None) -> None:
        case, desk = self.case, self.desk
        level = Severity(self.dice.choice(case["levels"]) if case.get("levels") else "")
        by_phone = level in (Severity.ONE, Severity.A) and not case.get("by_web")
        caller = self.dice.choice(self.words["callers"])
        is_ward = case["by"] == "放射科" and desk.contract.hospital.code == "shengyi" and not by_phone
        ward = desk.stage.members["ward"]
        report = Report(
            contract=desk.contract,
            category=case["kind"],
            title=case["title"],
            words=case["says"],
            channel=Channel.PHONE if by_phone else Channel.WEB,
            severity=level,
            system=self.dice.choice(desk.systems),
            department=desk.departments[case["by"]],
            reporter=ward if is_ward else None,
            reporter_name=ward.name if is_ward else caller,
            reporter_phone=desk.departments[case["by"]].phone,
        )
        call = Phoned(called or self.at, caller, "值班工程师", "8105") if by_phone else None
        self.ticket = self.act(report_fault, report, by="ward" if is_ward else desk.it, call=call)

    def accept(self, least: float = 0.15, most: float = 0.7) -> None:
        self.towards(Metric.RESPOND, least, most, otherwise=(4, 25))
        self.act(accept, self.ticket, by=self.engineer)

    def talk(self) -> None:
        self.later(3, 20)
        self.act(say, self.ticket, by=self.engineer, text=self.case["asks"])
        self.later(2, 30)
        self.act(say, self.ticket, by=self.desk.it, text=self.case["answers"])
        if self.dice.random() < 0.25:
            self.act(note, self.ticket, by=self.engineer, text=self.dice.choice(self.words["notes_vendor"]))
        if self.dice.random() < 0.12:
            self.act(note, self.ticket, by=self.desk.it, text=self.dice.choice(self.words["notes_hospital"]))

    def visit(self, *, is_there: bool = True, has_left: bool = True) -> None:
        self.later(5, 20)
        visit = self.act(call_for_visit, self.ticket, by=self.desk.it, why=self.dice.choice(self.words["visits"]))
        self.later(3, 10)
        planned = self.at + MINUTE * 70
        engineer = self.desk.stage.members[self.engineer]
        self.act(dispatch, visit, by=self.engineer, engineer=engineer, planned_at=planned)
        if not is_there:
            return
        self.towards(Metric.ON_SITE, 0.4, 0.9, otherwise=(30, 80))
        visit = self.act(arrive, visit, by=self.engineer, where=str(self.ticket.department))
        if has_left:
            self.later(25, 90)
            self.act(leave, visit, by=self.engineer, work=self.dice.choice(self.words["works"]))

    def resolve(self, least: float = 0.2, most: float = 0.8, *, is_remote: bool = False) -> None:
        self.towards(Metric.RESTORE, least, most, otherwise=(60, 60 * 26))
        self.solve(is_remote=is_remote)

    def solve(self, *, is_remote: bool = False) -> None:
        facts = {"cause": Cause(self.case["cause"]), "remedy": Remedy(self.case["remedy"])}
        self.act(resolve, self.ticket, by=self.engineer, words=self.case["ends"], is_remote=is_remote, **facts)

    def sign(self) -> None:
        """The feedback form, by the hospital's IT or on the engineer's device, with a typed name; most are content."""
        self.later(20, 300)
        self.desk.stage.at = self.at
        way = self.dice.choices([Way.ACCOUNT, Way.HANDED], weights=(2, 3))[0]
        person = self.desk.stage.enter(self.desk.it if way is Way.ACCOUNT else self.engineer)
        name = person.name if way is Way.ACCOUNT else self.dice.choice(self.words["callers"])
        content = self.dice.choices(list(Satisfaction), weights=(8, 2, 1))[0]
        signature = Signature(content, sha256_of(facts_of(locked(self.ticket))), typed=name)
        sign(self.ticket, signature, signer=Signer(way, name, person), at=self.at)

    def close(self) -> None:
        self.sign()
        self.later(30, 600)
        self.act(confirm, self.ticket, by=self.desk.it)
