"""A feedback form's facts as a page says them: closed words in the reader's language, moments as moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise as Text

from servicedesk.clocks.words import CHANNELS, METRICS, OUTCOMES, target
from servicedesk.sla.clock import Outcome
from servicedesk.sla.promise import Channel, Metric, Unit
from tickets.enums import Cause, Proof, Remedy
from tickets.feedback import Facts


def paper(facts: Facts) -> dict[str, Any]:
    """Facts of an older release lack what this one added; they are shown all the same."""
    return {
        **facts,
        "channel": _word(CHANNELS, Channel, facts.get("channel")),
        "reported_at": moment(facts.get("reported_at")),
        "accepted_at": moment(facts.get("accepted_at")),
        "solutions": [_solution(each) for each in facts.get("solutions", ())],
        "visits": [_visit(each) for each in facts.get("visits", ())],
        "clocks": [_clock(each) for each in facts.get("clocks", ())],
    }


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _solution(each: Facts) -> Facts:
    return each | {
        "at": moment(each["at"]),
        "refused_at": moment(each["refused_at"]),
        "cause": _label(Cause, each["cause"]),
        "remedy": _label(Remedy, each["remedy"]),
    }


def _visit(each: Facts) -> Facts:
    moments = {name: moment(each[name]) for name in ("called_at", "arrived_at", "left_at")}
    return each | moments | {"proof": _label(Proof, each["proof"])}


def _clock(each: Facts) -> Facts:
    return each | {
        "metric": _word(METRICS, Metric, each["metric"]),
        "promised": target(each["target"], Unit(each["unit"])),
        "due_at": moment(each["due_at"]),
        "stopped_at": moment(each["stopped_at"]),
        "is_missed": each["outcome"] == Outcome.MISSED,
        "result": _word(OUTCOMES, Outcome, each["outcome"]),
    }


def _word(words: dict[Any, str | Text], kind: Any, value: str | None) -> str:
    return str(words[kind(value)]) if value and value in set(kind) else value or ""


def _label(kind: Any, value: str) -> str:
    return str(kind(value).label) if value in kind.values else value
