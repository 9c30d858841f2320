"""CHK-e, PACS-6, SMART-5: the roster as people use it, with and without scripts."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from servicedesk.clocks.land import the_land
from servicedesk.clocks.models import Desk, Duty, Swap, Team
from servicedesk.clocks.selectors.month import month_of
from servicedesk.clocks.shifts import moment
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.people import browser_of
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(crew):
    return browser_of(crew.manager)


@pytest.fixture
def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def text(response) -> str:
    return unescape(response.content.decode())


def rows(crew) -> list[Duty]:
    with opened(Context.of_vendor(crew.world.v1.id)):
        return list(Duty.objects.filter(team=crew.team).select_related("member").order_by("starts_at", "level"))


def day_url(crew, on) -> str:
    return f"/roster/{crew.team.pk}/day/?on={on:%Y-%m-%d}"


def test_a_team_is_made_with_its_shifts_and_desks(crew, client, world):
    with opened(Context.of_hospital(world.h2.id)):
        desk = Desk.objects.create(hospital=world.h2, vendor=world.v1, label="二院 PACS", url="/")
    typed = {
        "name": "重症组", "levels": "2", "desks": [str(desk.pk)],
        "shift_0_name": "白班", "shift_0_from": "08:00", "shift_0_to": "20:00",
        "shift_1_name": "夜班", "shift_1_from": "20:00", "shift_1_to": "08:00",
    }  # fmt: skip
    assert client.post("/roster/teams/new/", typed).status_code == 302
    with opened(Context.of_vendor(world.v1.id, world.h2.id)):
        team = Team.objects.get(name="重症组")
        assert (team.levels, team.shifts) == (2, [["白班", 480, 1200], ["夜班", 1200, 1920]])
        assert Desk.objects.get(pk=desk.pk).team_id == team.pk
        assert team.history.count() == 1


def test_overlapping_shifts_are_refused_beside_them_and_nothing_typed_is_lost(crew, client):
    typed = {
        "name": "重症组", "levels": "2",
        "shift_0_name": "白班", "shift_0_from": "08:00", "shift_0_to": "20:00",
        "shift_1_name": "夜班", "shift_1_from": "19:00", "shift_1_to": "08:00",
        "shift_2_name": "半个",
    }  # fmt: skip
    page = text(client.post("/roster/teams/new/", typed))
    assert "班次需要名称、开始和结束时间。" in page
    del typed["shift_2_name"]
    page = text(client.post("/roster/teams/new/", typed))
    assert "两个班次时间重叠。" in page
    assert 'value="重症组"' in page
    assert 'value="19:00"' in page
    double = text(client.post("/roster/teams/new/", {**typed, "name": "影像组", "shift_1_from": "20:00"}))
    assert "已有" in double or "同名" in double


def test_the_month_marks_days_off_and_make_up_workdays(crew, client):
    """CHK-e: 1 October is off; Saturday 10 October 2026 is worked (调休)."""
    page = text(client.get(f"/roster/{crew.team.pk}/?month=2026-10"))
    row = {day: page.split(f'id="day-202610{day}"')[1].split("</tr>")[0] for day in ("01", "09", "10", "11")}
    assert 'title="法定节假日"' in row["01"]
    assert 'title="调休上班日"' in row["10"]
    assert "title=" not in row["09"] + row["11"]
    assert page.split('id="day-20261011"')[1].startswith(' class="day-off')
    assert page.split('id="day-20261010"')[1].startswith(' class=""')
    assert page.split('id="day-20261005"')[1].startswith(' class="week-start')


def test_a_month_nobody_asked_for_is_the_current_one(crew, client):
    today = timezone.localdate()
    for asked in ("", "2026-13", "x", "0001-01", "99999-01"):
        assert f'id="day-{today:%Y%m%d}"' in text(client.get(f"/roster/{crew.team.pk}/?month={asked}"))


def test_a_cell_is_planned_without_scripts(crew, client, tomorrow):
    """CHK-e"""
    key = f"{tomorrow:%Y%m%d}-1-0"
    assert f'name="{key}"' in text(client.get(day_url(crew, tomorrow)))
    response = client.post(day_url(crew, tomorrow), {key: str(crew.zhang.pk), f"initial-{key}": ""})
    assert response.url == f"/roster/{crew.team.pk}/?month={tomorrow:%Y-%m}#day-{tomorrow:%Y%m%d}"
    assert [duty.member_id for duty in rows(crew)] == [crew.zhang.pk]
    assert "张强" in text(client.get(day_url(crew, tomorrow)).content and client.get(day_url(crew, tomorrow)))


def test_the_same_in_place_with_htmx(crew, client, tomorrow):
    key = f"{tomorrow:%Y%m%d}-1-1"
    form = text(client.get(f"{day_url(crew, tomorrow)}&cell={key}", **HTMX))
    assert form.lstrip().startswith("{#") is False
    assert "<html" not in form
    assert f'id="day-{tomorrow:%Y%m%d}"' in form
    row = text(client.post(day_url(crew, tomorrow), {key: str(crew.li.pk), f"initial-{key}": ""}, **HTMX))
    assert "<html" not in row
    assert "李娜" in row
    assert [duty.member_id for duty in rows(crew)] == [crew.li.pk]


def test_a_refused_cell_says_so_in_its_place_and_the_other_keeps_what_was_chosen(crew, client, tomorrow):
    crew.put(crew.wang, moment(tomorrow, 600), moment(tomorrow, 700))
    crew.put(crew.wang, moment(tomorrow, 1000), moment(tomorrow, 1200))
    day, night = f"{tomorrow:%Y%m%d}-1-0", f"{tomorrow:%Y%m%d}-1-1"
    typed = {
        day: str(crew.zhang.pk),
        f"initial-{day}": str(crew.wang.pk),
        night: str(crew.li.pk),
        f"initial-{night}": str(crew.wang.pk),
    }
    page = text(client.post(day_url(crew, tomorrow), typed))
    cell = page.split(f'id="id_{day}"')[1].split("</div>")[0]
    assert "时间重叠" in cell
    assert f'<option value="{crew.zhang.pk}" selected>' in cell
    assert f'<option value="{crew.li.pk}" selected>' in page.split(f'id="id_{night}"')[1]
    assert len(rows(crew)) == 2


def test_two_who_plan_the_same_cell_do_not_overwrite_each_other(crew, client, tomorrow):
    crew.put(crew.wang, moment(tomorrow, 480), moment(tomorrow, 1080))
    key = f"{tomorrow:%Y%m%d}-1-0"
    page = text(client.post(day_url(crew, tomorrow), {key: str(crew.zhang.pk), f"initial-{key}": ""}))
    assert "王磊" in page.split("其间有人改动过")[1][:30]
    assert rows(crew)[0].member_id == crew.wang.pk


def test_yesterday_asks_for_a_reason(crew, client):
    yesterday = timezone.localdate() - timedelta(days=2)
    key = f"{yesterday:%Y%m%d}-1-0"
    typed = {key: str(crew.zhang.pk), f"initial-{key}": ""}
    assert "请说明改动原因" in text(client.post(day_url(crew, yesterday), typed))
    assert rows(crew) == []
    client.post(day_url(crew, yesterday), {**typed, "why": "补登记"})
    assert "补登记" in text(client.get(day_url(crew, yesterday)))


def test_filling_shows_what_it_overwrites_and_one_act_does_it(crew, client):
    """CHK-e: workdays and days off have turns of their own; Saturday 2027… of no holiday, by day."""
    monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    crew.put(crew.wang, moment(monday, 480), moment(monday, 1080))
    asked = {
        "from_on": monday.isoformat(), "until_on": (monday + timedelta(days=6)).isoformat(), "level": "1", "shift": "0",
        "turn": "day", "off": "own", "work_1": str(crew.zhang.pk),
        "work_2": str(crew.li.pk), "rest_1": str(crew.wang.pk),
    }  # fmt: skip
    page = client.get(f"/roster/{crew.team.pk}/fill/", asked)
    assert len(page.context["plan"].lines) == 7
    assert "其中 1 格会被覆盖" in text(page)
    assert len(rows(crew)) == 1
    done = client.post(f"/roster/{crew.team.pk}/plan/", {"plan": page.context["token"]})
    assert done.status_code == 302
    assert [duty.member.name for duty in rows(crew)] == ["张强", "李娜", "张强", "李娜", "张强", "王磊", "王磊"]


def test_a_preview_that_somebody_overtook_is_shown_anew(crew, client, tomorrow):
    asked = {
        "from_on": tomorrow.isoformat(), "until_on": tomorrow.isoformat(), "level": "1", "shift": "0",
        "turn": "day", "off": "same", "work_1": str(crew.zhang.pk),
    }  # fmt: skip
    token = client.get(f"/roster/{crew.team.pk}/fill/", asked).context["token"]
    crew.put(crew.wang, moment(tomorrow, 480), moment(tomorrow, 1080))
    page = client.post(f"/roster/{crew.team.pk}/plan/", {"plan": token})
    assert "其间有人改动了值班表" in text(page)
    assert rows(crew)[0].member_id == crew.wang.pk
    assert client.post(f"/roster/{crew.team.pk}/plan/", {"plan": page.context["token"]}).status_code == 302
    assert rows(crew)[0].member_id == crew.zhang.pk


def test_a_preview_serves_nobody_else_and_no_other_team(crew, client, tomorrow, world):
    asked = {
        "from_on": tomorrow.isoformat(), "until_on": tomorrow.isoformat(), "level": "1", "shift": "0",
        "turn": "week", "off": "same", "work_1": str(crew.zhang.pk),
    }  # fmt: skip
    token = client.get(f"/roster/{crew.team.pk}/fill/", asked).context["token"]
    other = browser_of(make_member(Role.PROJECT_MANAGER, world.v1))
    assert other.post(f"/roster/{crew.team.pk}/plan/", {"plan": token}).status_code == 409
    assert client.post(f"/roster/{crew.team.pk}/plan/", {"plan": token + "x"}).status_code == 409
    assert rows(crew) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"until_on": "2026-01-01"}, "结束日期早于开始日期"),
        ({"until_on": "2099-01-01"}, "一次最多安排一年"),
        ({"from_on": "1900-01-01"}, "本世纪"),
        ({"from_on": "9999-12-31", "until_on": "9999-12-31"}, "本世纪"),
        ({"work_1": ""}, "请至少选择一人"),
        ({"off": "own"}, "请选择休息日轮值的人"),
    ],
)
def test_a_fill_that_cannot_be_is_refused_beside_its_field(crew, client, tomorrow, wrong, sentence):
    asked = {
        "from_on": tomorrow.isoformat(), "until_on": tomorrow.isoformat(), "level": "1", "shift": "0",
        "turn": "day", "off": "same", "work_1": str(crew.zhang.pk),
    }  # fmt: skip
    page = client.get(f"/roster/{crew.team.pk}/fill/", {**asked, **wrong})
    assert sentence in text(page)
    assert "plan" not in page.context


def test_last_months_pattern_is_laid_over_this_one(crew, client):
    first = (timezone.localdate().replace(day=1) + timedelta(days=62)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    gone = make_member(
        Role.VENDOR_ENGINEER, crew.world.v1, name="周已走", until_at=timezone.now() + timedelta(minutes=5)
    )
    days = [before + timedelta(days=number) for number in range((first - before).days)]
    for on in days:
        who = gone if on.weekday() == 6 else crew.zhang if on.weekday() < 5 else crew.li
        crew.put(who, moment(on, 480), moment(on, 1080))
    page = client.get(f"/roster/{crew.team.pk}/copy/?month={first:%Y-%m}")
    assert "周已走" in text(page)
    client.post(f"/roster/{crew.team.pk}/plan/", {"plan": page.context["token"]})
    copied = {
        timezone.localdate(duty.starts_at): duty.member.name
        for duty in rows(crew)
        if duty.starts_at >= moment(first, 0)
    }
    following = (first + timedelta(days=31)).replace(day=1)
    month = [first + timedelta(days=number) for number in range((following - first).days)]
    assert copied == {on: "张强" if on.weekday() < 5 else "李娜" for on in month if on.weekday() < 6}


def test_clearing_shows_first_what_goes(crew, client, tomorrow):
    crew.fill(crew.zhang, 3, start=tomorrow)
    page = client.get(
        f"/roster/{crew.team.pk}/clear/",
        {"from_on": tomorrow.isoformat(), "until_on": (tomorrow + timedelta(days=1)).isoformat()},
    )
    assert len(page.context["plan"].removed) == 2
    client.post(f"/roster/{crew.team.pk}/plan/", {"plan": page.context["token"]})
    assert len(rows(crew)) == 1


def test_a_hole_on_a_day_and_night_desk_is_marked_and_listed(crew, client):
    """CHK-e: the warning comes beforehand, and only where a promise runs day and night."""
    crew.fill(crew.zhang, 20, start=timezone.localdate() - timedelta(days=1))
    page = text(client.get(f"/roster/{crew.team.pk}/"))
    assert "hole-mark" not in page
    missing = timezone.localdate() + timedelta(days=3)
    with opened(Context.of_vendor(crew.world.v1.id)):
        Duty.objects.filter(starts_at=moment(missing, 480)).delete()
    page = text(client.get(f"/roster/{crew.team.pk}/?month={missing:%Y-%m}"))
    assert page.count("hole-mark") == 2
    assert f"{missing:%m-%d}" in page.split("hole-box")[1].split("</details>")[0]
    assert "值班表空缺" in text(client.get("/"))
    assert "值班表空缺" not in text(browser_of(crew.zhang).get("/"))
    with opened(Context.of_hospital(crew.world.h1.id)):
        Desk.objects.filter(pk=crew.desk.pk).update(is_round_the_clock=False)
    assert "hole-mark" not in text(client.get(f"/roster/{crew.team.pk}/?month={missing:%Y-%m}"))


def test_a_month_costs_the_same_empty_and_full(crew, client):
    first = timezone.localdate().replace(day=1)
    url = f"/roster/{crew.team.pk}/?month={first:%Y-%m}"
    client.get(url)
    with CaptureQueriesContext(connection) as empty:
        client.get(url)
    crew.fill(crew.zhang, 28, start=first)
    with CaptureQueriesContext(connection) as full:
        assert text(client.get(url)).count("张强") == 56
    assert len(full) == len(empty) <= 18


def test_who_is_on_duty_stands_on_both_sides_pages_with_the_phone(crew, world):
    """PACS-6: the hotline and the duty engineer, to be called by a tap; that nobody is there is said loudly."""
    for member in (
        make_member(Role.IT_ENGINEER, world.h1),
        make_member(Role.WARD_REPORTER, world.h1, department=world.radiology[world.h1.id]),
        crew.zhang,
    ):
        for url in ("/", "/on-duty/"):
            page = text(browser_of(member).get(url))
            assert "一线现在无人值班。" in page
            assert 'href="tel:400-800-1234"' in page
    crew.fill(crew.zhang, 2, start=timezone.localdate() - timedelta(days=1))
    for member in (make_member(Role.IT_LEAD, world.h1), crew.li):
        for url in ("/", "/on-duty/"):
            page = text(browser_of(member).get(url))
            assert 'href="tel:13800000001"' in page
            assert "无人值班" not in page
    for stranger in (make_member(Role.IT_LEAD, world.h3), make_member(Role.VENDOR_ENGINEER, world.v2)):
        page = text(browser_of(stranger).get("/on-duty/"))
        assert "张强" not in page
        assert "400-800-1234" not in page


def test_my_own_next_duties_stand_on_my_home_page(crew, tomorrow):
    """SMART-5: each of the project's people knows when they are on."""
    crew.fill(crew.zhang, 3, start=tomorrow)
    assert text(browser_of(crew.zhang).get("/")).count('class="when') == 3
    assert "我的值班" not in text(browser_of(crew.li).get("/"))


def test_an_engineer_reads_the_roster_and_plans_nothing(crew, tomorrow):
    client = browser_of(crew.zhang)
    page = text(client.get(f"/roster/{crew.team.pk}/"))
    assert "批量排班" not in page
    assert client.get(day_url(crew, tomorrow)).status_code == 403
    with opened(Context.of_vendor(crew.world.v1.id)):
        Membership.objects.filter(pk=crew.zhang.pk).update(name="张强")


def test_a_level_with_people_on_it_is_not_dropped(crew, client, tomorrow):
    """What no cell would show must not go on holding in secret."""
    crew.team.levels = 2
    crew.put(crew.zhang, moment(tomorrow, 480), moment(tomorrow, 1080), level=2)
    typed = {
        "name": "影像一组", "levels": "1",
        "shift_0_name": "全天", "shift_0_from": "08:00", "shift_0_to": "08:00",
    }  # fmt: skip
    page = text(client.post(f"/roster/{crew.team.pk}/team/", typed))
    assert "要去掉的级别上还有已排的值班" in page
    assert 'value="影像一组"' in page
    assert client.post(f"/roster/{crew.team.pk}/team/", {**typed, "levels": "2"}).status_code == 302
    page = text(client.get(f"/roster/{crew.team.pk}/team/"))
    assert "白班 08:00–18:00，夜班 18:00–08:00 → 全天 08:00–08:00" in page


def test_a_duty_outside_of_todays_shifts_is_still_shown(crew, client, tomorrow):
    with opened(Context.of_vendor(crew.world.v1.id)):
        Team.objects.filter(pk=crew.team.pk).update(shifts=[["白班", 480, 1080]])
    crew.put(crew.zhang, moment(tomorrow, 1200), moment(tomorrow, 1300))
    page = text(client.get(f"/roster/{crew.team.pk}/?month={tomorrow:%Y-%m}"))
    assert "另有 一线 20:00–21:40 张强" in page


def test_two_of_one_name_are_told_apart(crew, client, world, tomorrow):
    twin = make_member(Role.VENDOR_ENGINEER, world.v1, name="张强")
    with opened(Context.of_vendor(world.v1.id)):
        Membership.objects.filter(pk=twin.pk).update(phone="13900009999")
    page = text(client.get(day_url(crew, tomorrow)))
    assert "张强（…0001）" in page
    assert "张强（…9999）" in page


@pytest.mark.parametrize("url", ["/", "/roster/", "/roster/swaps/", "/on-duty/"])
def test_lists_cost_the_same_short_and_long(crew, client, world, url):
    client.get(url)
    crew.fill(crew.manager, 1, start=timezone.localdate() + timedelta(days=1))
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    with opened(Context.of_vendor(world.v1.id)):
        teams = [
            Team.objects.create(vendor=world.v1, name=f"组{n}", shifts=crew.team.shifts, levels=1) for n in range(5)
        ]
    with opened(Context.of_hospital(world.h1.id)):
        for team in teams:
            Desk.objects.create(
                hospital=world.h1, vendor=world.v1, team=team, label=team.name, url="/", is_round_the_clock=True
            )
    crew.fill(crew.manager, 9, start=timezone.localdate() + timedelta(days=2))
    with opened(Context.of_vendor(world.v1.id)):
        for duty in Duty.objects.filter(team=crew.team)[:6]:
            Swap.objects.create(
                vendor=world.v1, duty=duty, asked_by=crew.manager, to=crew.li, why="有事", asked_at=timezone.now()
            )
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)


def test_after_midnight_the_night_that_runs_is_not_folded_away(crew):
    """CHK-e: at five past twelve the shift that runs stands in yesterday's row."""
    enter(crew.manager)
    month = month_of(crew.team, date(2026, 11, 1), the_land(), at=moment(date(2026, 11, 28), 5))
    past = [day.on.day for day in month.days if day.is_past]
    assert past == list(range(1, 27))
    (running,) = [cell.key for day in month.days for cell in day.cells if cell.is_now]
    assert running == "20261127-1-1"
