"""The pages of contracts with something in them, in a real browser."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import Page

from servicedesk.tenancy.enums import Role
from tests.browser.contract_pages import full_room, look
from tests.browser.language import latin_sentences
from tests.browser.visitor import Visitor
from tests.world import World, give_second_factor, make_member


def test_every_page_of_contracts(visitor: Visitor, world: World) -> None:
    """ALL-8: nothing cut off, nothing untranslated, nobody kept out."""
    paths, manager, _ = full_room(world)
    visitor.sign_in(manager)
    for path in paths.values():
        look(visitor, path)
        assert latin_sentences(visitor.page.content()) == [], path


def test_a_contract_is_built_by_clicking(visitor: Visitor, world: World) -> None:
    """PACS-1, ALL-2: a vendor's manager starts from a blueprint and puts the contract into force."""
    manager = make_member(Role.VENDOR_MANAGER, world.v1, name="钱经理")
    give_second_factor(manager.user)
    visitor.sign_in(manager)
    page = visitor.visit("/contracts/new/")
    page.get_by_label("嘉和重症系统运维服务").check()
    page.locator("[name=hospital]").select_option(label="市第二人民医院")
    page.get_by_role("button", name="建立草稿").click()
    page.locator("[name=number]").fill("EY-ICU-9")
    page.locator("[name=starts_on]").fill(timezone.localdate().isoformat())
    page.locator("[name=hotline]").fill("400-555-0199")
    _go_on(page)
    page.locator("[name=systems-1-name]").fill("床旁采集模块")
    _go_on(page)
    page.get_by_label("有，为").check()
    page.locator("[name=number]").fill("24")
    _go_on(page)
    for fields in page.locator("fieldset.part").all():
        fields.locator("[name$=-name]").fill("李新")
        account = fields.locator("[name$=-account]")
        if account.count():
            account.select_option(label="钱经理")
    _go_on(page)
    _go_on(page)
    assert "床旁采集模块" in page.content()
    page.get_by_role("button", name="使合同生效").click()
    page.wait_for_url("**/contracts/*/")
    assert "生效中" in page.locator(".page-sub").inner_text()
    assert "24 小时" in page.content()


def _go_on(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="保存并继续").click()
