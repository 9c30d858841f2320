"""A year of tickets for the demo's contracts, by the services its people would use, at the moments they would have.

The same every time: drawn by a seed, anchored to the day. What goes wrong stands in demo_cases.yaml.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db.models import F
from django.utils import timezone

from contracts.models import Contract, System
from servicedesk.clocks.models import Clock
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.wall import Context, Person
from tickets.enums import Cause, Remedy, Satisfaction, Way
from tickets.feedback import facts_of, sha256_of
from tickets.models import Ticket
from tickets.services.reporting import Phoned, Report, report_fault
from tickets.services.signing import Signature, sign
from tickets.services.solving import close_unsigned, confirm, refuse_solution, resolve
from tickets.services.visiting import arrive, call_for_visit, dispatch, leave
from tickets.services.working import accept, note, pause, resume, say
from tickets.signers import Signer
from tickets.stream import keep, locked

SEED = "servicedesk demo tickets 1"
CASES = Path(__file__).with_name("demo_cases.yaml")
PER_CODE: Mapping[str, int] = {"pacs": 30, "hrp": 20, "icu": 8, "smart": 14, "pacs-checklist": 8}
MAJOR_DAYS_AGO, RECURS_AFTER = 150, timedelta(days=9)
MINUTE = timedelta(minutes=1)
NEAR = timedelta(days=2)  # what was reported later than this ago may still be open
ENGINEERS: Mapping[str, tuple[str, ...]] = {
    "pacs": ("engineer", "manager"),
    "hrp": ("engineer", "vendor"),
    "icu": ("engineer2",),
    "smart": ("engineer3", "engineer4"),
    "pacs-checklist": ("engineer3",),
}
IT: Mapping[str, str] = {"shengyi": "it", "eryuan": "it2", "zhongyi": "it3"}
LEADS: Mapping[str, str] = {"shengyi": "lead", "eryuan": "lead2", "zhongyi": "lead3"}
# How a past ticket went, and how often of a hundred.
ENDINGS: Mapping[str, int] = {
    "plain": 46, "remote": 12, "visit": 16, "late": 8, "overdue": 6, "paused": 5, "refused": 4, "unsigned": 3,
}  # fmt: skip


@dataclass
class Desk:
    """One contract with the people who act under it."""

    contract: Contract
    code: str
    members: Mapping[str, Membership]
    departments: Mapping[str, Department]
    systems: list[System]
    people: dict[str, Person]

    def person(self, username: str) -> Person:
        if username not in self.people:
            member = self.members[username]
            with wall.opened(Context()):
                found = wall.enter(member.user_id, member.pk)
            assert found is not None
            self.people[username] = found
        return self.people[username]

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
        person = self.desk.person(by)
        with wall.opened(person.context):
            return service(subject, by=person, at=self.at, **more)

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
        with wall.opened(self.desk.person(self.engineer).context):
            clocks = Clock.objects.filter(matter_id=self.ticket.matter_id, metric=metric, is_standing=True)
            return clocks.filter(outcome=None).values_list("due_at", flat=True).first()

    # ── chapters ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def report(self, *, called: datetime | None = None) -> None:
        case, desk = self.case, self.desk
        level = Severity(self.dice.choice(case["levels"]) if case.get("levels") else "")
        by_phone = level in (Severity.ONE, Severity.A) and not case.get("by_web")
        caller = self.dice.choice(self.words["callers"])
        is_ward = case["by"] == "放射科" and desk.contract.hospital.code == "shengyi" and not by_phone
        reporter = desk.members["ward"] if is_ward else None
        by, system = desk.person("ward" if is_ward else desk.it), self.dice.choice(desk.systems)
        with wall.opened(by.context):
            report = Report(
                contract=desk.contract,
                category=case["kind"],
                title=case["title"],
                words=case["says"],
                channel=Channel.PHONE if by_phone else Channel.WEB,
                severity=level,
                system=system,
                department=desk.departments[case["by"]],
                reporter=reporter,
                reporter_name=desk.members["ward"].name if is_ward else caller,
                reporter_phone=desk.departments[case["by"]].phone,
            )
            call = Phoned(called or self.at, caller, "值班工程师", "8105") if by_phone else None
            self.ticket = report_fault(report, by=by, at=self.at, call=call)

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
        engineer = self.desk.members[self.engineer]
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
        facts = {"cause": Cause(self.case["cause"]), "remedy": Remedy(self.case["remedy"])}
        self.act(resolve, self.ticket, by=self.engineer, words=self.case["ends"], is_remote=is_remote, **facts)

    def sign(self) -> None:
        """The feedback form, with a typed name; most are content."""
        self.later(20, 300)
        person = self.desk.person(self.desk.it)
        with wall.opened(person.context):
            ticket = locked(self.ticket)
            content = self.dice.choices(list(Satisfaction), weights=(8, 2, 1))[0]
            signature = Signature(content, sha256_of(facts_of(ticket)), typed=person.name)
            sign(ticket, signature, signer=Signer(Way.ACCOUNT, person.name, person), at=self.at)

    def close(self) -> None:
        self.sign()
        self.later(30, 600)
        self.act(confirm, self.ticket, by=self.desk.it)


# ── how they go ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _past(story: Story, ending: str) -> None:
    story.report()
    story.accept(*((1.1, 1.8) if ending == "late" else (0.15, 0.7)))
    story.talk()
    if ending == "visit":
        story.visit()
    if ending == "paused":
        story.act(pause, story.ticket, by=story.desk.it, why=story.dice.choice(story.words["pauses"]))
        story.later(600, 2600)
        story.act(resume, story.ticket, by=story.desk.it)
    story.resolve(*((1.05, 1.5) if ending == "overdue" else (0.2, 0.8)), is_remote=ending == "remote")
    if ending == "refused":
        _again(story)
    if ending == "unsigned":
        story.later(60 * 24 * 2, 60 * 24 * 4)
        why = "报修人轮转离院，电话确认已恢复"
        story.act(close_unsigned, story.ticket, by=story.desk.it, why=why)
        return
    story.close()


def _again(story: Story) -> None:
    """Not solved: the second cycle."""
    story.later(60, 400)
    story.act(refuse_solution, story.ticket, by=story.desk.it, why=story.dice.choice(story.words["refusals"]))
    story.accept()
    story.resolve()


def _major(story: Story) -> None:
    major, start = story.words["major"], story.at
    story.report()
    story.accept(0.3, 0.6)
    for side, minute, words in major["talk"]:
        story.at = max(story.at, start + MINUTE * minute)
        story.act(say, story.ticket, by=story.desk.it if side == "hospital" else story.engineer, text=words)
        if minute == 6:
            story.visit()
    story.resolve(0.3, 0.5)
    story.close()


def _open(story: Story, end: str) -> None:
    """How the tickets of this hour stand."""
    from tickets.services.levels import propose_severity
    from tickets.services.working import ask_back, hand_over

    now = story.until
    if end == "phoned_late":
        story.at, called = now - MINUTE * 90, now - MINUTE * 130
        return story.report(called=called)
    story.report()
    if end in ("call", "reported"):
        return None
    if end == "late":
        story.at = now - MINUTE * 40
        return story.act(accept, story.ticket, by=story.engineer)
    story.accept(0.2, 0.8)
    story.later(2, 8)
    story.act(say, story.ticket, by=story.engineer, text="已接单，正在远程查看日志，半小时内给您回复。")
    if end in ("visit", "arrived"):
        story.at = now - MINUTE * (25 if end == "visit" else 100)
        story.visit(is_there=end == "arrived", has_left=False)
    elif end == "waiting":
        story.act(ask_back, story.ticket, by=story.engineer, why="等科室提供检查号", wakes_at=now + MINUTE * 150)
    elif end == "paused":
        story.act(pause, story.ticket, by=story.desk.it, why=story.words["pauses"][0])
    elif end == "wish":
        graver = Severity.C
        story.act(propose_severity, story.ticket, by=story.engineer, severity=graver, why="高峰后自行恢复")
    elif end == "handed_over":
        story.act(hand_over, story.ticket, by=story.engineer, why="电脑浏览器策略限制，请信息科终端组处理")
    elif end in ("resolved", "signed", "refused"):
        story.resolve(0.1, 0.4)
        if end == "signed":
            story.sign()
        if end == "refused":
            _refused_now(story)
    return None


def _refused_now(story: Story) -> None:
    story.at = story.until - MINUTE * 70
    story.act(refuse_solution, story.ticket, by=story.desk.it, why=story.words["refusals"][2])
    story.later(4, 9)
    story.act(accept, story.ticket, by=story.engineer)


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────────
def make_tickets(members: Mapping[str, Membership], *, at: datetime, share: float = 1.0) -> None:
    """`share`: of the year's tickets; those that are open now are always made."""
    words = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    people: dict[str, Person] = {}
    desks = {desk.code: desk for desk in _desks(members, people)}
    plots = [*_past_plots(desks, words, at, share), *_major_plots(desks, words, at), *_open_plots(desks, words, at)]
    recurring: dict[str, Ticket] = {}
    for begun, tell in sorted(plots, key=lambda plot: plot[0]):
        del begun
        story = tell()
        _link_recurrence(story, recurring)
    _read_by(desks, before=at - timedelta(hours=20))


Plot = tuple[datetime, Callable[[], Story]]


def _past_plots(desks: Mapping[str, Desk], words: Mapping[str, Any], at: datetime, share: float) -> Iterator[Plot]:
    for code, count in PER_CODE.items():
        desk, dice = desks[code], random.Random(f"{SEED} {code}")  # noqa: S311
        first, last = _served(desk.contract, at)
        for number in range(max(1, round(count * share))):
            begun = _working_hour(first + (last - first) * (number + dice.random()) / count, dice)
            story = Story(desk, dice.choice(words[code]), dice, words, begun, at - timedelta(hours=2))
            ending = dice.choices(list(ENDINGS), list(ENDINGS.values()))[0]
            yield begun, _teller(story, _past, ending)
            if number == count // 2:  # the same again within the month
                again = Story(desk, story.case, dice, words, begun + RECURS_AFTER, at - timedelta(days=1))
                yield again.at, _teller(again, _past, "plain")


def _major_plots(desks: Mapping[str, Desk], words: Mapping[str, Any], at: datetime) -> Iterator[Plot]:
    major, dice = words["major"], random.Random(f"{SEED} major")  # noqa: S311
    case = {**major, "kind": "fault", "levels": ["1"], "by": "放射科", "cause": "hardware", "remedy": "replaced"}
    day = timezone.localtime(at) - timedelta(days=MAJOR_DAYS_AGO)
    begun = day.replace(hour=8, minute=5, second=0, microsecond=0)
    story = Story(desks["pacs"], case, dice, words, begun, at, engineer="engineer")
    yield begun, _teller(story, _major)


def _open_plots(desks: Mapping[str, Desk], words: Mapping[str, Any], at: datetime) -> Iterator[Plot]:
    for number, one in enumerate(words["open"]):
        desk, dice = desks[one["code"]], random.Random(f"{SEED} open {number}")  # noqa: S311
        model = words[one["code"]][0]
        case = {**model, **one, "kind": "fault", "levels": [one["level"]], "by_web": one["end"] == "call"}
        begun = at - MINUTE * one["ago"] * 1.0
        story = Story(desk, case, dice, words, begun, at, engineer=ENGINEERS[one["code"]][(number % 4 == 3 and 1) or 0]
                      if len(ENGINEERS[one["code"]]) > 1 else ENGINEERS[one["code"]][0])  # fmt: skip
        yield begun, _teller(story, _open, one["end"])


def _teller(story: Story, tell: Callable[..., object], *how: str) -> Callable[[], Story]:
    def told() -> Story:
        tell(story, *how)
        return story

    return told


def _desks(members: Mapping[str, Membership], people: dict[str, Person]) -> Iterator[Desk]:
    for username in IT.values():
        with wall.opened(Context()):
            member = members[username]
            wall.enter(member.user_id, member.pk)
            departments = {one.name: one for one in Department.objects.filter(hospital_id=member.hospital_id)}
            for contract in Contract.objects.select_related("hospital", "vendor", "desk").order_by("blueprint"):
                systems = list(contract.systems.order_by("name"))
                yield Desk(contract, contract.blueprint, members, departments, systems, people)


def _served(contract: Contract, at: datetime) -> tuple[datetime, datetime]:
    """From the first days of the term to what is surely over by now; a lapsed contract ends with its last signing."""
    assert contract.starts_on
    begun = timezone.make_aware(datetime.combine(contract.starts_on, time(9)))
    with wall.opened(Context.of_hospital(contract.hospital_id)):
        signed = [signing.to_on for signing in contract.signings.all()]
    until = min([at - NEAR, *(_end_of(max(signed)) for _ in signed[:1])])
    return begun + timedelta(days=2), until


def _end_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9))) - timedelta(days=6)


def _working_hour(moment: datetime, dice: random.Random) -> datetime:
    day = timezone.localtime(moment).replace(hour=8, minute=0, second=0, microsecond=0)
    if day.weekday() >= 5 and dice.random() < 0.8:
        day -= timedelta(days=2)
    return day + MINUTE * int(dice.triangular(5, 560, 90))


def _link_recurrence(story: Story, recurring: dict[str, Ticket]) -> None:
    """The same fault again within thirty days (ICU-2)."""
    key = f"{story.desk.code} {story.case['title']}"
    before = recurring.get(key)
    recurring[key] = story.ticket
    if before is None or story.ticket.recorded_at - before.recorded_at > timedelta(days=30):
        return
    with wall.opened(story.desk.person(story.desk.it).context):
        held = locked(story.ticket)
        held.recurs = before
        keep(held, at=story.at)


def _read_by(desks: Mapping[str, Desk], *, before: datetime) -> None:
    """What was told in the past was read then."""
    contracts = [desk.contract for desk in desks.values()]
    contexts = [Context.of_hospital(one) for one in {contract.hospital_id for contract in contracts}]
    contexts += [Context.of_vendor(one.vendor_id, one.hospital_id) for one in contracts]
    for context in contexts:
        with wall.opened(context):
            InboxItem.objects.filter(read_at=None, at__lt=before).update(read_at=F("at") + timedelta(minutes=7))
