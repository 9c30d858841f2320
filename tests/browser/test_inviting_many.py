"""A lead brings a hospital's people in by one spreadsheet: told what is wrong, shown who, handed the links. Issue 2."""

from __future__ import annotations

import io

from openpyxl import load_workbook
from playwright.sync_api import FilePayload, expect

from servicedesk.tenancy.enums import Role
from tests.accounts.test_invitation_sheets import xlsx
from tests.browser.language import latin_sentences
from tests.browser.visitor import Visitor
from tests.world import World, give_second_factor, make_member

TITLES = ["姓名", "角色", "电话"]


def sheet(*rows: list[str]) -> FilePayload:
    return {"name": "人员.xlsx", "mimeType": "application/octet-stream", "buffer": xlsx(TITLES, *rows).read()}


def look(visitor: Visitor) -> None:
    for _ in visitor.on_each_device():
        assert visitor.overflow() == 0, visitor.wide()
        assert visitor.axe() == []
    assert latin_sentences(visitor.page.content()) == []


def test_the_whole_way(visitor: Visitor, world: World) -> None:
    lead = make_member(Role.IT_LEAD, world.h1, name="李主任")
    give_second_factor(lead.user)
    page = visitor.sign_in(lead).visit("/people/invite/")
    page.get_by_role("link", name="用表格批量邀请").click()
    page.locator("input[type=file]").set_input_files(sheet(["刘敏", "护士长", "8105"], ["陈浩", "信息科工程师", ""]))
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#faults")).to_contain_text("“护士长”不是您可以授予的角色")
    look(visitor)
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载待改文件").click()
    rows = list(load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.iter_rows(values_only=True))
    assert rows[1][3].startswith("B2: “护士长”")
    page.locator("input[type=file]").set_input_files(
        sheet(["刘敏", "信息科工程师", "8105"], ["陈浩", "信息科工程师", ""])
    )
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#plan")).to_contain_text("将邀请 2 人")
    look(visitor)
    page.get_by_role("button", name="发出邀请").click()
    expect(page.locator("h1")).to_have_text("已邀请 2 人")
    look(visitor)
    link = page.get_by_label("刘敏的链接").input_value()
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载链接").click()
    assert load_workbook(io.BytesIO(taken.value.path().read_bytes())).active["F2"].value == link
