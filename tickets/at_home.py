"""What a person's first page shows of tickets. Functions of the database (migration 0006) keep their plans; each list
is one call, bounded, and given the wall's conditions as `visible_to` would say them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.permissions import DECIDE_WAIVER
from servicedesk.clocks.words import METRICS
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Reach, Side
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.paths import path_of
from tickets.permissions import DECIDE_TICKETS, SEE_TICKETS, WORK_TICKETS
from tickets.queue.wanted import NONE

MOST = 100  # counts stop there (migration 0006)
ASKED = ("asked", "call", "objection", "wish", "time", "remote", "waiver")  # what the other side waits for
WHAT: dict[str, str | Promise] = {
    State.CALL_AWAITED: _("Nobody called yet: by phone only"),
    State.HANDED_OVER: _("Not theirs, they say: decide how it goes on"),
    State.WAITING: _("They ask back: an answer of yours is waited for"),
    State.RESOLVED: _("A solution is there: to be signed"),
    State.SIGNED: _("Signed: to be confirmed"),
    "call": _("A call was written down late: is its time right?"),
    "objection": _("Who was to sign says that it is not solved: is it so?"),
    "wish": _("Another severity or kind of service is proposed"),
    "time": _("A time is proposed: does it hold?"),
    "remote": _("Remote access is asked for: may they come in?"),
    "waiver": _("They ask to waive a promise: is it needed?"),
}
ELSEWHERE = {"objection": "decide_objection", "remote": "remote_access"}  # where those are answered
Tags = dict[int, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as one line; of `outages` an announcement, whose ticket a ward may not open."""

    kind: str
    id: UUID
    number: str
    title: str
    severity: str
    state: str
    due_at: datetime | None
    assignee: str
    hospital: int
    words: str
    is_provisional: bool
    since: datetime | None  # the nearest clock counts from here
    clock: str = ""  # at which it is answered
    path: str = ""  # of a page of its own

    @property
    def url(self) -> str:
        if self.kind == "outages":
            return f"{reverse('outages')}#{self.id}"
        return self.path or path_of("ticket", self.id) + (f"#clock-{self.clock}" if self.clock else "")

    @property
    def state_words(self) -> str | Promise:
        return State(self.state).label

    @property
    def what(self) -> str | Promise:
        """What is asked of whoever reads it; nothing where it is merely to be done."""
        return WHAT.get(self.kind) or (WHAT.get(self.state, "") if self.kind == "asked" else "")


@dataclass(frozen=True, slots=True)
class Late:
    """How many are past their time, of one vendor and system."""

    vendor: str
    system: str
    count: int
    vendor_id: int
    system_id: UUID | None

    @property
    def url(self) -> str:
        return f"{reverse('tickets')}?system={self.system_id or NONE}&vendor={self.vendor_id}&overdue=1"


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit of today."""

    ticket: UUID
    number: str
    title: str
    engineer: str
    planned_at: datetime | None
    arrived_at: datetime | None
    where: str
    hospital: int

    @property
    def url(self) -> str:
        return path_of("ticket", self.ticket)


@dataclass
class AtHome:
    """The lists of one page; what a role has no use for is empty. `tags` where rows may be of several hospitals."""

    asked: list[Row]
    mine: list[Row]
    to_accept: list[Row]
    outages: list[Row]
    overdue: list[Row]
    visits: list[Coming]
    late: list[Late]
    counts: dict[str, int]
    tags: Tags

    @property
    def figures(self) -> dict[str, str]:
        """Of what the queue's tabs count further than a first page does, that there is more."""
        return {name: f"{MOST - 1}+" if count >= MOST else str(count) for name, count in self.counts.items()}

    def __bool__(self) -> bool:
        lists = (self.asked, self.mine, self.to_accept, self.outages, self.overdue, self.visits)
        return any(lists) or any(self.counts.values())


def tickets_at_home(person: Person | None, *, at: datetime) -> AtHome | None:
    if person is None or SEE_TICKETS.reach_of(person) is None:
        return None
    if SEE_TICKETS.reach_of(person) is not Reach.ORGANISATION:
        return _of(_asked("tickets_home_of_ward", person.hospital_id, person.department_id, person.membership_id))
    return _of_vendor(person, at) if person.side == Side.VENDOR else _of_hospital(person, at)


def tags_of(person: Person) -> Tags:
    """Short name and hue of each hospital: joined to every row, their policy would be planned for every list."""
    if person.side != Side.VENDOR:
        return {}
    with connection.cursor() as cursor:
        words = "SELECT id, short_name, hue FROM tenancy_hospital WHERE id = ANY (%s)"
        cursor.execute(words, [list(person.hospitals)])
        return {pk: (name, hue) for pk, name, hue in cursor.fetchall()}


def _of_hospital(person: Person, at: datetime) -> AtHome:
    decides = DECIDE_TICKETS.reach_of(person) is not None
    waives = DECIDE_WAIVER.reach_of(person) is not None
    found = _of(_asked("tickets_home_of_hospital", person.hospital_id, decides, waives, at))
    found.visits = _visits(person, at)
    if found.overdue:
        found.late = [Late(*row) for row in _asked("tickets_home_late", person.hospital_id, at)]
    return found


def _of_vendor(person: Person, at: datetime) -> AtHome:
    whose, me = (person.vendor_id, list(person.hospitals)), person.membership_id
    works = WORK_TICKETS.reach_of(person) is not None
    found = _of(_asked("tickets_home_of_vendor", *whose, me, works, at))
    found.visits, found.tags = _visits(person, at), tags_of(person)
    names = ("mine", "to_accept", "team", "overdue")
    found.counts = dict(zip(names, _asked("tickets_home_counts", *whose, me, at)[0], strict=True))
    return found


def _visits(person: Person, at: datetime) -> list[Coming]:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = _asked("tickets_home_visits", person.vendor_id, list(person.hospitals), midnight)
    return [Coming(*row) for row in rows]


def _of(rows: list[tuple[Any, ...]]) -> AtHome:
    found = AtHome([], [], [], [], [], [], [], {}, {})
    for row in map(_row, rows):
        getattr(found, "asked" if row.kind in ASKED else row.kind).append(row)
    return found


def _row(columns: tuple[Any, ...]) -> Row:
    """Another kind of service is proposed without a severity before the reason."""
    row = Row(*columns)
    if row.kind == "waiver":
        clock, metric, why = row.words.split(" ", 2)
        return replace(row, clock=clock, words=f"{METRICS[Metric(metric)]} · {why}")
    if row.kind in ELSEWHERE:
        key, words = row.words.split(" ", 1)
        return replace(row, path=path_of(ELSEWHERE[row.kind], key), words=words)
    return replace(row, words=row.words.removeprefix(" · ")) if row.kind == "wish" else row


def _asked(function: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.callproc(function, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
