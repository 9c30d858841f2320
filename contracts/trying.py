"""'Try it' (试算): what a report at a moment would promise, without any ticket: for page, API and command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from servicedesk.clocks.words import CHANNELS, sentences
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


def clocks_of(matrix: Matrix, report: Report) -> list[Clock]:
    """In the order in which the contract names its metrics, those that wait to be called for included."""
    matrix.calendar.day_of(report.at)  # refused even where nothing is promised
    terms = matrix.terms(report.category, report.severity, report.at, emergency=report.emergency)
    refuse_closed_channel(matrix, report)
    return [begun(terms[metric], matrix.calendar, report.at) for metric in Metric if metric in terms]


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
