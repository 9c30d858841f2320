"""Who answers now. Hospitals learn it of their own desks through one SQL function, and nothing else of the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q

from servicedesk.clocks.models import Desk, Duty
from servicedesk.clocks.permissions import SEE_ON_DUTY
from servicedesk.clocks.shifts import level_name
from servicedesk.tenancy.wall import Person


@dataclass(frozen=True, slots=True)
class OnDuty:
    level: int
    member_id: UUID
    name: str
    phone: str
    until: datetime

    @property
    def line(self) -> str:
        return level_name(self.level)


@dataclass(frozen=True, slots=True)
class Answering:
    """A desk with those on duty for it; `people` empty: nobody."""

    desk: Desk
    people: Sequence[OnDuty]

    @property
    def has_first_line(self) -> bool:
        return any(one.level == 1 for one in self.people)


def on_duty_now(desk_ids: Collection[UUID], *, at: datetime) -> dict[UUID, list[OnDuty]]:
    """For either side, one query; a desk the caller may not see, or with nobody on duty, is not in the answer."""
    found: dict[UUID, list[OnDuty]] = defaultdict(list)
    if desk_ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM clocks_on_duty(%s::uuid[], %s)", [[str(one) for one in desk_ids], at])
            for desk_id, *facts in cursor.fetchall():
                found[desk_id].append(OnDuty(*facts))
    return dict(found)


def answering(desks: Collection[Desk], *, at: datetime) -> list[Answering]:
    now = on_duty_now([desk.pk for desk in desks], at=at)
    return [Answering(desk, now.get(desk.pk, ())) for desk in desks]


def desks_answering(person: Person, *, at: datetime) -> list[Answering]:
    """The desks of the person's organisation; a ward reporter too may know whom to call."""
    if SEE_ON_DUTY.reach_of(person) is None:
        return []
    being_prepared = Q(hotline="", team=None)
    desks = Desk.objects.filter(Desk.owned_by(person)).exclude(being_prepared).select_related("hospital", "vendor")
    return answering(list(desks.order_by("hospital__name", "label", "id")), at=at)


def desks_without_team(person: Person) -> list[Desk]:
    """Contracts for which nobody can ever be found on duty."""
    return list(Desk.objects.visible_to(person).filter(team=None).select_related("hospital"))


def on_duty(
    team_ids: Collection[UUID], at: datetime, *, using: str = DEFAULT_DB_ALIAS
) -> dict[tuple[UUID, int], list[UUID]]:
    """For the watch: who is on duty per team and level, memberships that have ended left out. One query."""
    still_here = Q(member__until_at__isnull=True) | Q(member__until_at__gt=at)
    rows = Duty.objects.using(using).filter(still_here, team_id__in=team_ids, starts_at__lte=at, ends_at__gt=at)
    found: dict[tuple[UUID, int], list[UUID]] = defaultdict(list)
    for team_id, level, member_id in rows.order_by("level", "starts_at", "id").values_list(
        "team_id", "level", "member_id"
    ):
        found[team_id, level].append(member_id)
    return dict(found)
