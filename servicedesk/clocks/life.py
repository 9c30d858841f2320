"""The clocks of one matter, locked: read into courses, changed by the core, stored with their steps. One transaction.

Whoever changes a clock comes through here or is the watch, and both lock the clock first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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
from servicedesk.tenancy.bulk import insert_made
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Matter
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


class Life:
    def __init__(self, matter: Matter, *, using: str = "default", said: datetime | None = None) -> None:
        """`said`: the due time with which a new matter was written."""
        self.matter, self.using, self.said = matter, using, said
        self.entries: dict[Metric, list[Entry]] = {}

    @classmethod
    def locked(cls, matter: Matter, *, using: str = "default") -> Life:
        life = cls(matter, using=using)
        hold_matter(matter.pk, using=using)
        rows = Clock.objects.using(using).filter(matter_id=matter.pk, hospital_id=matter.hospital_id)
        locked = list(rows.select_for_update(no_key=True).order_by("metric", "place"))
        spans = spans_of([row.pk for row in locked], using=using)
        for row in locked:
            life.entries.setdefault(Metric(row.metric), []).append(read(row, spans.get(row.pk, []), using=using))
        return life

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
        Clock.objects.using(self.using).filter(pk__in=[row.pk for row in rows]).update(assignee=member)

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
            entry.row.save(using=self.using, update_fields=STORED)
        insert_made([entry.row for entry in fresh], using=self.using)
        store_spans([*moved, *fresh], using=self.using)
        if moved:
            plan_anew([(entry.row, entry.clock) for entry in moved], using=self.using)
        plan_fresh([(entry.row, entry.clock) for entry in fresh], using=self.using)
        if moved or fresh:
            self.say_next()

    def say_next(self) -> None:
        """What queues are sorted by."""
        rows = [entry.row for entries in self.entries.values() for entry in entries]
        due = [row.due_at for row in rows if row.outcome is None and row.due_at]
        self.matter.next_due_at = min(due, default=None)
        if self.said and self.said == self.matter.next_due_at:
            return
        Matter.objects.using(self.using).filter(pk=self.matter.pk).update(next_due_at=self.matter.next_due_at)


def hold_matter(matter_id: UUID, *, using: str = "default") -> None:
    """Whoever changes a matter's promises, or what stands above them, holds the matter first: one after the other, and
    in no ring. NO KEY: the watch, which locks clocks alone, writes rows that point at the matter meanwhile."""
    held = Matter.objects.using(using).select_for_update(no_key=True).filter(pk=matter_id)
    list(held.order_by().values_list("pk"))


def read(row: Clock, spans: list[Span], *, using: str) -> Entry:
    return Entry(row, reading.clock_of(row, spans, reading.calendar(row.calendar_id, using=using)), spans)


def spans_of(clocks: list[UUID], *, using: str) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = {}
    if clocks:
        for span in Span.objects.using(using).filter(clock__in=clocks).order_by("start_at", "id"):
            found.setdefault(span.clock_id, []).append(span)
    return found


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
                span.save(using=using, update_fields=["end_at"])
        begun = [_span(entry.row, pause) for pause in entry.clock.pauses[len(entry.spans) :]]
        entry.spans += begun
        fresh += begun
    if fresh:
        Span.objects.using(using).bulk_create(fresh)


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
