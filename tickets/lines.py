"""A ticket's stream as it is read: conversation, internal notes, acts and escalations in one, a page at a time.

One query over the three tables, newest first, from an edge on: the same cost with 3 lines and with 300.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise as Text

from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.clocks.words import METRICS, RECIPIENTS
from servicedesk.sla.ladder import Recipient
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.wall import Person
from tickets.enums import Kind
from tickets.models import Ticket
from tickets.permissions import SEE_NOTES
from tickets.words import promises, sentence

PAGE = 40
TALK, NOTES, ACTS, CLOCKS = "talk", "notes", "acts", "clocks"
Edge = tuple[datetime, UUID]
ASKED = "SELECT * FROM ticket_lines(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


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
    lines = _lines(ticket, person, show, edge=_edge(before), most=limit + 1)
    older = _written(lines[limit - 1]) if len(lines) > limit else ""
    return Stream(_folded(lines[:limit][::-1]), older)


def new_since(ticket: Ticket, person: Person, *, since: datetime | None) -> list[Line]:
    """What came while somebody wrote; their own lines are no news to them."""
    return _folded(_lines(ticket, person, "", since=since, most=PAGE)[::-1]) if since else []


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


def _lines(
    ticket: Ticket, person: Person, show: str, *, most: int, since: datetime | None = None, edge: Edge | None = None
) -> list[Line]:
    """Newest first, of the kinds this person reads, by a function that keeps its plan (migration 0008)."""
    wanted = {show} if show in chips(person) else {TALK, ACTS, *chips(person)}
    kinds = [kind.value for kind, chip in ((Kind.MESSAGE, TALK), (Kind.ACT, ACTS)) if chip in wanted]
    notes_of = person.side.value if NOTES in wanted and SEE_NOTES.reach_of(person) else None
    with_clocks = CLOCKS in wanted and bool(SEE_NOTES.reach_of(person) and SEE_CLOCKS.reach_of(person))
    whose = (ticket.pk, ticket.hospital_id, ticket.matter_id, kinds, notes_of, with_clocks)
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [*whose, since, *(edge or (None, None)), most])
        return [Line(*(*row[:-1], json.loads(row[-1]))) for row in cursor.fetchall()]


def _written(line: Line) -> str:
    return f"{line.at.isoformat()}~{line.id}"


def _edge(text: str) -> Edge | None:
    """What somebody else made of the address gives the newest page."""
    at, _mark, key = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
