"""A time that both sides settle, where the contract leaves it to them (HRP-3): one proposes, the other accepts. The
contract's own limit stays; an agreed time comes before it or has no effect."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import Life, hold_matter
from servicedesk.clocks.models import Clock, TimeWish
from servicedesk.clocks.promises import restored
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def propose_time(clock: Clock, *, time: datetime, by: Person, at: datetime) -> TimeWish:
    """Another time in answer to one that was proposed stands in its place; it is not agreed to by it."""
    hold_matter(clock.matter_id)
    clock.refresh_from_db()
    _refuse_ended(clock)
    if not restored(clock.promise).by_agreement:
        raise Refused(_("The contract leaves no time to an agreement here."))
    _refuse_past(time, at)
    for wish in TimeWish.objects.filter(clock=clock, decided_at=None):
        _decide(wish, is_granted=False, said="", by=by, at=at)
    record(Act.TIME_PROPOSED, clock, by=by, at=at, words={"metric": clock.metric})
    return TimeWish.objects.create(
        hospital_id=clock.hospital_id, vendor_id=clock.vendor_id, matter_id=clock.matter_id, clock=clock, time=time,
        asked_at=at, asked_by=by.membership_id, asked_name=by.name, asked_side=by.side,
    )  # fmt: skip


@transaction.atomic
def decide_time(wish: TimeWish, *, is_granted: bool, said: str = "", by: Person, at: datetime) -> list[Metric]:
    """The clock moves with the other side's word and not before."""
    life = Life.locked(wish.matter)
    wish = TimeWish.objects.select_related("clock").get(pk=wish.pk)
    if wish.asked_side == by.side:
        raise Forbidden(_("The other side decides on a time that yours proposed."))
    if wish.decided_at:
        raise Refused(_("Somebody has decided this already."))
    if not is_granted:
        _decide(wish, is_granted=False, said=said, by=by, at=at)
        return []
    _refuse_ended(wish.clock)
    _refuse_past(wish.time, at)
    _decide(wish, is_granted=True, said=said, by=by, at=at)
    record(Act.TIME_AGREED, wish.clock, by=by, at=at, words={"metric": wish.clock.metric})
    return life.act(lambda _metric, course: course.agree(wish.time), upon=[Metric(wish.clock.metric)])


def _decide(wish: TimeWish, *, is_granted: bool, said: str, by: Person, at: datetime) -> None:
    wish.is_granted, wish.said = is_granted, said
    wish.decided_at, wish.decided_by, wish.decided_name = at, by.membership_id, by.name
    wish.save(update_fields=["is_granted", "said", "decided_at", "decided_by", "decided_name"])


def _refuse_ended(clock: Clock) -> None:
    if clock.outcome:
        raise Refused(_("This promise has its result already."))


def _refuse_past(time: datetime, at: datetime) -> None:
    if time <= at:
        raise Refused(_("Choose a time to come."))
