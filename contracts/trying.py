"""'Try it' (试算): what a report at a moment would promise, without any ticket: for page, API and command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from servicedesk.clocks.words import CHANNELS, in_words, sentences
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.clock import Clock
from servicedesk.sla.course import begun
from servicedesk.sla.explain import explain
from servicedesk.sla.promise import Channel, Matrix, Metric, Severity


@dataclass(frozen=True)
class Report:
    """What somebody would say when reporting."""

    category: str
    severity: Severity
    at: datetime
    channel: Channel | None = None
    emergency: bool = False


@dataclass(frozen=True)
class Offer:
    """What may be asked of a contract, or of a blueprint: its words, and the version of its promises."""

    code: str
    name: str
    categories: Mapping[str, str]  # names by code
    levels: tuple[Severity, ...]  # empty where the contract has none: then any report is taken alike
    matrix: Matrix

    @property
    def knows_emergencies(self) -> bool:
        return any(row.emergency for row in self.matrix.rows)


def category_in(offer: Offer, text: str) -> str:
    if text not in offer.categories:
        words = {"category": text, "contract": offer.name, "known": ", ".join(offer.categories)}
        raise Impossible("%(contract)s has no category '%(category)s'. It has: %(known)s.", **words)
    return text


def severity_in(offer: Offer, text: str) -> Severity:
    known = [severity for severity in Severity if severity in (offer.levels or Severity)]
    if text not in known:
        severities = ", ".join(filter(None, known))
        raise Impossible("A severity is needed, one of %(severities)s.", severities=severities)
    return Severity(text) if offer.levels else Severity.NONE


def moment_from(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Impossible("'%(text)s' is no moment. Write it like 2026-10-01T09:00+08:00.", text=text) from None
    if moment.tzinfo is None:
        raise Impossible("'%(text)s' says no time zone. Write it like 2026-10-01T09:00+08:00.", text=text)
    return moment


def channel_from(text: str) -> Channel | None:
    if text and text not in set(Channel):
        known = ", ".join(channel.value for channel in Channel)
        raise Impossible("'%(text)s' is no way to report. There are: %(known)s.", text=text, known=known)
    return Channel(text) if text else None


def answer(offer: Offer, clocks: Iterable[Clock]) -> dict[str, Any]:
    """The same for page, API and command."""
    zone = offer.matrix.calendar.zone
    return {"contract": offer.code, "name": offer.name, "clocks": [described(clock, zone) for clock in clocks]}


def clocks_of(matrix: Matrix, report: Report) -> list[Clock]:
    """In the order in which the contract names its metrics, those that wait to be called for included."""
    matrix.calendar.day_of(report.at)  # refused even where nothing is promised
    terms = matrix.terms(report.category, report.severity, report.at, emergency=report.emergency)
    refuse_closed_channel(matrix, report)
    return [begun(terms[metric], matrix.calendar, report.at) for metric in Metric if metric in terms]


class Misfit(Exception):
    """A refusal beside the field of which it speaks, in the person's language."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@contextmanager
def beside(field: str) -> Iterator[None]:
    try:
        yield
    except Impossible as reason:
        raise Misfit(field, in_words(reason)) from reason


def tried(offer: Offer, report: Report) -> list[Clock]:
    """As `clocks_of`; what refuses says beside which field."""
    matrix = offer.matrix
    with beside("at"):
        matrix.calendar.day_of(report.at)
    with beside("category"):
        matrix.terms(report.category, report.severity, report.at)
    with beside("emergency"):
        matrix.terms(report.category, report.severity, report.at, emergency=report.emergency)
    with beside("reported_by"):
        refuse_closed_channel(matrix, report)
    with beside("at"):
        clocks = clocks_of(matrix, report)
        for clock in clocks:  # a deadline beyond the calendar's last year is found when it is asked for
            clock.due_at  # noqa: B018
    return clocks


def refuse_closed_channel(matrix: Matrix, report: Report) -> None:
    allowed = matrix.channels_for(report.category, report.severity, report.at)
    if report.channel and report.channel not in allowed:
        channels = gettext(", ").join(str(CHANNELS[channel]) for channel in Channel if channel in allowed)
        raise Impossible("This is reported by %(channels)s only; the clocks start then.", channels=channels)


def described(clock: Clock, zone: str) -> dict[str, Any]:
    due = clock.due_at.astimezone(ZoneInfo(zone)).isoformat() if clock.due_at else None
    return {
        "metric": clock.promise.metric.value,
        "due_at": due,
        "window": clock.promise.window.value,
        "target": clock.promise.target,
        "unit": clock.promise.unit.value,
        "armed": clock.promise.armed.value,
        "provisional": clock.is_provisional,
        "clause": clock.promise.clause,
        "house_default": clock.promise.is_default,
        "house_window": clock.promise.window_is_default,
        "by_agreement": clock.promise.by_agreement,
        "because": sentences(explain(clock), zone),
    }
