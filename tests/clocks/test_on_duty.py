"""PACS-6, CHK-e: who answers now, for the hospital, the vendor and the watch."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicedesk.clocks.models import Desk, Duty
from servicedesk.clocks.selectors.on_duty import desks_answering, on_duty, on_duty_now
from servicedesk.clocks.selectors.roster import holes
from servicedesk.clocks.shifts import gaps, moment
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.clocks.rosters import FRIDAY, NOW
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START = moment(FRIDAY, 0)  # 27 November: four days later is another month


def test_the_hospital_learns_name_phone_level_and_until_when_of_its_own_desks(crew, world):
    """PACS-6"""
    crew.put(crew.zhang, moment(FRIDAY, 480), moment(FRIDAY, 1080))
    crew.put(crew.li, moment(FRIDAY, 480), moment(FRIDAY, 1920), level=2)
    for role, hospital in ((Role.IT_ENGINEER, world.h1), (Role.WARD_REPORTER, world.h1)):
        department = world.radiology[hospital.id] if role == Role.WARD_REPORTER else None
        (one,) = desks_answering(enter(make_member(role, hospital, department=department)), at=NOW)
        assert [(who.level, who.name, who.phone, who.until) for who in one.people] == [
            (1, "张强", "13800000001", moment(FRIDAY, 1080)),
            (2, "李娜", "", moment(FRIDAY, 1920)),
        ]
        assert not Duty.objects.exists()  # the roster itself stays the vendor's
    for stranger in (make_member(Role.IT_LEAD, world.h2), make_member(Role.VENDOR_ENGINEER, world.v2)):
        enter(stranger)
        assert on_duty_now([crew.desk.pk], at=NOW) == {}


def test_whoever_has_left_answers_no_longer(crew):
    crew.put(crew.zhang, moment(FRIDAY, 480), moment(FRIDAY, 1080))
    with opened(Context.of_vendor(crew.world.v1.id)):
        Membership.objects.filter(pk=crew.zhang.pk).update(until_at=NOW)
    enter(crew.manager)
    assert on_duty_now([crew.desk.pk], at=NOW) == {}
    assert on_duty([crew.team.pk], NOW) == {}
    assert on_duty([crew.team.pk], NOW - MINUTE) == {(crew.team.pk, 1): [crew.zhang.pk]}


def test_it_costs_one_query_however_many(crew, world):
    with opened(Context.of_hospital(world.h1.id)):
        more = [
            Desk.objects.create(hospital=world.h1, vendor=world.v1, team=crew.team, label=f"{n}", url="/").pk
            for n in range(9)
        ]
    crew.put(crew.zhang, moment(FRIDAY, 480), moment(FRIDAY, 1080))
    enter(crew.manager)
    for ask in (lambda: on_duty_now([crew.desk.pk, *more], at=NOW), lambda: on_duty([crew.team.pk], NOW)):
        with CaptureQueriesContext(connection) as asked:
            assert ask()
        assert len(asked) == 1


# ── at any moment, against a slow reference ──────────────────────────────────────────────────────────────────────────


def minute(number: int) -> datetime:
    return START + number * MINUTE


@st.composite
def rosters(draw):
    """Chains of duties with and without holes over six days: across midnights and the end of a month."""
    rows = []
    for level in (1, 2):
        at, last = draw(st.integers(0, 2000)), draw(st.integers(0, 6 * 1440))
        while at < last:
            length = draw(st.sampled_from([1440, 840, 719, 480, 60, 59, 31]))
            if draw(st.integers(0, 3)):
                rows.append((level, draw(st.integers(0, 2)), at, at + length))
            at += length
    return rows


def slow(rows, level, number):
    """Minute by minute, as one would with a finger on the sheet: from its first minute, and not at its last."""
    return [who for one, who, start, end in rows if one == level and number in range(start, end)]


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rosters(), seed=st.integers(0, 10_000))
def test_on_duty_at_any_moment_equals_the_slow_reference(crew, rows, seed):
    """CHK-e: intervals are half-open; midnight and the month's end are moments like any other."""
    people = [crew.zhang, crew.li, crew.wang]
    with opened(Context.of_vendor(crew.world.v1.id)):
        Duty.objects.filter(team=crew.team)._raw_delete("default")
        Duty.objects.bulk_create(
            Duty(vendor=crew.world.v1, team=crew.team, level=level, member=people[who],
                 starts_at=minute(start), ends_at=minute(end))
            for level, who, start, end in rows
        )  # fmt: skip
    enter(crew.manager)
    edges = [edge + by for _l, _w, start, end in rows for edge in (start, end) for by in (-1, 0)]
    midnights = [day * 1440 + by for day in range(7) for by in (-1, 0, 1)]
    picked = random.Random(seed).sample(edges, min(10, len(edges)))
    for number in [*picked, *midnights]:
        awaited = {
            (crew.team.pk, level): [people[who].pk for who in slow(rows, level, number)]
            for level in (1, 2)
            if slow(rows, level, number)
        }
        assert on_duty([crew.team.pk], minute(number)) == awaited
        seen = {}
        for one in on_duty_now([crew.desk.pk], at=minute(number)).get(crew.desk.pk, []):
            seen.setdefault((crew.team.pk, one.level), []).append(one.member_id)
        assert seen == awaited
    end = 6 * 1440
    crew.team.levels = 2
    free = {(hole.level, at) for hole in holes([crew.team], at=START, until=minute(end)) for at in minutes_of(hole)}
    assert free == {(level, at) for level in (1, 2) for at in unmanned(rows, level, end)}


def minutes_of(hole):
    return range(int((hole.starts_at - START) / MINUTE), int((hole.ends_at - START) / MINUTE))


def unmanned(rows, level, end):
    manned = {at for one, _who, start, last in rows if one == level for at in range(start, last)}
    return set(range(end)) - manned


def test_what_touches_leaves_no_gap():
    assert gaps([(minute(0), minute(10)), (minute(10), minute(20))], minute(0), minute(20)) == []
    assert gaps([], minute(0), minute(1)) == [(minute(0), minute(1))]
    assert gaps([(minute(5), minute(9)), (minute(0), minute(30))], minute(3), minute(40)) == [(minute(30), minute(40))]
