"""The demo's one disaster: a fault of severity 1 that became a major incident, minute by minute, with its review."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from servicedesk.demo_story import MINUTE, Story
from servicedesk.tenancy.enums import Side
from tickets.models import MajorIncident, PlanTick
from tickets.services.emergencies import tick
from tickets.services.incidents import (
    add_measure,
    declare_incident,
    end_incident,
    finish_measure,
    take_part,
    update_incident,
    write_review,
)
from tickets.services.visiting import arrive, call_for_visit, dispatch, leave
from tickets.services.working import say

Beat = tuple[int, Callable[[], object]]


def tell_incident(story: Story) -> None:
    start = story.at
    story.report()
    story.accept(0.3, 0.6)
    major = story.words["major"]
    declared = {"title": major["title"], "why": major["why"], "every_minutes": major["every"]}
    incident = story.act(declare_incident, story.ticket, by=story.desk.lead, **declared)
    beats: list[Beat] = [*_said(story, major), *_updated(story, incident, major), *_done(story), *_gone(story, major)]
    for minute, do in sorted(beats, key=lambda beat: beat[0]):
        story.at = max(story.at, start + MINUTE * minute)
        do()
    story.at = start + MINUTE * 172
    story.solve()
    story.at += MINUTE * 4
    story.act(end_incident, incident, by=story.desk.lead, text=major["over"])
    story.close()
    _reviewed(story, incident, major)


def _who(story: Story, side: str) -> str:
    return story.desk.it if side == "hospital" else story.engineer


def _said(story: Story, major: Mapping[str, Any]) -> Iterator[Beat]:
    for side, minute, words in major["talk"]:
        by = _who(story, side)
        yield minute, lambda by=by, text=words: story.act(say, story.ticket, by=by, text=text)


def _updated(story: Story, incident: MajorIncident, major: Mapping[str, Any]) -> Iterator[Beat]:
    for username, minute, does in major["parts"]:
        yield minute, lambda by=username, does=does: story.act(take_part, incident, by=by, does=does)
    for username, minute, words in major["updates"]:
        yield minute, lambda by=username, text=words: story.act(update_incident, incident, by=by, text=text)


def _done(story: Story) -> Iterator[Beat]:
    """The emergency plan, step by step, by whose step it is."""
    story.desk.stage.enter(story.desk.it)
    for row in PlanTick.objects.filter(ticket=story.ticket):
        minute = row.minutes or 168
        yield minute - 2, lambda row=row: story.act(tick, row, by=_who(story, row.side), is_done=True)


def _gone(story: Story, major: Mapping[str, Any]) -> Iterator[Beat]:
    """Somebody drives there at once."""
    engineer = story.desk.stage.members[story.engineer]

    def called() -> None:
        visit = story.act(call_for_visit, story.ticket, by=story.desk.it, why=story.words["visits"][0])
        story.act(dispatch, visit, by=story.engineer, engineer=engineer, planned_at=story.at + MINUTE * 20)
        visits.append(visit)

    def there() -> None:
        visits.append(story.act(arrive, visits[-1], by=story.engineer, where=major["where"]))

    visits: list[Any] = []
    yield 7, called
    yield 26, there
    yield 166, lambda: story.act(leave, visits[-1], by=story.engineer, work=story.words["works"][2])


def _reviewed(story: Story, incident: MajorIncident, major: Mapping[str, Any]) -> None:
    """Written by the hospital, mended by the vendor; measures with names and days, one of them done."""
    first, second = major["review"], {**major["review"], **major["mended"]}
    lead, vendor = story.desk.lead, "manager"
    story.at += timedelta(days=2)
    reviewed = story.act(write_review, incident, by=lead, seen=_version(incident), **first)
    rows = [
        story.act(add_measure, incident, by=lead, words=words, side=Side(side), who=who,
                  due_on=(story.at + timedelta(days=days)).date())
        for words, side, who, days in major["measures"]
    ]  # fmt: skip
    story.at += timedelta(days=1)
    story.act(write_review, incident, by=vendor, seen=reviewed.version, **second)
    story.at += timedelta(days=20)
    story.act(finish_measure, rows[0], by=vendor)


def _version(incident: MajorIncident) -> int:
    return MajorIncident.objects.values_list("version", flat=True).get(pk=incident.pk)
