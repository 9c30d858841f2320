"""A year of tickets for the demo's contracts, by the services its people would use, at the moments they would have.

The same every time: drawn by a seed, anchored to the day. What goes wrong stands in demo_cases.yaml.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from contracts.models import Contract
from servicedesk.demo_incident import tell_incident
from servicedesk.demo_story import ENGINEERS, IT, MINUTE, Desk, Stage, Story
from servicedesk.demo_together import furnish, plots_together, write_plans
from servicedesk.notices.notify import untold
from servicedesk.sla.promise import Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.undoing import in_one_piece
from servicedesk.tenancy.wall import Context
from tickets.enums import WaitsOn
from tickets.models import Ticket
from tickets.services.levels import propose_severity
from tickets.services.solving import close_unsigned, refuse_solution
from tickets.services.working import accept, ask_back, hand_over, pause, resume, say
from tickets.stream import keep, locked

SEED = "servicedesk demo tickets 1"
CASES = Path(__file__).with_name("demo_cases.yaml")
PER_CODE: Mapping[str, int] = {"pacs": 26, "hrp": 17, "icu": 8, "smart": 12, "pacs-checklist": 7}
MAJOR_DAYS_AGO, RECURS_AFTER = 150, timedelta(days=9)
TALKED = 0.7
NEAR = timedelta(days=2)  # what was reported later than this ago may still be open
# How a past ticket went, and how often of a hundred.
ENDINGS: Mapping[str, int] = {
    "plain": 46, "remote": 12, "visit": 16, "late": 8, "overdue": 6, "paused": 5, "refused": 4, "unsigned": 3,
}  # fmt: skip


# ── how they go ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _past(story: Story, ending: str) -> None:
    story.report()
    story.accept(*((1.1, 1.8) if ending == "late" else (0.15, 0.7)))
    if story.dice.random() < TALKED:
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


def _open(story: Story, end: str) -> None:
    """How the tickets of this hour stand."""
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
        story.act(
            ask_back,
            story.ticket,
            by=story.engineer,
            why="等科室提供检查号",
            who=WaitsOn.REPORTER,
            wakes_at=now + MINUTE * 150,
        )
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
def make_tickets(
    members: Mapping[str, Membership], *, at: datetime, share: float = 1.0, hospitals: Collection[str] = tuple(IT)
) -> None:
    """`share`: of the year's tickets; those that are open now are always made. One transaction, whole or not at all."""
    words = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    recurring: dict[str, Ticket] = {}
    stage = Stage(members)
    # Nobody is refused anything in a made-up year: a third of the way is savepoints.
    with transaction.atomic(), wall.opened(Context()), in_one_piece(), _dated_by(stage):
        desks = {desk.code: desk for desk in _desks(stage, hospitals)}
        with untold():
            write_plans(desks, words["together"], at=at)
            if "pacs" in desks:
                furnish(desks["pacs"], words["together"], at=at)
        plots = [*_past_plots(desks, words, at, share), *_open_plots(desks, words, at)]
        if "pacs" in desks:
            plots += [_major_plot(desks["pacs"], words, at), *plots_together(desks, words["together"], at)]
        for begun, tell in sorted(plots, key=lambda plot: plot[0]):
            with untold() if begun < at - NEAR else nullcontext():  # a year's messages were read long ago
                if story := tell():
                    _link_recurrence(story, recurring)


@contextmanager
def _dated_by(stage: Stage) -> Iterator[None]:
    pre_create_historical_record.connect(stage.date_version)
    try:
        yield
    finally:
        pre_create_historical_record.disconnect(stage.date_version)


Plot = tuple[datetime, Callable[[], Story | None]]


def _past_plots(desks: Mapping[str, Desk], words: Mapping[str, Any], at: datetime, share: float) -> Iterator[Plot]:
    for code, desk in desks.items():
        count, dice = PER_CODE[code], random.Random(f"{SEED} {code}")  # noqa: S311
        first, last = _served(desk, at)
        for number in range(max(1, round(count * share))):
            begun = _working_hour(first + (last - first) * (number + dice.random()) / count, dice)
            story = Story(desk, dice.choice(words[code]), dice, words, begun, at - timedelta(hours=2))
            ending = dice.choices(list(ENDINGS), list(ENDINGS.values()))[0]
            yield begun, _teller(story, _past, ending)
            if number == count // 2:  # the same again within the month
                again = Story(desk, story.case, dice, words, begun + RECURS_AFTER, at - timedelta(days=1))
                yield again.at, _teller(again, _past, "plain")


def _major_plot(desk: Desk, words: Mapping[str, Any], at: datetime) -> Plot:
    major, dice = words["major"], random.Random(f"{SEED} major")  # noqa: S311
    case = {**major, "kind": "fault", "levels": ["1"], "by": "放射科", "cause": "hardware", "remedy": "replaced"}
    day = timezone.localtime(at) - timedelta(days=MAJOR_DAYS_AGO)
    begun = day.replace(hour=8, minute=5, second=0, microsecond=0)
    return begun, _teller(Story(desk, case, dice, words, begun, at, engineer="engineer"), tell_incident)


def _open_plots(desks: Mapping[str, Desk], words: Mapping[str, Any], at: datetime) -> Iterator[Plot]:
    for number, one in enumerate(words["open"]):
        if one["code"] not in desks:
            continue
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


def _desks(stage: Stage, hospitals: Collection[str]) -> Iterator[Desk]:
    for hospital in hospitals:
        it = stage.enter(IT[hospital])
        departments = {one.name: one for one in Department.objects.filter(hospital_id=it.hospital_id)}
        for contract in Contract.objects.select_related("hospital", "vendor", "desk").order_by("blueprint"):
            yield Desk(contract, contract.blueprint, stage, departments, list(contract.systems.order_by("name")))


def _served(desk: Desk, at: datetime) -> tuple[datetime, datetime]:
    """From the first days of the term to what is surely over by now; a lapsed contract ends with its last signing."""
    desk.stage.enter(desk.it)
    contract = desk.contract
    assert contract.starts_on
    begun = timezone.make_aware(datetime.combine(contract.starts_on, time(9)))
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
    story.desk.stage.enter(story.desk.it)
    held = locked(story.ticket)
    held.recurs = before
    keep(held, at=story.at)
