"""The clocks of one matter, locked: read into courses, changed by the core, stored with their steps. One transaction.

Whoever changes a clock comes through here or is the watch, and both lock the clock first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from servicedesk.clocks import reading
from servicedesk.clocks.models import Clock, Desk, Span, WorkCalendar
from servicedesk.clocks.planning import plan_anew, plan_fresh
from servicedesk.clocks.promises import stored
from servicedesk.clocks.words import in_words
from servicedesk.sla.calendar import Calendar, Impossible
from servicedesk.sla.clock import Clock as Running
from servicedesk.sla.clock import Pause
from servicedesk.sla.course import Course
from servicedesk.sla.promise import Metric, Promise, Severity
from servicedesk.tenancy.bulk import insert_made, say, together, update_made
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.plans import Said, Statement, rows_of, send
from servicedesk.tenancy.reading import Columns
from servicedesk.tenancy.refusals import Refused

STORED = [
    *("counts_from", "armed_at", "agreed_at", "due_at", "is_provisional", "stopped_at", "outcome", "cycle"),
    *("severity", "raised_over", "is_standing", "called_at", "calendar"),
]


@dataclass(frozen=True)
class Terms:
    """What the room above looked up in the contract: which promises, by which calendar, and who is told of them."""

    desk: Desk
    calendar: WorkCalendar
    category: str
    severity: Severity
    promises: Mapping[Metric, Promise]
    of_the_mark: frozenset[Metric] = frozenset()  # promised because it is marked an emergency

    @property
    def core_calendar(self) -> Calendar:
        return reading.calendar(self.calendar.pk)


@dataclass
class Entry:
    """A clock's row with its pauses, beside the clock as the core knows it."""

    row: Clock
    clock: Running
    spans: list[Span] = field(default_factory=list)


Act = Callable[[Metric, Course], Course]


HOLD = Statement.of("hold_matter", "SELECT FROM tenancy_matter WHERE id = %s::uuid FOR NO KEY UPDATE")
CLOCK = Columns(Clock, "c")
CLOCKS = Statement.of(
    "hold_clocks",
    f"""SELECT {CLOCK.words}, (SELECT jsonb_agg(s ORDER BY s.start_at, s.id) FROM clocks_span s WHERE s.clock_id = c.id)
          FROM clocks_clock c WHERE c.hospital_id = %s::bigint AND c.matter_id = %s::uuid
         ORDER BY c.metric, c.place FOR NO KEY UPDATE OF c""",  # noqa: S608 - names of fields
)
GIVE = Statement.of(
    "give_clocks",
    "UPDATE clocks_clock SET assignee = %s::uuid WHERE hospital_id = %s::bigint AND matter_id = %s::uuid",
)


# What has its result, or is promised no more, needs no waiver: nobody decides any more what was asked for. A remote
# solution's stands until the hospital's word on the solution.
NEEDLESS = Statement.of(
    "settle_waivers",
    """UPDATE clocks_waiver w SET is_granted = false, decided_at = greatest(w.asked_at, c.stopped_at)
         FROM clocks_clock c WHERE c.id = w.clock_id AND c.hospital_id = w.hospital_id AND c.id = ANY (%s::uuid[])
          AND w.decided_at IS NULL AND NOT w.is_remote_solution""",
)


class Life:
    def __init__(self, matter: Matter, *, using: str = "default", said: datetime | None = None) -> None:
        """`said`: the due time with which a new matter was written."""
        self.matter, self.using, self.said = matter, using, said
        self.entries: dict[Metric, list[Entry]] = {}
        self.is_several = self.has_moved = False

    @classmethod
    def locked(cls, matter: Matter, *, using: str = "default") -> Life:
        life = cls(matter, using=using)
        for row, spans in _locked(matter, using=using):
            life.entries.setdefault(Metric(row.metric), []).append(read(row, spans, using=using))
        return life

    @classmethod
    @contextmanager
    def held(cls, matter: Matter, *, using: str = "default") -> Iterator[Life]:
        """For several acts of one service: its clocks are read once, and what is written goes out as one message."""
        life = cls.locked(matter, using=using)
        life.is_several = True
        with together(using=using):
            yield life
            if life.has_moved:
                life.say_next()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def course(self, metric: Metric) -> Course:
        entries = self.entries[metric]
        place = next(number for number, entry in enumerate(entries) if entry.row.is_standing)
        return Course(tuple(entry.clock for entry in entries), entries[place].row.called_at, place)

    def present(self) -> list[Running]:
        """The contract's clocks of the latest cycle: after a reopening, what was reported before is over and done with.
        Those of the house count cycles of their own."""
        clocks = [entry.clock for metric in self.contracted for entry in self.entries[metric]]
        latest = max((clock.cycle for clock in clocks), default=1)
        return [clock for clock in clocks if clock.cycle == latest]

    @property
    def contracted(self) -> list[Metric]:
        return [metric for metric in self.entries if not metric.is_of_the_house]

    def counted_since(self, said: datetime, at: datetime) -> datetime:
        """From when a raise counts, whatever is promised: from its call, unless something is known since."""
        return max((self.course(metric).counted_since(said, at) for metric in self.contracted), default=said)

    def act(self, act: Act, *, upon: Iterable[Metric] | None = None, terms: Terms | None = None) -> list[Metric]:
        """Which promises it changed. What cannot be is refused in the person's words."""
        metrics = [metric for metric in (self.entries if upon is None else upon) if metric in self.entries]
        before = {metric: self.course(metric) for metric in metrics}
        after = {metric: refused_in_words(act, metric, course) for metric, course in before.items()}
        changed = {metric: course for metric, course in after.items() if course != before[metric]}
        self.keep(changed, terms)
        return list(changed)

    def keep(self, courses: Mapping[Metric, Course], terms: Terms | None = None) -> None:
        moved: list[Entry] = []
        fresh: list[Entry] = []
        for metric, course in courses.items():
            entries = self.entries.setdefault(metric, [])
            for place, clock in enumerate(course.clocks):
                if place == len(entries):
                    entries.append(self._fresh(metric, place, clock, terms))
                    fresh.append(entries[place])
                elif _differs(entries[place], clock, course, place):
                    moved.append(entries[place])
                _take(entries[place], clock, course, place)
        self._store(moved, fresh)

    @property
    def assignee(self) -> UUID | None:
        return next((entry.row.assignee for entries in self.entries.values() for entry in entries), None)

    def give_to(self, member: UUID | None) -> None:
        rows = [entry.row for entries in self.entries.values() for entry in entries]
        for row in rows:
            row.assignee = member
        say(GIVE, [member, self.matter.hospital_id, self.matter.pk], using=self.using)

    def _fresh(self, metric: Metric, place: int, clock: Running, terms: Terms | None) -> Entry:
        assert terms, "another clock needs its terms"
        row = Clock(
            id=uuid7(),
            hospital_id=self.matter.hospital_id,
            vendor_id=self.matter.vendor_id,
            matter_id=self.matter.pk,
            desk_id=terms.desk.pk,
            calendar_id=terms.calendar.pk,
            assignee=self.assignee,
            metric=metric.value,
            place=place,
            category=terms.category,
            promise=stored(clock.promise),
        )
        return Entry(row, clock)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def _store(self, moved: list[Entry], fresh: list[Entry]) -> None:
        # What stands no more goes first: of one promise, two clocks may not stand at once.
        for entry in sorted(moved, key=lambda entry: entry.row.is_standing):
            update_made(entry.row, STORED, using=self.using)
        insert_made([entry.row for entry in fresh], using=self.using)
        store_spans([*moved, *fresh], using=self.using)
        if moved:
            plan_anew([(entry.row, entry.clock) for entry in moved], using=self.using)
        plan_fresh([(entry.row, entry.clock) for entry in fresh], using=self.using)
        if over := [str(entry.row.pk) for entry in moved if entry.row.outcome]:
            say(NEEDLESS, [over], using=self.using)
        self.has_moved = self.has_moved or bool(moved or fresh)
        if self.has_moved and not self.is_several:
            self.say_next()

    def say_next(self) -> None:
        """What queues are sorted by."""
        rows = [entry.row for entries in self.entries.values() for entry in entries]
        due = [row.due_at for row in rows if row.outcome is None and row.due_at]
        self.matter.next_due_at = min(due, default=None)
        if not self.said or self.said != self.matter.next_due_at:
            update_made(self.matter, ["next_due_at"], using=self.using)


def holding_matter(matter_id: UUID) -> Said:
    """Whoever changes a matter's promises, or what stands above them, holds the matter first: one after the other, and
    in no ring. NO KEY: the watch, which locks clocks alone, writes rows that point at the matter meanwhile."""
    return HOLD, [matter_id]


def hold_matter(matter_id: UUID) -> None:
    send([holding_matter(matter_id)], using=DEFAULT_DB_ALIAS)


def _locked(matter: Matter, *, using: str) -> Iterator[tuple[Clock, list[Span]]]:
    question = CLOCKS, [matter.hospital_id, matter.pk]
    for *values, spans in rows_of([holding_matter(matter.pk), question], using=using):
        yield CLOCK.made(values, using=using), [_span_of(facts, using) for facts in json.loads(spans or "[]")]


def _span_of(facts: dict[str, Any], using: str) -> Span:
    fields = Span._meta.concrete_fields
    return Span.from_db(using, [f.attname for f in fields], [f.to_python(facts[f.attname]) for f in fields])


def read(row: Clock, spans: list[Span], *, using: str) -> Entry:
    return Entry(row, reading.clock_of(row, spans, reading.calendar(row.calendar_id, using=using)), spans)


def _differs(entry: Entry, clock: Running, course: Course, place: int) -> bool:
    stands = place == course.place % len(course.clocks)
    called = course.called_at if stands else entry.row.called_at
    return entry.clock != clock or entry.row.is_standing != stands or entry.row.called_at != called


def _take(entry: Entry, clock: Running, course: Course, place: int) -> None:
    entry.clock, row = clock, entry.row
    for name, fact in reading.facts_of(clock).items():
        setattr(row, name, fact)
    row.is_standing = place == course.place % len(course.clocks)
    if row.is_standing:
        row.called_at = course.called_at


def store_spans(entries: list[Entry], *, using: str) -> None:
    """Pauses are only ever begun and ended."""
    fresh: list[Span] = []
    for entry in entries:
        for span, pause in zip(entry.spans, entry.clock.pauses, strict=False):
            if span.end_at != pause.end:
                span.end_at = pause.end
                update_made(span, ["end_at"], using=using)
        begun = [_span(entry.row, pause) for pause in entry.clock.pauses[len(entry.spans) :]]
        entry.spans += begun
        fresh += begun
    insert_made(fresh, using=using)


def _span(row: Clock, pause: Pause) -> Span:
    return Span(
        hospital_id=row.hospital_id,
        vendor_id=row.vendor_id,
        clock_id=row.pk,
        start_at=pause.start,
        end_at=pause.end,
        why=pause.why,
        by=UUID(pause.by) if pause.by else None,
    )


def refused_in_words(act: Act, metric: Metric, course: Course) -> Course:
    try:
        return act(metric, course)
    except Impossible as reason:
        raise Refused(in_words(reason)) from reason
