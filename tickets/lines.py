"""A ticket's stream as it is read: conversation, internal notes, acts and escalations in one, a page at a time.

One query over the three tables, newest first, from an edge on: the same cost with 3 lines and with 300.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.functional import Promise as Text

from servicedesk.clocks.models import Escalation
from servicedesk.clocks.words import METRICS, RECIPIENTS
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.wall import Person
from tickets.enums import Kind
from tickets.models import Entry, Note, Ticket
from tickets.permissions import SEE_NOTES
from tickets.words import promises, sentence

PAGE = 40
TALK, NOTES, ACTS, CLOCKS = "talk", "notes", "acts", "clocks"
COLUMNS = ("id", "moment", "sort", "done", "who", "of_side", "words", "more")


@dataclass(frozen=True)
class Line:
    id: UUID
    at: datetime
    kind: str  # message, act, note or escalation
    act: str
    by_name: str
    by_side: str
    text: str
    facts: dict[str, Any]
    times: int = 1  # how often in a row the same promise escalated
    first_at: datetime | None = None  # the first of these, where there are several

    @property
    def said(self) -> str:
        """What an act says."""
        return sentence(self)  # type: ignore[arg-type]

    @property
    def promises(self) -> list[str]:
        return promises(self)  # type: ignore[arg-type]

    @property
    def metric(self) -> str | Text:
        return METRICS[Metric(self.facts["metric"])]

    @property
    def nobody(self) -> list[str | Text]:
        return [RECIPIENTS[Recipient(role)] for role in self.facts.get("nobody", ())]


@dataclass(frozen=True)
class Stream:
    lines: list[Line]  # as it happened, oldest first
    older: str  # the edge before which there is more; empty: that is all


def stream_of(ticket: Ticket, person: Person, *, show: str = "", before: str = "", limit: int = PAGE) -> Stream:
    edge = _edge(before)
    parts = [part.filter(_beyond(edge)) if edge else part for part in _parts(ticket, person, show)]
    rows = _together(parts)[: limit + 1]
    lines = [Line(*row) for row in rows]
    older = _written(lines[limit - 1]) if len(lines) > limit else ""
    return Stream(_folded(lines[:limit][::-1]), older)


def new_since(ticket: Ticket, person: Person, *, since: datetime | None) -> list[Line]:
    """What came while somebody wrote; their own lines are no news to them."""
    if since is None:
        return []
    parts = [part.filter(moment__gt=since) for part in _parts(ticket, person, "")]
    return _folded([Line(*row) for row in _together(parts)[:PAGE]][::-1])


def chips(person: Person) -> list[str]:
    return [TALK, NOTES, ACTS, CLOCKS] if SEE_NOTES.reach_of(person) else []


def _folded(lines: list[Line]) -> list[Line]:
    """Rungs of one promise with nothing between them are one line: who was told of each stands on the clock's page."""
    found: list[Line] = []
    for line in lines:
        if found and _is_again(found[-1], line):
            last = found.pop()
            line = replace(line, times=last.times + 1, first_at=last.first_at or last.at)
        found.append(line)
    return found


def _is_again(last: Line, line: Line) -> bool:
    both = {last.kind, line.kind} == {"escalation"}
    return both and all(last.facts[name] == line.facts[name] for name in ("clock", "nobody"))


def _together(parts: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = parts
    rows = first.union(*others, all=True) if others else first
    return rows.order_by("-moment", "-id")


def _parts(ticket: Ticket, person: Person, show: str) -> list[QuerySet[Any, Any]]:
    wanted = {show} if show in chips(person) else {TALK, ACTS, *chips(person)}
    kinds = [kind for kind, chip in ((Kind.MESSAGE, TALK), (Kind.ACT, ACTS)) if chip in wanted]
    parts: list[QuerySet[Any, Any]] = []
    if kinds:
        parts.append(_entries(ticket, person, kinds))
    if NOTES in wanted and SEE_NOTES.reach_of(person):
        parts.append(_notes(ticket, person))
    if CLOCKS in wanted and SEE_NOTES.reach_of(person):
        parts.append(_escalations(ticket, person))
    return parts


def _entries(ticket: Ticket, person: Person, kinds: Iterable[Kind]) -> QuerySet[Any, Any]:
    rows = Entry.objects.visible_to(person).filter(ticket=ticket, kind__in=list(kinds))
    return _as_lines(rows, F("at"), F("kind"), F("act"), F("by_name"), F("by_side"), F("text"), F("facts"))


def _notes(ticket: Ticket, person: Person) -> QuerySet[Any, Any]:
    rows = Note.objects.visible_to(person).filter(ticket=ticket)
    nothing = Value({}, JSONField())
    return _as_lines(rows, F("at"), _word("note"), _word(""), F("by_name"), F("side"), F("text"), nothing)


def _escalations(ticket: Ticket, person: Person) -> QuerySet[Any, Any]:
    rows = Escalation.objects.visible_to(person).filter(hospital=ticket.hospital_id, clock__matter=ticket.matter_id)
    facts = JSONObject(metric="clock__metric", clock="clock_id", rung="rung", late="is_late", nobody="nobody")
    return _as_lines(
        rows, F("fired_at"), _word("escalation"), _word(""), _word(""), _word(""), _word("", TextField()), facts
    )


def _as_lines(rows: QuerySet[Any, Any], *values: Any) -> QuerySet[Any, Any]:
    named = dict(zip(COLUMNS[1:], values, strict=True))
    lines: QuerySet[Any, Any] = rows.annotate(**named).order_by().values_list(*COLUMNS)
    return lines


def _word(word: str, field: Any = None) -> Cast:
    return Cast(Value(word), field or CharField(max_length=40))


def _beyond(edge: tuple[datetime, UUID]) -> Q:
    at, key = edge
    return Q(moment__lt=at) | Q(moment=at, id__lt=key)


def _written(line: Line) -> str:
    return f"{line.at.isoformat()}~{line.id}"


def _edge(text: str) -> tuple[datetime, UUID] | None:
    """What somebody else made of the address gives the newest page."""
    at, _mark, key = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
