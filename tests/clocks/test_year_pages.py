"""The land's years: pasted from the notice by an operator, taken over by each hospital's lead."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook

from servicedesk.clocks.calendars_standing import awaited_year, notes_for
from servicedesk.clocks.models import LandYear
from servicedesk.health import remarks
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import NOBODY, opened
from servicedesk.ui.templatetags.ui import provisional
from tests.accounts.conftest import quick_hashes  # noqa: F401 - applies by itself
from tests.accounts.people import acts, browser_of
from tests.clocks.running import NOTICE_2027, clocks_of, office, publish, started
from tests.clocks.visits import DAY, kept, notice, text
from tests.world import enter, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_chinese")]
NOTICE_2026 = Path(__file__).with_name("notices_2026.txt").read_text()
NOVEMBER = datetime(2026, 11, 21, 4, tzinfo=UTC)


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
