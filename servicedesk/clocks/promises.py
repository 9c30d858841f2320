"""Promises as JSON and back: copied onto a clock when it starts, and kept in a contract's matrix."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from json import dumps, loads
from typing import Any

from servicedesk.sla.ladder import Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Armed, Metric, Promise, Unit, Window

PLAIN = [field.name for field in fields(Promise) if field.name != "ladder"]
KINDS: dict[str, Any] = {"metric": Metric, "unit": Unit, "window": Window, "armed": Armed}


def stored(promise: Promise) -> dict[str, Any]:
    """Enums are strings; what has its ordinary value is left out."""
    facts = {name: getattr(promise, name) for name in PLAIN}
    ladder = [_stored_rung(rung) for rung in promise.ladder.rungs]
    return {**{name: value for name, value in facts.items() if value is not False and value != ""}, "ladder": ladder}


def _stored_rung(rung: Rung) -> dict[str, Any]:
    return {
        "anchor": rung.anchor,
        "tell": sorted(rung.recipients),
        "percent": rung.percent,
        "minutes": rung.minutes,
    }


def restored(facts: dict[str, Any]) -> Promise:
    return restored_text(dumps(facts, sort_keys=True))


@lru_cache(maxsize=4096)
def restored_text(text: str) -> Promise:
    """The same few promises come back with every clock of a contract."""
    facts: dict[str, Any] = loads(text)
    ladder = Ladder(tuple(_rung(rung) for rung in facts.pop("ladder", ())))
    kept = {name: KINDS[name](value) if name in KINDS else value for name, value in facts.items()}
    return Promise(ladder=ladder, **kept)


def _rung(facts: dict[str, Any]) -> Rung:
    told = frozenset(map(Recipient, facts["tell"]))
    return Rung(Anchor(facts["anchor"]), told, percent=facts["percent"], minutes=facts["minutes"])
