"""CHK-e: a hole in the roster of a desk that promises day and night is told a week and a day before, once each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicedesk.clocks import tasks
from servicedesk.clocks.models import Desk, Duty, Team
from servicedesk.clocks.selectors.roster import holes, holes_ahead
from servicedesk.clocks.services.holes import warn_of_holes, watched_teams
from servicedesk.clocks.shifts import moment
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.schedule import BEAT
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.clocks.rosters import FRIDAY, NOW, said
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
GAP = FRIDAY + timedelta(days=6)


@pytest.fixture
def full(crew):
    """Planned for three weeks, but for the night of the sixth day."""
    crew.fill(crew.zhang, 21, start=FRIDAY - timedelta(days=1))
    with opened(Context.of_vendor(crew.world.v1.id)):
        Duty.objects.filter(starts_at=moment(GAP, 480)).update(ends_at=moment(GAP, 1080))
    return crew


def told(member):
    with opened(NOBODY):
        return [item.text for item in InboxItem.objects.visible_to(enter(member)).filter(kind=NoticeKind.ROSTER_HOLE)]


def warn(crew, at):
    with opened(Context.of_vendor(crew.world.v1.id)):
        warn_of_holes(crew.team.pk, at=at)


def test_holes_have_a_beginning_and_an_end(full):
    with opened(Context.of_vendor(full.world.v1.id)):
        (hole,) = holes([full.team], at=NOW, until=NOW + timedelta(days=14))
    assert (said(hole.starts_at), said(hole.ends_at), hole.level) == ("12-03 18:00", "12-04 08:00", 1)


def test_whoever_leaves_leaves_a_hole(full):
    with opened(Context.of_vendor(full.world.v1.id)):
        Membership.objects.filter(pk=full.zhang.pk).update(until_at=moment(FRIDAY, 2000))
        found = holes([full.team], at=NOW, until=NOW + timedelta(days=14))
    assert [said(hole.starts_at) for hole in found] == ["11-28 09:20"]


def test_a_team_without_a_day_and_night_desk_is_not_warned_of(full, world):
    with opened(Context.of_hospital(world.h1.id)):
        Desk.objects.update(is_round_the_clock=False)
    assert holes_ahead(full.person, at=NOW) == []


def test_told_a_week_and_a_day_before_to_those_who_keep_this_vendors_roster(full, world):
    others = [full.zhang, make_member(Role.VENDOR_MANAGER, world.v2), make_member(Role.IT_LEAD, world.h1)]
    chief = make_member(Role.VENDOR_MANAGER, world.v1)
    for at in (NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)):
        warn(full, at)
    for keeper in (full.manager, chief):
        (sentence,) = told(keeper)
        assert "影像组" in sentence
        assert "2026-12-03 18:00" in sentence
    for at in (moment(GAP, 1079) - timedelta(days=1), moment(GAP, 1080) - timedelta(days=1), moment(GAP, 600)):
        warn(full, at)
    assert len(told(full.manager)) == 2
    assert [told(other) for other in others] == [[]] * 3


def test_a_hole_more_than_a_week_away_can_wait(full):
    warn(full, moment(GAP, 1080) - timedelta(days=7, seconds=1))
    assert told(full.manager) == []
    warn(full, moment(GAP, 1080) - timedelta(days=7) + timedelta(seconds=1))
    assert len(told(full.manager)) == 1


def test_an_open_hole_is_told_once_a_day(full):
    for hours in (0, 1, 2):
        warn(full, moment(GAP, 1090) + timedelta(hours=hours))
    assert len(told(full.manager)) == 1


def test_the_watch_finds_the_teams_of_all_vendors_and_hands_over_ids(full, world, monkeypatch):
    """The watch sees past the wall, and writes nothing there: each vendor's side of it does the rest."""
    handed = []
    monkeypatch.setattr(tasks.holes, "watched_teams", lambda: [(full.team.pk, world.v1.id)])
    monkeypatch.setattr(tasks.warn_of_holes, "inside", lambda context, team_id: handed.append((context, team_id)))
    tasks.look_for_holes()
    assert handed == [(Context.of_vendor(world.v1.id), str(full.team.pk))]
    assert BEAT["look for holes in the roster"]["options"]["queue"] == "watch"


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_what_the_watch_sees(crew, world):
    with opened(Context.of_vendor(world.v1.id)):
        Team.objects.create(vendor=world.v1, name="无合同组", shifts=crew.team.shifts)
    assert watched_teams() == [(crew.team.pk, world.v1.id)]
