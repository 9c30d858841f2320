"""A draft's rows as they are stored, faults included: what the editor shows, addresses and changes.

A row is addressed by its place and a mark of what it said, so that two people never overwrite each other unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import Any

from django.utils.translation import gettext as _

from servicedesk.clocks.words import CHANNELS, METRICS, RECIPIENTS, target
from servicedesk.sla.ladder import Anchor, Recipient
from servicedesk.sla.promise import Armed, Channel, Metric, Severity, Unit

Facts = dict[str, Any]
Rungs = list[Facts]


def mark(facts: Any) -> str:
    """Short, and another one as soon as anything changes."""
    return sha256(dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def said_as(facts: Facts) -> str:
    """The target in words, also one that cannot be."""
    try:
        return target(int(facts["target"]), Unit(facts["unit"]))
    except (KeyError, ValueError, TypeError):
        return f"{facts.get('target', '?')} {facts.get('unit', '?')}"


@dataclass(frozen=True)
class Cell:
    row: int
    metric: str
    facts: Facts | None = None  # None: nothing is promised here
    ladder: int | None = None  # its number in the list of ladders
    finding: str = ""  # what the check says of it
    is_error: bool = False

    @property
    def words(self) -> str:
        return said_as(self.facts) if self.facts else ""

    @property
    def waits_for_call(self) -> bool:
        return bool(self.facts) and self.facts.get("armed") == Armed.WHEN_CALLED_FOR  # type: ignore[union-attr]


@dataclass(frozen=True)
class Line:
    place: int
    facts: Facts
    cells: tuple[Cell, ...]
    findings: tuple[str, ...] = ()  # what the check says of the line itself

    @property
    def mark(self) -> str:
        return mark(self.facts)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def severities(self) -> list[str]:
        return [severity.value for severity in Severity if severity and severity in self.facts["severities"]]

    @property
    def window(self) -> str:
        return str(self.facts["window"])

    @property
    def is_emergency(self) -> bool:
        return bool(self.facts["emergency"])

    @property
    def channel_words(self) -> list[str]:
        return [str(CHANNELS[channel]) for channel in Channel if channel in self.facts["channels"]]


@dataclass(frozen=True)
class Group:
    """Rows that speak of the same kinds of service."""

    names: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class LadderInUse:
    rungs: Rungs
    number: int
    used: list[tuple[int, str]] = field(default_factory=list)  # row and metric

    @property
    def mark(self) -> str:
        return mark(self.rungs)

    @property
    def words(self) -> list[str]:
        return [rung_words(rung) for rung in self.rungs]


def ladders_of(rows: Sequence[Facts], spare: Sequence[Rungs] = ()) -> list[LadderInUse]:
    """Those that promises use, in the order of the rows, then those that none uses yet."""
    found: dict[str, LadderInUse] = {}
    for place, promise in promises_of(rows):
        rungs = promise.get("ladder", [])
        if rungs:
            known = found.setdefault(mark(rungs), LadderInUse(rungs, len(found) + 1))
            known.used.append((place, str(promise["metric"])))
    for rungs in spare:
        found.setdefault(mark(rungs), LadderInUse(rungs, len(found) + 1))
    return list(found.values())


def promises_of(rows: Sequence[Facts]) -> Iterator[tuple[int, Facts]]:
    return ((place, promise) for place, row in enumerate(rows) for promise in row["promises"])


Said = Mapping[tuple[int | None, str], Sequence[tuple[str, bool]]]  # by row and metric: sentences, and if an error


def groups_of(
    rows: Sequence[Facts], names: Mapping[str, str], spare: Sequence[Rungs] = (), said: Said | None = None
) -> list[Group]:
    """`names` are the kinds of service by their code, in the catalogue's order."""
    said = said or {}
    numbers = {ladder.mark: ladder.number for ladder in ladders_of(rows, spare)}
    metrics = metrics_of(rows)
    groups: dict[tuple[str, ...], list[Line]] = {}
    for place, row in enumerate(rows):
        cells = tuple(_cell(place, row, metric, numbers, said.get((place, metric), ())) for metric in metrics)
        of_line = tuple(sentence for sentence, _is_error in said.get((place, ""), ()))
        groups.setdefault(named(row, names), []).append(Line(place, row, cells, of_line))
    return [Group(named, tuple(lines)) for named, lines in groups.items()]


def metrics_of(rows: Sequence[Facts]) -> list[str]:
    """What is promised anywhere; an empty draft begins with the response."""
    used = {promise["metric"] for _, promise in promises_of(rows)}
    return [metric.value for metric in Metric if metric in used] or [Metric.RESPOND.value]


def metric_words(metric: str) -> str:
    return str(METRICS[Metric(metric)]) if metric in set(Metric) else metric


def named(row: Facts, names: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds of service a line speaks of, in the catalogue's order."""
    if len(names) > 1 and set(row["categories"]) == set(names):
        return (_("all kinds of service"),)
    known = [name for code, name in names.items() if code in row["categories"]]
    return (*known, *sorted(code for code in row["categories"] if code not in names))


def _cell(place: int, row: Facts, metric: str, numbers: Mapping[str, int], said: Sequence[tuple[str, bool]]) -> Cell:
    facts = promise_in(row, metric)
    ladder = numbers.get(mark(facts.get("ladder", []))) if facts else None
    sentences = " ".join(sentence for sentence, _is_error in said)
    return Cell(place, metric, facts, ladder, sentences, any(is_error for _sentence, is_error in said))


def promise_in(row: Facts, metric: str) -> Facts | None:
    return next((promise for promise in row["promises"] if promise["metric"] == metric), None)


def rung_words(rung: Facts) -> str:
    roles = _(", ").join(role_words(role) for role in Recipient if role in rung["tell"]) or _("nobody")
    return _("%(when)s: %(roles)s") % {"when": when_words(rung), "roles": roles}


def role_words(role: str) -> str:
    return str(RECIPIENTS[Recipient(role)])


def when_words(rung: Facts) -> str:
    words = {"percent": rung["percent"], "minutes": rung["minutes"]}
    if rung["anchor"] == Anchor.SHARE:
        return _("after %(percent)s %% of the time") % words
    if rung["anchor"] == Anchor.START:
        return _("%(minutes)s min after the start") % words if rung["minutes"] else _("at the start")
    return _("%(minutes)s min after the deadline") % words if rung["minutes"] else _("at the deadline")
