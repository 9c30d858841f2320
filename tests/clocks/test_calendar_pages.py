"""What people do with calendars in the browser: both sides look, the lead changes, the platform enters years."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import Workbook

from servicedesk.clocks.calendars_standing import awaited_year, notes_for
from servicedesk.clocks.models import ExtraDay, LandYear, WorkCalendar
from servicedesk.health import remarks
from servicedesk.sla.promise import Metric, Promise, Unit
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import NOBODY, Context, opened
from servicedesk.ui.templatetags.ui import provisional
from tests.accounts.conftest import quick_hashes  # noqa: F401 - applies by itself
from tests.accounts.people import acts, browser_of, lead_of
from tests.clocks.running import NOTICE_2027, clocks_of, office, publish, started
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
NOTICE_2026 = Path(__file__).with_name("notices_2026.txt").read_text()
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
NOVEMBER = datetime(2026, 11, 21, 4, tzinfo=UTC)


def text(response) -> str:
    return unescape(response.content.decode())


def kept(response) -> dict[str, str]:
    """What the page of the look would send with its button."""
    found = dict(HIDDEN.findall(response.content.decode()))
    found.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in found.items()}


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def lead(world):
    return lead_of(world.h1, name="赵主任")


@pytest.fixture
def operator():
    return make_member(Role.SYSTEM_ADMINISTRATOR, name="平台小陈")


def the_day(world) -> ExtraDay:
    with opened(Context.of_hospital(world.h1.id)):
        return ExtraDay.objects.get()


DAY = {"on": "2026-12-30", "is_worked": "no", "why": "院庆"}


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


# ── a published year is taken over ───────────────────────────────────────────────────────────────────────────────────


def test_the_lead_is_told_looks_and_takes_over(world, lead):
    clock, client = started(office(world.h1, world.v1)), browser_of(lead)
    publish()
    assert "2027 年节假日安排已公布：1 项时限将变动" in text(client.get("/"))
    assert "1 项时限将变动" in text(client.get("/calendars/"))
    look = client.get("/calendars/take-over/")
    assert look.context["plan"].taken_over == [2027]
    assert client.post("/calendars/take-over/", kept(look)).url == "/calendars/"
    assert clocks_of(world.h1)[clock.pk][2] is False
    assert "将变动" not in text(client.get("/"))
    assert "已采用" in text(client.get("/calendars/take-over/"))


def test_a_year_published_again_refuses_the_old_look(world, lead):
    started(office(world.h1, world.v1))
    publish()
    client = browser_of(lead)
    look = client.get("/calendars/take-over/")
    publish(NOTICE_2027.replace("1月10日（周日）", "1月16日（周六）"))
    assert client.post("/calendars/take-over/", kept(look)).status_code == 409


def test_who_is_told_of_an_unpublished_year(world, lead, operator):
    with opened(NOBODY):
        people = [enter(member) for member in (lead, operator, make_member(Role.IT_ENGINEER, world.h1))]
        words = [[note.words for note in notes_for(person, at=NOVEMBER)] for person in people[:1]]
    assert words == [["2027 年节假日安排尚未公布，涉及该年的时限均为暂定。"]]
    with opened(NOBODY):
        assert "尚未录入" in notes_for(enter(operator), at=NOVEMBER)[0].words
    with opened(NOBODY):
        assert notes_for(enter(make_member(Role.IT_ENGINEER, world.h1)), at=NOVEMBER) == []
    assert notes_for(None, at=NOVEMBER) == []


@pytest.mark.parametrize(
    ("at", "year"),
    [("2026-09-30", None), ("2026-10-01", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027), ("2025-11-01", None)],
)
def test_from_october_on_next_year_is_awaited(world, at, year):
    assert awaited_year(at=datetime.fromisoformat(f"{at}T12:00+08:00")) == year


def test_before_october_a_due_time_that_touches_the_year_is_reason_enough(world, lead):
    june = datetime(2026, 6, 1, tzinfo=UTC)
    with opened(NOBODY):
        assert notes_for(enter(lead), at=june) == []
    started(office(world.h1, world.v1))
    with opened(NOBODY):
        assert "2027" in notes_for(enter(lead), at=june)[0].words


def test_the_status_page_says_it_and_health_stays_well(world, lead):
    page = text(browser_of(lead).get("/status"))
    assert ("待办" in page) == (awaited_year(at=timezone.now()) is not None)
    assert [finding.ok for finding in remarks(at=NOVEMBER)] == [False]
    publish()
    assert [finding.ok for finding in remarks(at=NOVEMBER)] == [True]


# ── the land's years ─────────────────────────────────────────────────────────────────────────────────────────────────


def notice(**more) -> dict[str, str]:
    return {"year": "2027", "source": "国办发明电〔2026〕8号", "notice": NOTICE_2027, **more}


def test_the_operator_pastes_looks_and_publishes(world, operator):
    client = browser_of(operator)
    look = client.post("/years/enter/", notice())
    changes = look.context["changes"]
    assert changes.lists["worked"] == [(date(2027, 1, 9), date(2027, 1, 10))]
    assert changes.lists["closed"] == [(date(2027, 1, 4), date(2027, 1, 5))]
    assert LandYear.objects.filter(year=2027).count() == 1
    assert client.post("/years/enter/", kept(look)).url == "/years/?year=2027"
    row = LandYear.objects.get(year=2027, version=2)
    assert (row.is_published, row.made_by, row.source) == (True, operator.user_id, "国办发明电〔2026〕8号")
    assert acts(None, act="clocks.year_entered") == ["clocks.year_entered"]
    page = text(client.get("/years/?year=2027"))
    assert "国办发明电〔2026〕8号" in page
    assert '<span>9</span><span class="kind">班</span>' in page


def test_2026_pasted_changes_nothing(world, operator):
    """ALL-2: the arrangement as published is the one that was shipped."""
    look = browser_of(operator).post("/years/enter/", notice(year="2026", notice=NOTICE_2026))
    assert look.context["changes"].is_empty
    assert "与现行安排相同" in text(look)


def test_somebody_quicker_makes_it_compare_again(world, operator):
    client = browser_of(operator)
    look = client.post("/years/enter/", notice())
    publish(NOTICE_2027.replace("1月10日（周日）", "1月16日（周六）"))
    again = client.post("/years/enter/", kept(look))
    assert again.status_code == 409
    assert again.context["changes"].lists["worked"] == [(date(2027, 1, 10), date(2027, 1, 10))]
    assert LandYear.objects.filter(year=2027).count() == 2
    assert client.post("/years/enter/", kept(again)).status_code == 302


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"notice": ""}, "notice", "请粘贴"),
        ({"notice": "1月1日（周四）放假"}, "notice", "是周五"),
        ({"notice": NOTICE_2026}, "notice", "这份通知是 2026 年的"),
        ({"notice": "没有日期"}, "notice", "没有找到"),
        ({"year": "2014"}, "year", "2015"),
        ({"year": "2051"}, "year", "2050"),
        ({"year": "x"}, "year", ""),
        ({"source": ""}, "source", ""),
    ],
)
def test_a_wrong_notice_is_refused_beside_its_field_and_nothing_is_lost(world, operator, given, field, said):
    given = notice(**given)
    answer = browser_of(operator).post("/years/enter/", given)
    assert list(answer.context["form"].errors) == [field]
    assert said in str(answer.context["form"].errors[field])
    assert all(value in text(answer) for value in given.values())


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def xlsx(*rows) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "file",
    [
        ("2027.csv", "日期,类型\r\n2027-01-01,休\r\n2027-01-09,班\r\n".encode("gb18030")),
        ("2027.xlsx", xlsx(("date", "kind"), (date(2027, 1, 1), "off"), (date(2027, 1, 9), "worked"))),
        ("通知.txt", NOTICE_2027.replace("、1月10日（周日）", "").encode()),
    ],
)
def test_a_file_becomes_text_that_is_confirmed(world, operator, file):
    client = browser_of(operator)
    look = client.post("/years/enter/", notice(notice="", table=upload(*file)))
    assert look.context["changes"].lists["worked"] == [(date(2027, 1, 9), date(2027, 1, 9))]
    client.post("/years/enter/", kept(look))
    assert LandYear.objects.get(year=2027, version=2).worked == ["2027-01-09"]


@pytest.mark.parametrize(
    "file",
    [
        ("2027.xlsx", b"not a workbook at all"),
        ("2027.pdf", b"%PDF-1.4\n%%EOF"),
        ("2027.csv", b""),
        ("a.exe", b"MZ" * 99),
    ],
)
def test_a_file_that_is_no_table_is_refused_beside_its_field(world, operator, file):
    answer = browser_of(operator).post("/years/enter/", notice(notice="", table=upload(*file)))
    assert "table" in answer.context["form"].errors
    assert "国办发明电〔2026〕8号" in text(answer)


def test_a_wrong_table_is_put_into_the_box_to_be_mended(world, operator):
    file = upload("2027.csv", b"2027-01-01,off\n2027-01-07,worked\n")
    answer = browser_of(operator).post("/years/enter/", notice(notice="", table=file))
    assert "是周四" in str(answer.context["form"].errors["notice"])
    assert "2027-01-07,worked" in text(answer)


def test_text_and_file_together_are_refused(world, operator):
    answer = browser_of(operator).post("/years/enter/", notice(table=upload("2027.csv", b"2027-01-01,off\n")))
    assert list(answer.context["form"].errors) == ["table"]
    assert "1月9日（周六）" in text(answer)


@pytest.mark.parametrize("role", [Role.IT_LEAD, Role.VENDOR_MANAGER, Role.SECURITY_ADMINISTRATOR])
def test_nobody_else_enters_years(world, role):
    organisation = {"hospital": world.h1, "vendor": world.v1}.get(role.side)
    client = browser_of(make_member(role, organisation))
    assert client.get("/years/").status_code == 403
    assert client.post("/years/enter/", notice()).status_code == 403


# ── the badge ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_badge_says_why_and_only_where_it_must():
    assert provisional(False) == {"sentence": ""}
    assert "2027" in provisional(True, "2027")["sentence"]
    assert "尚未公布" in provisional(True)["sentence"]


def test_the_preview_marks_provisional_times(world, lead):
    started(office(world.h1, world.v1))
    look = text(browser_of(lead).post("/calendars/days/new/", DAY))
    assert look.count('class="provisional"') == 2


def test_a_year_that_is_published_is_not_said_to_be_missing_and_the_next_one_neither(world, lead):
    """Its promises are provisional until the hospital takes it over, which is another matter."""
    started(office(world.h1, world.v1))
    publish()
    with opened(NOBODY):
        (note,) = notes_for(enter(lead), at=datetime(2026, 6, 1, tzinfo=UTC))
    assert (note.url_name, "2028" in note.words) == ("take_over_years", False)
