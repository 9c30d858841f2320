"""What happens to a matter's promises, as verbs. Each stops, starts or moves its own clock and no other.

The room above says which act of its own qualifies (a person took it and told the reporter; a check-in; a solution on
record) and what the contract promises (`Terms`); by when is the core's business, and telling is the watch's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial, wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import Life, Terms
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services.waivers import settle_waivers
from servicedesk.clocks.words import in_words
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.course import Course, begun
from servicedesk.sla.promise import Metric, Promise, Severity
from servicedesk.tenancy.bulk import together
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person

Changed = list[Metric]
Courses = dict[Metric, Course]
P = ParamSpec("P")
R = TypeVar("R")


def held(act: Callable[Concatenate[Life, P], R]) -> Callable[Concatenate[Matter | Life, P], R]:
    """Of a matter, which is held for it; or of one whose clocks its caller holds for several acts of one service. What
    is written goes out as one message either way."""

    @wraps(act)
    def done(of: Matter | Life, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(of, Life):
            return act(of, *args, **kwargs)
        with transaction.atomic(), Life.held(of) as life:
            return act(life, *args, **kwargs)

    return done


def start_clocks(matter: Matter, *, terms: Terms, by: Person | None, at: datetime) -> None:
    """`at` is the moment of the report: by phone the first call, by mail the arrival at the mailbox. Once a matter: the
    database says so, and no report pays for a question."""
    courses = begun_by(terms, at=at)
    try:
        with transaction.atomic(), together(using=DEFAULT_DB_ALIAS):
            write_begun(matter, courses, terms)
            record_begun(matter, terms, by=by, at=at)
    except IntegrityError as reason:
        if not any(name in str(reason) for name in Clock.STARTED_ONCE):
            raise
        raise Refused(_("What is promised here runs already.")) from reason


def begun_by(terms: Terms, *, at: datetime) -> Courses:
    try:
        return {
            metric: Course((begun(promise, terms.core_calendar, at, severity=terms.severity),))
            for metric, promise in terms.promises.items()
        }
    except Impossible as reason:
        raise Refused(in_words(reason)) from reason


def first_due(courses: Courses) -> datetime | None:
    """With which the matter itself is written, so that it need not be written twice."""
    due = [clock.due_at for course in courses.values() for clock in course.clocks if clock.is_open and clock.due_at]
    return min(due, default=None)


def write_begun(matter: Matter, courses: Courses, terms: Terms) -> None:
    """In the caller's transaction; the matter is new, or has none of these promises yet. On record it comes after."""
    Life(matter, said=matter.next_due_at).keep(courses, terms)


def record_begun(matter: Matter, terms: Terms, *, by: Person | None, at: datetime) -> None:
    record(Act.CLOCKS_STARTED, matter, by=by, at=at, words={"severity": terms.severity.value or None})


@transaction.atomic
def start_clocks_of_part(part: Matter, whole: Matter, *, terms: Terms, by: Person | None, at: datetime) -> None:
    """What was taken out of another matter is promised since then: each promise begins as it began there, with its
    pauses and with what was raised. What is not promised of the whole counts from where its response counts from."""
    life = Life.locked(whole)
    began = life.course(Metric.RESPOND).latest.counts_from if Metric.RESPOND in life.entries else at

    def course(metric: Metric, promise: Promise) -> Course:
        calendar, severity = terms.core_calendar, terms.severity
        if metric not in life.entries:
            return Course((begun(promise, calendar, began, severity=severity),))
        marked = metric in terms.of_the_mark
        return life.course(metric).of_a_part(promise, calendar, severity=severity, is_of_the_mark=marked)

    Life(part).keep({metric: course(metric, promise) for metric, promise in terms.promises.items()}, terms)
    record_begun(part, terms, by=by, at=at)


@held
def start_promise(life: Life, promise: Promise, *, terms: Terms, by: Person | None, at: datetime) -> Changed:
    """One of the house beside the contract's own; where it has run and ended before, its next cycle. Of `terms`, only
    the desk, the calendar and the severity count."""
    metric = promise.metric
    only = replace(terms, promises={metric: promise})
    try:
        if metric in life.entries:
            again = life.course(metric).reopen(promise, terms.core_calendar, at, severity=terms.severity)
        else:
            again = Course((begun(promise, terms.core_calendar, at, severity=terms.severity),))
    except Impossible as reason:
        raise Refused(in_words(reason)) from reason
    life.keep({metric: again}, only)
    return _recorded(Act.CLOCKS_STARTED, life.matter, [metric], by=by, at=at)


@transaction.atomic
def end_clocks(matter: Matter, *, by: Person | None, at: datetime) -> Changed:
    """The matter is over: what is still promised is promised no more, and no rung speaks of it."""
    settle_waivers(matter, by=by, at=at)
    return withdraw_all(matter, by=by, at=at)


@held
def withdraw_all(life: Life, *, by: Person | None, at: datetime) -> Changed:
    """Where the waivers are settled already."""
    changed = life.act(lambda _metric, course: course.withdraw(at))
    return _recorded(Act.CLOCKS_ENDED, life.matter, changed, by=by, at=at)


@held
def bring_clocks_back(life: Life, *, ended_at: datetime, by: Person | None, at: datetime) -> Changed:
    """The matter is not over after all: what `end_clocks` ended at that moment runs on, paused where it was paused."""
    changed = life.act(lambda _metric, course: course.bring_back(ended_at))
    return _recorded(Act.CLOCKS_REOPENED, life.matter, changed, by=by, at=at)


@held
def stop_clock(life: Life, *metrics: Metric, by: Person | None, at: datetime) -> Changed:
    """Of one act; some acts qualify for several promises."""
    changed = life.act(lambda _metric, course: course.stop(at), upon=metrics)
    return _recorded(Act.CLOCK_STOPPED, life.matter, changed, by=by, at=at)


@held
def withdraw_clock(life: Life, metric: Metric, *, by: Person | None, at: datetime) -> Changed:
    """Not asked for any more, though its own act never came: neither kept nor waived; late, it was missed."""
    changed = life.act(lambda _metric, course: course.withdraw(at), upon=[metric])
    return _recorded(Act.CLOCKS_ENDED, life.matter, changed, by=by, at=at)


@held
def call_for_visit(life: Life, *, by: Person, at: datetime) -> Changed:
    """The clock counts from the report all the same (PACS-8)."""
    changed = life.act(lambda _metric, course: course.call(at), upon=[Metric.ON_SITE])
    return _recorded(Act.VISIT_CALLED, life.matter, changed, by=by, at=at)


@held
def move_start_to_call(life: Life, *, by: Person, at: datetime) -> Changed:
    _only_the_hospital(by, _("Only the hospital may let a visit count from the call."))
    changed = life.act(lambda _metric, course: course.move_start(), upon=[Metric.ON_SITE])
    return _recorded(Act.START_MOVED, life.matter, changed, by=by, at=at)


@held
def pause_clocks(life: Life, *, why: str, by: Person, at: datetime, metrics: Iterable[Metric] | None = None) -> Changed:
    """No clock pauses by itself."""
    _only_the_hospital(by, _("Only the hospital may pause a promise."))
    if not why.strip():
        raise Refused(_("A pause needs a reason that both sides can read."))
    member = str(by.membership_id)
    upon = [metric for metric in (life.entries if metrics is None else metrics) if metric is not Metric.CALL]
    changed = life.act(lambda _metric, course: course.pause(at, why=why, by=member), upon=upon)
    return _recorded(Act.CLOCKS_PAUSED, life.matter, changed, by=by, at=at)


@held
def resume_clocks(life: Life, *, by: Person, at: datetime, metrics: Iterable[Metric] | None = None) -> Changed:
    changed = life.act(lambda _metric, course: course.resume(at), upon=metrics)
    return _recorded(Act.CLOCKS_RESUMED, life.matter, changed, by=by, at=at)


@held
def change_terms(
    life: Life, *, was: Severity, terms: Terms, by: Person | None, at: datetime, is_urgent: bool = False,
    called_at: datetime | None = None,
) -> Changed:  # fmt: skip
    """Another severity or category. What is promised no more is superseded, and what was late by now is missed; what is
    promised anew starts now when the severity was raised or because of the mark, else from the report. `is_urgent`:
    marked now, so that what the mark shortens counts from now. `called_at`: it counts from a call written down since.
    `by=None`: what the hospital had decided before takes effect."""
    if by and was != terms.severity:
        _only_the_hospital(by, _("The severity is the hospital's decision; the vendor proposes it."))
    since = life.counted_since(called_at or at, at)
    under = partial(_under, terms, was, is_urgent, at, since)
    changed = life.act(under, upon=life.contracted, terms=terms)
    present = life.present()
    reported_at = min((clock.counts_from for clock in present), default=at)
    cycle = max((clock.cycle for clock in present), default=1)

    def course(promise: Promise) -> Course:
        from_now = terms.severity.is_graver_than(was) or promise.metric in terms.of_the_mark
        start = since if from_now else reported_at
        return Course((replace(begun(promise, terms.core_calendar, start, severity=terms.severity), cycle=cycle),))

    new = {metric: course(promise) for metric, promise in terms.promises.items() if metric not in life.entries}
    life.keep(new, terms)
    return _recorded(Act.TERMS_CHANGED, life.matter, [*changed, *new], by=by, at=at)


def _under(
    terms: Terms, was: Severity, is_urgent: bool, at: datetime, since: datetime, metric: Metric, course: Course
) -> Course:
    if metric not in terms.promises:
        return course.withdraw(at)
    promise, calendar, marked = terms.promises[metric], terms.core_calendar, metric in terms.of_the_mark
    if is_urgent and marked:
        return course.hastened(promise, calendar, at, severity=terms.severity, since=since)
    return course.changed(promise, calendar, at, was=was, severity=terms.severity, is_of_the_mark=marked, since=since)


@held
def reopen_clocks(life: Life, *, terms: Terms, by: Person, at: datetime) -> Changed:
    """The next cycle; the results of this one stay."""

    def again(metric: Metric, course: Course) -> Course:
        if metric not in terms.promises:
            return course
        return course.reopen(terms.promises[metric], terms.core_calendar, at, severity=terms.severity)

    return _recorded(Act.CLOCKS_REOPENED, life.matter, life.act(again, terms=terms), by=by, at=at)


@transaction.atomic
def acknowledge(clock: Clock, *, by: Person, at: datetime) -> None:
    """'I take care of it': what this clock's ladder has not told yet is not told any more."""
    row = Clock.objects.select_for_update(no_key=True).get(pk=clock.pk)
    if row.outcome or row.acknowledged_at:
        return
    row.acknowledged_at, row.acknowledged_by = at, by.membership_id
    row.save(update_fields=["acknowledged_at", "acknowledged_by"])
    row.steps.filter(fired_at=None).delete()
    record(Act.ACKNOWLEDGED, row, by=by, at=at, words={"metric": row.metric})


@held
def give_clocks_to(life: Life, *, member: UUID | None) -> None:
    """Whoever works on the matter from now on is told by the rungs for the assignee. The giving itself is the room
    above's act, and on its record. Ended clocks too: those that follow them take it over."""
    life.give_to(member)


def _only_the_hospital(by: Person, sentence: object) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(sentence)  # type: ignore[arg-type]


def _recorded(act: Act, matter: Matter, changed: Changed, *, by: Person | None, at: datetime) -> Changed:
    if changed:
        record(act, matter, by=by, at=at, words={"metrics": ",".join(metric.value for metric in changed)})
    return changed
