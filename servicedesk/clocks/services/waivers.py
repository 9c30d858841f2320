"""'This is not needed any more.' A remote solution ends a visit at once, and the hospital may contest it; every other
waiver needs a reason and the hospital's approval (PACS-17). What is not decided when all is over is not waived."""

from __future__ import annotations

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext_lazy as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import Life, hold_matter, holding_matter
from servicedesk.clocks.models import Clock, Waiver
from servicedesk.clocks.reading import core_of
from servicedesk.clocks.words import in_words
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.clock import Outcome
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.plans import Statement, rows_of
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person

NEVER_WAIVED = {
    Metric.CALL: _("A call is not waived: log it, or say that the severity stays as it is."),
    Metric.CONFIRM: _("The hospital's own word is not waived: it confirms or refuses the solution."),
}

UNDECIDED = Statement.of(
    "undecided_waivers",
    """SELECT w.id FROM clocks_waiver w JOIN clocks_clock c ON c.hospital_id = w.hospital_id AND c.id = w.clock_id
        WHERE c.hospital_id = %s::bigint AND c.matter_id = %s::uuid AND w.decided_at IS NULL
        ORDER BY w.id FOR NO KEY UPDATE OF w""",
)


@transaction.atomic
def solved_remotely(clock: Clock, *, why: str, by: Person, at: datetime) -> Waiver:
    """Waived at once: nobody drives to what works again. A refusal of the solution brings the original time back. Only
    whoever puts the solution on record says so, at that moment and of no earlier one. What was asked for before is
    answered by it: its words stay in the trail's and the ticket's lines."""
    if clock.metric != Metric.ON_SITE:
        raise Refused(_("Only a visit becomes needless by a remote solution."))
    clock = _held(clock)
    if asked := Waiver.objects.filter(clock=clock, decided_at=None).first():
        waiver = _said_anew(asked, clock, why=why, by=by, at=at)
    else:
        waiver = _asked(clock, solved_at=at, why=why, by=by, at=at, is_remote_solution=True)
    _waive(clock, waiver, by=by, at=at)
    return waiver


@transaction.atomic
def ask_waiver(clock: Clock, *, solved_at: datetime, why: str, by: Person, at: datetime) -> Waiver:
    waiver = _asked(_held(clock), solved_at=solved_at, why=why, by=by, at=at, is_remote_solution=False)
    record(Act.WAIVER_ASKED, clock, by=by, at=at, words={"metric": clock.metric})
    return waiver


@transaction.atomic
def grant_waiver(waiver: Waiver, *, by: Person, at: datetime, said: str = "") -> None:
    _only_the_hospital(by)
    waiver = _undecided(waiver)
    if not waiver.is_remote_solution:
        _refuse_ended(_held(waiver.clock))
    _decide(waiver, is_granted=True, said=said, by=by, at=at)
    if not waiver.is_remote_solution:
        _waive(waiver.clock, waiver, by=by, at=at)


@transaction.atomic
def refuse_waiver(waiver: Waiver, *, by: Person, at: datetime, said: str) -> None:
    """The clock was running all the time; after a remote solution its original time comes back."""
    _only_the_hospital(by)
    if not said.strip():
        raise Refused(_("Say why the promise still holds."))
    waiver = _undecided(waiver)
    _decide(waiver, is_granted=False, said=said, by=by, at=at)
    if waiver.is_remote_solution and _held(waiver.clock).is_standing:  # else another promise took its place
        _take_back(waiver.clock, by=by, at=at)


def settle_waivers(matter: Matter, *, by: Person | None, at: datetime) -> None:
    """The matter is over, and is held from here on. Silence is not the hospital's word: what it did not grant is not
    waived, and a visit spared by a remote solution ends as one that was owed."""
    asked = rows_of([holding_matter(matter.pk), (UNDECIDED, [matter.hospital_id, matter.pk])], using=DEFAULT_DB_ALIAS)
    for waiver in Waiver.objects.filter(pk__in=[pk for (pk,) in asked]) if asked else ():
        _decide(waiver, is_granted=False, said="", by=by, at=at)
        clock = waiver.clock
        if waiver.is_remote_solution and clock.is_standing and clock.outcome == Outcome.WAIVED:
            _take_back(clock, by=by, at=at)


def _asked(
    clock: Clock, *, solved_at: datetime, why: str, by: Person, at: datetime, is_remote_solution: bool
) -> Waiver:
    if not why.strip():
        raise Refused(_("A waiver needs a reason."))
    if clock.metric in NEVER_WAIVED:
        raise Refused(NEVER_WAIVED[Metric(clock.metric)])
    _refuse_ended(clock)
    if Waiver.objects.filter(clock=clock, decided_at=None).exists():
        raise Refused(_("A waiver was asked for already; the hospital has not decided yet."))
    _refuse_impossible(clock, solved_at=solved_at, at=at)
    return Waiver.objects.create(
        hospital_id=clock.hospital_id,
        vendor_id=clock.vendor_id,
        clock=clock,
        is_remote_solution=is_remote_solution,
        solved_at=solved_at,
        why=why,
        asked_by=by.membership_id,
        asked_at=at,
    )


def _said_anew(waiver: Waiver, clock: Clock, *, why: str, by: Person, at: datetime) -> Waiver:
    _refuse_ended(clock)
    _refuse_impossible(clock, solved_at=at, at=at)
    waiver.is_remote_solution, waiver.solved_at, waiver.why = True, at, why
    waiver.asked_by, waiver.asked_at = by.membership_id, at
    waiver.save(update_fields=["is_remote_solution", "solved_at", "why", "asked_by", "asked_at"])
    return waiver


def _held(clock: Clock) -> Clock:
    """As it is now: what another act does with it at this moment is waited for."""
    Life.locked(clock.matter)
    clock.refresh_from_db()
    return clock


def _refuse_ended(clock: Clock) -> None:
    if clock.outcome:
        raise Refused(_("This promise has its result already."))


def _refuse_impossible(clock: Clock, *, solved_at: datetime, at: datetime) -> None:
    """Said when it is asked, not after the hospital has thought about it."""
    if solved_at < clock.counts_from.replace(second=0, microsecond=0):
        raise Refused(_("What is promised here began later."))
    try:
        core_of(clock).waive(at, since=solved_at)
    except Impossible as reason:
        raise Refused(in_words(reason)) from reason


def _waive(clock: Clock, waiver: Waiver, *, by: Person, at: datetime) -> None:
    Life.locked(clock.matter).act(
        lambda _metric, course: course.waive(at, since=waiver.solved_at), upon=[Metric(clock.metric)]
    )
    record(Act.WAIVED, clock, by=by, at=at, words={"metric": clock.metric, "remote": waiver.is_remote_solution})


def _take_back(clock: Clock, *, by: Person | None, at: datetime) -> None:
    Life.locked(clock.matter).act(lambda _metric, course: course.take_waiver_back(), upon=[Metric(clock.metric)])
    record(Act.WAIVER_RETURNED, clock, by=by, at=at, words={"metric": clock.metric})


def _undecided(waiver: Waiver) -> Waiver:
    """The matter first, as everybody who changes its promises."""
    hold_matter(waiver.clock.matter_id)
    locked = Waiver.objects.select_for_update(no_key=True).get(pk=waiver.pk)
    if locked.is_settled:
        raise Refused(_("It is over; what was not decided by then is not waived."))
    if locked.decided_at:
        raise Refused(_("Somebody has decided this already."))
    return locked


def _decide(waiver: Waiver, *, is_granted: bool, said: str, by: Person | None, at: datetime) -> None:
    waiver.is_granted, waiver.said = is_granted, said
    waiver.decided_by, waiver.decided_at = by.membership_id if by else None, at
    waiver.save(update_fields=["is_granted", "said", "decided_by", "decided_at"])
    if not is_granted:
        record(Act.WAIVER_REFUSED, waiver.clock, by=by, at=at, words={"metric": waiver.clock.metric})


def _only_the_hospital(by: Person) -> None:
    if by.side is not Side.HOSPITAL:
        raise Forbidden(_("Whether a promise may be waived is the hospital's decision."))
