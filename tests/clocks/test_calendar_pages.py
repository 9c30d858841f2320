"""A hospital's own days and hours: read by both sides, looked at, then confirmed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk.clocks.models import ExtraDay, WorkCalendar
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.conftest import quick_hashes  # noqa: F401 - applies by itself
from tests.accounts.people import browser_of
from tests.clocks.running import clocks_of, office, started
from tests.clocks.visits import DAY, kept, text
from tests.world import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_chinese")]


def the_day(world) -> ExtraDay:
    with opened(Context.of_hospital(world.h1.id)):
        return ExtraDay.objects.get()


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.IT_ENGINEER, Role.HOSPITAL_AUDITOR, Role.VENDOR_ENGINEER, Role.ACCOUNT_MANAGER])
def test_both_sides_read_the_hospitals_days_and_hours(world, role):
    office(world.h1, world.v1)
    with opened(Context.of_hospital(world.h1.id)):
        ExtraDay.objects.create(hospital=world.h1, on=date(2026, 12, 30), why="院庆")
    organisation = world.h1 if role.side == "hospital" else world.v1
    page = text(browser_of(make_member(role, organisation)).get(f"/calendars/?hospital={world.h1.pk}&year=2026"))
    assert "院庆" in page
    assert "08:00-12:00 14:00-18:00" in page
    assert '<span>30</span><span class="kind">院休</span>' in page
    assert '<span>10</span><span class="kind">班</span>' in page
    assert "添加本院自定日期" not in page


def test_a_stranger_reads_nothing_of_it(world):
    office(world.h1, world.v1, "省医专用")
    with opened(Context.of_hospital(world.h1.id)):
        ExtraDay.objects.create(hospital=world.h1, on=date(2026, 12, 30), why="搬入新楼")
    stranger = browser_of(make_member(Role.IT_LEAD, world.h3))
    assert stranger.get(f"/calendars/?hospital={world.h1.pk}").status_code == 404
    assert "搬入新楼" not in text(stranger.get("/calendars/?year=2026"))
    other_vendor = browser_of(make_member(Role.PROJECT_MANAGER, world.v2))
    page = text(other_vendor.get(f"/calendars/?hospital={world.h1.pk}&year=2026"))
    assert ("搬入新楼" in page, "省医专用" in page) == (True, False)


def test_an_unpublished_year_says_so(world, lead):
    client = browser_of(lead)
    assert "2027 年节假日安排尚未公布" in text(client.get("/calendars/?year=2027"))
    assert "尚未公布" not in text(client.get("/calendars/?year=2026"))
    assert client.get("/calendars/?year=99999").status_code == 200
    assert client.get("/calendars/?year=x&hospital=x").status_code == 404


def test_the_page_costs_the_same_however_much_stands_on_it(world):
    client = browser_of(make_member(Role.IT_ENGINEER, world.h1))
    client.get("/calendars/")
    counts = []
    for number in (1, 20):
        with opened(Context.of_hospital(world.h1.id)):
            for day in range(1, number + 1):
                ExtraDay.objects.create(hospital=world.h1, on=date(2026, number % 12 + 1, day), why="x")
        for name in range(number):
            office(world.h1, world.v1, f"日历{number}-{name}")
        with CaptureQueriesContext(connection) as queries:
            client.get("/calendars/?year=2026")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


# ── a day of the hospital's own ──────────────────────────────────────────────────────────────────────────────────────


def test_a_day_is_looked_at_and_then_confirmed(world, lead):
    clock, client = started(office(world.h1, world.v1)), browser_of(lead)
    look = client.post("/calendars/days/new/", DAY)
    assert [move.clock.pk for move in look.context["plan"].moved] == [clock.pk]
    assert "报表不准" in text(look)
    assert "2027-01-05 18:00" in text(look)
    assert "2027-01-06 18:00" in text(look)
    with opened(Context.of_hospital(world.h1.id)):
        assert not ExtraDay.objects.exists()
    done = client.post("/calendars/days/new/", kept(look), follow=True)
    assert "1 项时限已变动" in text(done)
    assert the_day(world).why == "院庆"
    assert clocks_of(world.h1)[clock.pk][1].isoformat() == "2027-01-06T10:00:00+00:00"
    assert "赵主任" in text(client.get(f"/calendars/days/{the_day(world).pk}/"))


def test_what_changed_between_is_shown_anew_and_nothing_is_saved(world, lead):
    calendar, client = office(world.h1, world.v1), browser_of(lead)
    look = client.post("/calendars/days/new/", DAY)
    started(calendar)
    again = client.post("/calendars/days/new/", kept(look))
    assert (again.status_code, len(again.context["plan"].moved)) == (409, 1)
    assert "情况有变" in text(again)
    with opened(Context.of_hospital(world.h1.id)):
        assert not ExtraDay.objects.exists()
    assert client.post("/calendars/days/new/", kept(again)).status_code == 302
    assert the_day(world).on == date(2026, 12, 30)


def test_back_to_the_form_with_everything_typed(world, lead):
    client = browser_of(lead)
    look = client.post("/calendars/days/new/", DAY)
    form = text(client.post("/calendars/days/new/", {**kept(look), "edit": "1"}))
    assert 'value="院庆"' in form
    assert 'value="2026-12-30"' in form


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"on": "2026-10-01"}, "on", "本来就是放假日"),
        ({"on": "2026-12-30", "is_worked": "yes"}, "is_worked", "本来就是工作日"),
        ({"on": "2026-10-10", "is_worked": "yes"}, "is_worked", "本来就是工作日"),
        ({"on": "2014-12-31"}, "on", "2015 至 2050"),
        ({"on": "9999-12-31"}, "on", "2015 至 2050"),
        ({"on": "30.12."}, "on", "日期"),
        ({"on": ""}, "on", "必填"),
        ({"why": " "}, "why", "必填"),
        ({"is_worked": "maybe"}, "is_worked", "maybe"),
    ],
)
def test_a_wrong_day_is_refused_beside_its_field_and_nothing_is_lost(world, lead, given, field, said):
    answer = browser_of(lead).post("/calendars/days/new/", {**DAY, **given})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert said in str(answer.context["form"].errors[field]) or said == "必填"
    if "why" not in given:
        assert 'value="院庆"' in text(answer)


def test_a_day_twice_is_refused(world, lead):
    client = browser_of(lead)
    client.post("/calendars/days/new/", kept(client.post("/calendars/days/new/", DAY)))
    assert client.post("/calendars/days/new/", {**DAY, "why": "再来"}).context["form"].errors


def test_a_day_is_changed_and_removed_with_history(world, lead):
    client = browser_of(lead)
    client.post("/calendars/days/new/", kept(client.post("/calendars/days/new/", DAY)))
    url = f"/calendars/days/{the_day(world).pk}/"
    client.post(url, kept(client.post(url, {**DAY, "why": "建院七十周年"})))
    assert the_day(world).why == "建院七十周年"
    assert client.post(f"{url}remove/", kept(client.get(f"{url}remove/"))).status_code == 302
    page = text(client.get("/calendars/?year=2026"))
    assert page.count("建院七十周年") == 2
    assert "没有本院自定日期" in page


# ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def hours(*days: str) -> dict[str, str]:
    return {f"week_{place}": day for place, day in enumerate(days)}


LONG = "08:00-12:00 13:00-18:00"


@pytest.mark.parametrize("role", [Role.IT_LEAD, Role.PROJECT_MANAGER])
def test_hours_are_looked_at_and_then_confirmed(world, role):
    calendar = office(world.h1, world.v1)
    clock = started(calendar, Promise(Metric.RESTORE, 600, Unit.WORKING_MINUTES))
    client = browser_of(make_member(role, world.h1 if role == Role.IT_LEAD else world.v1))
    url = f"/calendars/{calendar.pk}/hours/"
    assert text(client.get(url)).count('value="08:00-12:00 14:00-18:00"') == 5
    look = client.post(url, hours(*[LONG] * 5, "", ""))
    assert [move.clock.pk for move in look.context["plan"].moved] == [clock.pk]
    assert client.post(url, kept(look)).url == "/calendars/"
    with opened(Context.of_hospital(world.h1.id)):
        current = WorkCalendar.objects.get(replaced_at=None)
    assert (current.version, current.week[0]) == (2, [[480, 720], [780, 1080]])
    assert clocks_of(world.h1)[clock.pk][0] == current.pk
    assert client.get(url).status_code == 409


def test_wrong_hours_are_named_by_day_and_kept(world, lead):
    calendar = office(world.h1, world.v1)
    answer = browser_of(lead).post(f"/calendars/{calendar.pk}/hours/", hours(LONG, "18:00-08:00", "x"))
    assert "星期二：18:00-08:00 的结束早于开始" in text(answer)
    assert "星期三" in text(answer)
    assert 'value="18:00-08:00"' in text(answer)


def test_hours_by_which_a_promise_never_ends_are_refused_beside_the_field(world, lead):
    calendar = office(world.h1, world.v1)
    started(calendar, Promise(Metric.RESTORE, 6000, Unit.WORKING_MINUTES))
    answer = browser_of(lead).post(f"/calendars/{calendar.pk}/hours/", hours("08:00-08:01"))
    assert "2050" in str(answer.context["form"].errors["week"])
    assert 'value="08:00-08:01"' in text(answer)


def test_other_peoples_calendars_are_not_there(world):
    calendar = office(world.h1, world.v1)
    for member in (make_member(Role.PROJECT_MANAGER, world.v2), make_member(Role.IT_LEAD, world.h2)):
        assert browser_of(member).post(f"/calendars/{calendar.pk}/hours/", hours(*[LONG] * 7)).status_code == 404
    engineer = browser_of(make_member(Role.VENDOR_ENGINEER, world.v1))
    assert engineer.get(f"/calendars/{calendar.pk}/hours/").status_code == 403
