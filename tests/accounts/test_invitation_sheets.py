"""Hundreds of people from one spreadsheet: looked at first, all or none, each with a link of their own. Issue 2."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from servicedesk.accounts.models import Invitation
from servicedesk.accounts.services.invitation_sheets import MOST_PEOPLE
from servicedesk.files.spreadsheets import MOST_BYTES
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.people import acts, browser_of, invited, lead_of
from tests.world import make_member

pytestmark = pytest.mark.django_db
URL = "/people/invite/sheet/"
TITLES = ["姓名", "角色", "科室", "电话", "邮箱"]
NURSE = ["刘敏", "科室报修人", "放射科", 13800000001, "liu@example.org"]


@pytest.fixture
def lead(world):
    with opened(Context.of_hospital(world.h1.id)):
        Department.objects.filter(pk=world.radiology[world.h1.id].pk).update(name="放射科")
    return lead_of(world.h1, name="周国华")


def xlsx(*rows, name="people.xlsx"):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return SimpleUploadedFile(name, kept.getvalue())


def look(client, *rows, titles=None):
    answer = client.post(URL, {"sheet": xlsx(titles or titles_of(client), *rows)})
    assert answer.status_code == 200
    return answer


def titles_of(client):
    return [cell.value for cell in load_workbook(io.BytesIO(client.get(f"{URL}template/").content)).worksheets[0][1]]


def hidden(answer):
    return unescape(re.findall(r'name="rows" value="([^"]+)"', answer.content.decode())[-1])


def somebody_here(world, phone):
    member = make_member(Role.IT_ENGINEER, world.h1, name="王磊")
    with opened(Context.of_hospital(world.h1.id)):
        Membership.objects.filter(pk=member.pk).update(phone=phone)


def faults(answer):
    return {fault.cell: fault.sentence for fault in answer.context.get("faults", [])}


def open_ones(hospital):
    with opened(Context.of_hospital(hospital.id)):
        return list(Invitation.objects.filter(hospital=hospital).select_related("department").order_by("id"))


def test_a_file_is_looked_at_and_only_then_everybody_is_invited(world, lead):
    client = browser_of(lead)
    shown = look(client, NURSE, ["陈浩", Role.IT_ENGINEER, "", "", ""])
    assert "将邀请 2 人" in shown.content.decode()
    assert open_ones(world.h1) == [], "nothing before the yes"
    page = client.post(f"{URL}all/", {"rows": hidden(shown)})
    one, two = open_ones(world.h1)
    assert (one.name, one.role, one.department.name, one.phone) == ("刘敏", "ward_reporter", "放射科", "13800000001")
    assert (two.name, two.role, two.department, two.email) == ("陈浩", "it_engineer", None, "")
    assert acts(world.h1, subject_kind="accounts.invitation") == ["accounts.invited"] * 2
    links = re.findall(r'readonly value="http://testserver(/join/[^"]+)"', page.content.decode())
    assert len(links) == 2
    newcomer = {"username": "liu.min", "password1": "Herbst-Laub-26", "password2": "Herbst-Laub-26"}
    assert Client().post(links[0], newcomer).url == "/"
    with opened(Context.of_hospital(world.h1.id)):
        assert Membership.objects.get(user__username="liu.min").name == "刘敏"


def test_the_links_leave_as_a_spreadsheet_that_calculates_nothing(world, lead):
    client = browser_of(lead)
    page = client.post(f"{URL}all/", {"rows": hidden(look(client, ["=1+1", Role.IT_ENGINEER]))})
    sheet = load_workbook(io.BytesIO(client.post(f"{URL}links/", {"rows": hidden(page)}).content)).active
    assert [cell.value for cell in sheet[1]] == [*TITLES, "链接"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("=1+1", "s", True)
    assert sheet["F2"].value in unescape(page.content.decode())


def test_everything_wrong_is_named_by_its_cell_at_once_and_nobody_is_invited(world, lead):
    somebody_here(world, "13900000000")
    invited(lead, Role.IT_ENGINEER)  # 李新
    client = browser_of(lead)
    shown = look(
        client,
        ["", Role.IT_ENGINEER],
        ["甲", "院长"],
        ["乙", Role.VENDOR_ENGINEER],
        ["丙", Role.WARD_REPORTER],
        ["丁", Role.WARD_REPORTER, "骨科"],
        ["戊", Role.IT_ENGINEER, "", "", "no mail"],
        ["己", Role.IT_ENGINEER],
        ["己", Role.IT_LEAD],
        ["王 磊", Role.IT_ENGINEER],
        ["李新", Role.IT_ENGINEER],
        ["x" * 61, Role.IT_ENGINEER],
        ["a\u202eb", Role.IT_ENGINEER, "", "1" * 31],
    )
    said = faults(shown)
    assert list(said) == ["A2", "B3", "B4", "C5", "C6", "E7", "A9", "A10", "A11", "A12", "D13"]
    assert "第 8 行" in said["A9"]
    assert "骨科" in said["C6"]
    assert "科室报修人、信息科工程师" in said["B3"]
    assert 'action="/people/invite/sheet/all/"' not in shown.content.decode()
    assert [one.name for one in open_ones(world.h1)] == ["李新"]


def test_the_file_to_mend_is_theirs_with_what_is_wrong_behind_each_row(lead):
    client = browser_of(lead)
    shown = look(client, NURSE, ["甲", "院长", "放射科"])
    answer = client.post(f"{URL}wrong/", {"rows": hidden(shown)})
    assert answer["Content-Disposition"] == 'attachment; filename="invitations-to-mend.xlsx"'
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0] == (*TITLES, "哪里不对")
    assert rows[1][:5] == ("刘敏", "科室报修人", "放射科", "13800000001", "liu@example.org")
    assert (rows[1][5], rows[2][0], rows[2][5][:3]) == (None, "甲", "B3:")


def test_somebody_of_the_same_name_comes_in_with_their_phone(world, lead):
    somebody_here(world, "139-0000-0000")
    client = browser_of(lead)
    assert list(faults(look(client, ["王磊", Role.IT_ENGINEER, "", "13900000000"]))) == ["A2"]
    assert faults(look(client, ["王磊", Role.IT_ENGINEER, "", "13911111111"])) == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_can_be_filled_in_and_offers_what_there_is(lead, language):
    type(lead.user).objects.filter(pk=lead.user_id).update(language=language)
    client = browser_of(lead)
    book = load_workbook(io.BytesIO(client.get(f"{URL}template/").content))
    page, choices = book.worksheets
    rules = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert set(rules) == {f"B2:B{MOST_PEOPLE + 1}", f"C2:C{MOST_PEOPLE + 1}"}
    with translation.override(language):
        roles = [str(role.label) for role in Role if role.side == "hospital"]
    assert [choices[f"B{n}"].value for n in range(1, 5)] == roles
    page.append(["刘敏", roles[0], "放射科"])
    kept = io.BytesIO()
    book.save(kept)
    assert faults(client.post(URL, {"sheet": SimpleUploadedFile("people.xlsx", kept.getvalue())})) == {}


def test_a_vendors_people_have_no_departments_and_a_project_manager_invites_engineers_only(world):
    manager = browser_of(make_member(Role.PROJECT_MANAGER, world.v1))
    assert titles_of(manager) == ["姓名", "角色", "电话", "邮箱"]
    said = faults(look(manager, ["甲", Role.VENDOR_MANAGER], ["乙", Role.VENDOR_ENGINEER]))
    assert list(said) == ["B2"]
    assert "C1" in faults(look(manager, ["乙", Role.VENDOR_ENGINEER, "x"], titles=["姓名", "角色", "科室"]))


def test_pressed_twice_nobody_is_invited_twice(world, lead):
    client = browser_of(lead)
    plan = hidden(look(client, NURSE, ["陈浩", Role.IT_ENGINEER]))
    assert client.post(f"{URL}all/", {"rows": plan}).status_code == 200
    again = client.post(f"{URL}all/", {"rows": plan})
    assert (again.status_code, len(open_ones(world.h1))) == (409, 2)
    assert "有 2 人已加入或已被邀请：刘敏、陈浩。" in again.content.decode()


@pytest.mark.parametrize("act", ["all", "links", "wrong"])
def test_a_plan_of_somebody_else_of_yesterday_or_made_up_is_refused(world, lead, act):
    plan = hidden(look(browser_of(lead), NURSE))
    for client, rows in ((browser_of(lead_of(world.h1)), plan), (browser_of(lead), "x"), (browser_of(lead), "")):
        answer = client.post(f"{URL}{act}/", {"rows": rows})
        assert answer.status_code == 409
        assert "请重新生成" in answer.content.decode()
    assert open_ones(world.h1) == []


def test_a_department_closed_meanwhile_makes_none_of_them(world, lead):
    client = browser_of(lead)
    plan = hidden(look(client, ["陈浩", Role.IT_ENGINEER], NURSE))
    with opened(Context.of_hospital(world.h1.id)):
        Department.objects.filter(name="放射科").update(closed_at=timezone.now())
    assert client.post(f"{URL}all/", {"rows": plan}).status_code == 409
    assert open_ones(world.h1) == []


@pytest.mark.parametrize(
    "upload",
    [
        None,
        SimpleUploadedFile("people.xlsx", b""),
        SimpleUploadedFile("people.xlsx", b"PK\x03\x04 broken"),
        SimpleUploadedFile("people.pdf", b"%PDF-1.4\n%%EOF"),
        SimpleUploadedFile("people.csv", b"x" * (MOST_BYTES + 1)),
        SimpleUploadedFile("people.csv", ("姓名,角色\n" + "甲,it_engineer\n" * (MOST_PEOPLE + 1)).encode()),
    ],
    ids=["none", "empty", "broken", "pdf", "large", "too many"],
)
def test_what_is_no_such_file_is_refused_beside_its_field(lead, upload):
    answer = browser_of(lead).post(URL, {"sheet": upload} if upload else {})
    assert answer.status_code == 200
    [sentence] = answer.context["form"].errors["sheet"]
    assert f'<p class="invalid-feedback">{sentence}</p>' in unescape(answer.content.decode())


@pytest.mark.parametrize("text", ["", "谁,何时\n甲,it_engineer", "姓名,角色\n", "姓名,姓名,角色\n甲,乙,it_engineer"])
def test_a_file_without_the_columns_or_without_people_says_so(lead, text):
    upload = SimpleUploadedFile("people.csv", text.encode() or b"\n")
    answer = browser_of(lead).post(URL, {"sheet": upload})
    assert faults(answer) or answer.context["form"].errors["sheet"]


def test_three_people_and_three_hundred_cost_the_same_to_look_at(lead):
    client, counts = browser_of(lead), []
    look(client, NURSE)
    for many in (3, 300):
        rows = [[f"人{number}", Role.IT_ENGINEER, "", str(13000000000 + number)] for number in range(many)]
        upload = xlsx(TITLES, *rows)
        with CaptureQueriesContext(connection) as found:
            assert faults(client.post(URL, {"sheet": upload})) == {}
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_nobody_else_gets_at_it(world):
    """ALL-1"""
    for role in (Role.WARD_REPORTER, Role.IT_ENGINEER, Role.HOSPITAL_AUDITOR):
        client = browser_of(make_member(role, world.h1, department=world.radiology[world.h1.id]))
        assert client.get(URL).status_code == client.post(f"{URL}all/").status_code == 403
