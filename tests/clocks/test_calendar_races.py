"""Several people confirm what they all looked at, at the same moment: one of them does it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

import tests.world
from servicedesk.clocks.models import LandYear, WorkCalendar
from servicedesk.clocks.services.calendars import make_calendar
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.conftest import quick_hashes  # noqa: F401 - applies by itself
from tests.accounts.people import acts, browser_of, lead_of
from tests.clocks.examples import AT
from tests.clocks.running import OFFICE, clocks_of, office, publish, started, versions_of
from tests.clocks.visits import kept, notice
from tests.world import make_member

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
HANDS = 6


@pytest.fixture
def whole_world(transactional_db):
    return tests.world.make_world()


def all_at_once(clients, url, sent) -> list[int]:
    def post(client) -> int:
        try:
            return client.post(url, sent).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return sorted(pool.map(post, clients))


def test_a_year_is_taken_over_once(whole_world):
    hospital = whole_world.h1
    clock = started(office(hospital, whole_world.v1))
    publish()
    leads = [browser_of(lead_of(hospital)) for _ in range(HANDS)]
    look = leads[0].get("/calendars/take-over/")
    assert all_at_once(leads, "/calendars/take-over/", kept(look)) == [302] + [409] * (HANDS - 1)
    assert [current for *_, current in versions_of(hospital)] == [False, True]
    assert clocks_of(hospital)[clock.pk][2] is False
    assert acts(hospital, act="clocks.years_taken_over") == ["clocks.years_taken_over"]


def test_two_different_days_at_once_are_never_lost_in_each_other(whole_world):
    hospital = whole_world.h1
    started(office(hospital, whole_world.v1))
    leads = [browser_of(lead_of(hospital)) for _ in range(2)]
    sent = [{"on": day, "is_worked": "no", "why": "院庆"} for day in ("2026-12-30", "2026-12-31")]
    looks = [kept(lead.post("/calendars/days/new/", day)) for lead, day in zip(leads, sent, strict=True)]

    def confirm(pair) -> int:
        try:
            return pair[0].post("/calendars/days/new/", pair[1]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(confirm, zip(leads, looks, strict=True)))
    assert answers == [302, 409]
    with opened(Context.of_hospital(hospital.id)):
        current = WorkCalendar.objects.get(replaced_at=None)
        assert len({"2026-12-30", "2026-12-31"} & set(current.closed)) == 1


def test_a_year_is_published_once(whole_world):
    operators = [browser_of(make_member(Role.SYSTEM_ADMINISTRATOR)) for _ in range(HANDS)]
    look = operators[0].post("/years/enter/", notice())
    assert all_at_once(operators, "/years/enter/", kept(look)) == [302] + [409] * (HANDS - 1)
    assert LandYear.objects.filter(year=2027).count() == 2


def test_a_clock_started_meanwhile_is_not_forgotten(whole_world):
    """It took the version that was in force when it began; the next look takes it along."""
    hospital = whole_world.h1
    calendar = office(hospital, whole_world.v1)
    publish()
    lead = browser_of(lead_of(hospital))
    lead.post("/calendars/take-over/", kept(lead.get("/calendars/take-over/")))
    late = started(calendar)
    look = lead.get("/calendars/take-over/")
    assert [move.clock.pk for move in look.context["plan"].moved] == [late.pk]
    assert "1 项时限将变动" in lead.get("/").content.decode()
    assert lead.post("/calendars/take-over/", kept(look)).status_code == 302
    assert clocks_of(hospital)[late.pk][2] is False
    with opened(Context.of_hospital(hospital.id)):
        assert (
            make_calendar(
                hospital_id=hospital.id, vendor_id=whole_world.v1.id, name="工作时间", week=OFFICE, at=AT
            ).version
            == 4
        )
