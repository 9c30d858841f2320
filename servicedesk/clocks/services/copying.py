"""Last month's pattern laid over a month, weekday by weekday."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from servicedesk.clocks.models import Duty, Team
from servicedesk.clocks.rotation import model_day
from servicedesk.clocks.selectors.month import days_of_month
from servicedesk.clocks.selectors.roster import duties_between, rosterable
from servicedesk.clocks.services.roster import Change
from servicedesk.clocks.shifts import Slot, moment, slots_of
from servicedesk.tenancy.wall import Person


def last_months_pattern(team: Team, first: date, *, by: Person, at: datetime) -> tuple[list[Change], list[str]]:
    """What has begun stays. Whoever has left is not copied: their names come second, and their cells stay empty."""
    before = days_of_month((first - timedelta(days=1)).replace(day=1))
    standing = duties_between([team], moment(before[0], 0), moment(before[-1] + timedelta(days=2), 0))
    by_place = {(duty.level, duty.starts_at, duty.ends_at): duty for duty in standing}
    here = set(rosterable(by, at=at).values_list("pk", flat=True))
    changes, gone = [], set()
    for place in slots_of(team, days_of_month(first)):
        duty = _model_of(place, by_place)
        if duty is None or place.starts_at < at:
            continue
        if duty.member_id in here and _stays(duty, place):
            changes.append(Change(place, duty.member_id))
        else:
            gone.add(duty.member.name)
    return changes, sorted(gone)


def _model_of(place: Slot, by_place: dict[tuple[int, datetime, datetime], Duty]) -> Duty | None:
    earlier = place.on - model_day(place.on)
    return by_place.get((place.level, place.starts_at - earlier, place.ends_at - earlier))


def _stays(duty: Duty, place: Slot) -> bool:
    return duty.member.until_at is None or duty.member.until_at >= place.ends_at
