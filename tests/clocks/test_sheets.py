"""CHK-e: the roster as a spreadsheet, read in whole or not at all, and exported without anything that calculates."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from servicedesk.clocks.models import Duty
from servicedesk.clocks.selectors.roster import rosterable
from servicedesk.clocks.services import sheets
from servicedesk.clocks.shifts import moment
from servicedesk.files.spreadsheets import MOST_BYTES
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.people import browser_of
from tests.clocks.rosters import FRIDAY, NOW
from tests.world import make_member

pytestmark = pytest.mark.django_db
TITLES = ["日期", "一线 白班", "一线 夜班"]


def xlsx(*rows, name="roster.xlsx"):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return SimpleUploadedFile(name, kept.getvalue())


def csv(text, encoding="utf-8-sig"):
    return SimpleUploadedFile("roster.csv", text.encode(encoding))


def read(crew, upload, language="zh-hans"):
    person = crew.person
    with translation.override(language):
        return sheets.read_sheet(crew.team, upload, rosterable(person, at=NOW), at=NOW)


def found(sheet):
    return [(f"{one.slot.on:%m-%d}", one.slot.level, one.slot.shift, one.member_id) for one in sheet.changes]


def faults(sheet):
    return [(fault.cell, fault.sentence) for fault in sheet.faults]


@pytest.mark.parametrize(
    "written",
    [
        date(2026, 11, 27), datetime(2026, 11, 27), "2026-11-27", "2026/11/27", "2026.11.27", "20261127", 20261127,
        "2026年11月27日", "2026-11-27 周五", "2026/11/27（星期五）", "11-27", "11/27", "11月27日", 46353, "46353",
        "2026-11-27 00:00:00",
    ],
)  # fmt: skip
def test_a_date_may_be_written_as_people_write_it(written):
    assert sheets.day_in(written, at=NOW) == FRIDAY


@pytest.mark.parametrize(
    "written", ["", None, "明天", "2026-02-30", "13-45", "27/11/2026 x", "=TODAY()", 11.3, True, "99999999"]
)
def test_what_is_no_date_is_not_guessed(written):
    assert sheets.day_in(written, at=NOW) is None


def test_a_short_date_is_the_nearest_one():
    assert sheets.day_in("1月2日", at=NOW) == date(2027, 1, 2)
    assert sheets.day_in("2-29", at=NOW) is None


def test_people_are_found_by_name_and_empty_cells_change_nothing(crew):
    """CHK-e"""
    sheet = read(crew, xlsx(TITLES, [FRIDAY, "张强", None], [FRIDAY + timedelta(days=1), "", " 李 娜 "]))
    assert faults(sheet) == []
    assert found(sheet) == [("11-27", 1, 0, crew.zhang.pk), ("11-28", 1, 1, crew.li.pk)]


def test_columns_may_stand_in_any_order_and_either_language(crew):
    sheet = read(crew, xlsx(["Date", "First line 夜班", "First line 白班"], [FRIDAY, "张强", "李娜"]))
    assert found(sheet) == [("11-27", 1, 1, crew.zhang.pk), ("11-27", 1, 0, crew.li.pk)]


@pytest.mark.parametrize(("encoding", "sign"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-8", ";"), ("utf-8", "\t")])
def test_csv_of_any_office(crew, encoding, sign):
    text = "\r\n".join([sign.join(TITLES), sign.join(["2026-11-27", "张强", "李娜"])])
    assert len(found(read(crew, csv(text, encoding)))) == 2


def test_everything_wrong_is_named_by_its_cell_at_once(crew, world):
    make_member(Role.VENDOR_ENGINEER, world.v1, name="王磊")
    make_member(Role.VENDOR_ENGINEER, world.v1, name="周已走", until_at=NOW - timedelta(days=1))
    make_member(Role.VENDOR_ENGINEER, world.v2, name="外人")
    sheet = read(
        crew,
        xlsx(
            [*TITLES, "三线 白班"],
            [FRIDAY, "王磊", "谁"],
            ["昨天", "张强"],
            [FRIDAY, "张强"],
            [FRIDAY + timedelta(days=1), "周已走", "外人"],
            [FRIDAY + timedelta(days=2), "=1+1", None],
        ),
    )
    assert [cell for cell, _sentence in faults(sheet)] == ["D1", "B2", "C2", "A3", "A4", "B5", "C5", "B6"]
    assert "2 个人叫“王磊”" in dict(faults(sheet))["B2"]
    assert "第 2 行" in dict(faults(sheet))["A4"]


def test_a_sheet_without_the_teams_columns_or_names_is_refused(crew):
    assert faults(read(crew, xlsx(["谁", "何时"], [FRIDAY, "张强"])))[-1][0] == "A1"
    assert faults(read(crew, xlsx(TITLES, [FRIDAY, None, None]))) == [("B2", "文件中没有任何姓名。")]


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("roster.xlsx", b""),
        SimpleUploadedFile("roster.xlsx", b"PK\x03\x04 broken"),
        SimpleUploadedFile("roster.pdf", b"%PDF-1.4\n%%EOF"),
        SimpleUploadedFile("roster.txt", "日期,一线 白班".encode()),
        SimpleUploadedFile("roster.csv", b"x" * (MOST_BYTES + 1)),
    ],
    ids=["empty", "broken", "pdf", "text", "large"],
)
def test_what_is_no_spreadsheet_is_refused_with_a_sentence(crew, upload):
    with pytest.raises(Refused) as refusal:
        read(crew, upload)
    assert str(refusal.value.sentence)


def test_more_than_a_year_is_refused(crew):
    with pytest.raises(Refused, match="400"):
        read(crew, csv("\n".join([",".join(TITLES), *["2026-11-27,张强,"] * 401])))


# ── out and in again ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_exported_can_be_read_in_again_and_nothing_in_it_calculates(crew):
    with opened(Context.of_vendor(crew.world.v1.id)):
        Membership.objects.filter(pk=crew.zhang.pk).update(name='=HYPERLINK("http://x","张")')
    crew.put(crew.zhang, moment(FRIDAY, 480), moment(FRIDAY, 1080))
    crew.put(crew.li, moment(FRIDAY, 1080), moment(FRIDAY, 1920))
    client = browser_of(crew.manager)
    content = client.get(f"/roster/{crew.team.pk}/export/?month=2026-11").content
    page = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in page[1]] == TITLES
    assert page.max_row == 31
    cell = page["B28"]
    assert (cell.data_type, cell.quotePrefix, cell.value[0]) == ("s", True, "=")
    again = read(crew, SimpleUploadedFile("roster.xlsx", content))
    assert faults(again) == []
    assert found(again) == [("11-27", 1, 0, crew.zhang.pk), ("11-27", 1, 1, crew.li.pk)]


def test_the_template_has_the_days_and_columns_and_no_people(crew):
    crew.put(crew.li, moment(FRIDAY, 1080), moment(FRIDAY, 1920))
    content = browser_of(crew.manager).get(f"/roster/{crew.team.pk}/template/?month=2026-11").content
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0] == tuple(TITLES)
    assert [row[0].date() for row in rows[1:]] == [date(2026, 11, day) for day in range(1, 31)]
    assert {row[1:] for row in rows[1:]} == {(None, None)}


def test_on_the_page_the_file_is_checked_shown_and_then_taken_over(crew):
    client, url = browser_of(crew.manager), f"/roster/{crew.team.pk}/import/"
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert "请先选择文件。" in client.post(url, {"sheet": ""}).content.decode()
    page = client.post(url, {"sheet": xlsx(TITLES, [tomorrow, "张强", "谁"])}).content.decode()
    assert "C2" in page
    page = client.post(url, {"sheet": xlsx(TITLES, [tomorrow, "张强", "李娜"])})
    with opened(Context.of_vendor(crew.world.v1.id)):
        assert not Duty.objects.exists()
    done = client.post(f"/roster/{crew.team.pk}/plan/", {"plan": page.context["token"]})
    assert done.url == f"/roster/{crew.team.pk}/?month={tomorrow:%Y-%m}"
    assert [duty[0] for duty in crew.duties()] == ["张强", "李娜"]
