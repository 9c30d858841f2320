"""The frame around the pages: keys, menus, colours, language, questions, toasts; with a script and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from servicedesk.tenancy.enums import Role
from tests.browser.visitor import PHONE, Visitor
from tests.world import PASSWORD, World, make_member, make_user


@pytest.fixture
def member(visitor: Visitor, world: World) -> Visitor:
    return visitor.sign_in(make_member(Role.IT_ENGINEER, world.h1, name="王小明"))


REACHABLE = """
    [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex="0"]')]
        .filter(e => e.offsetParent && !e.disabled && e.tabIndex >= 0 && !e.closest('dialog, .menu-panel'))
        .filter(e => e.type !== 'radio' || !e.matches('[name="' + e.name + '"] ~ *') && e.id.endsWith('_0'))
        .map((e, number) => { e.dataset.number = number; return e.outerHTML.slice(0, 80); })"""
WHERE = """
    (() => { const e = document.activeElement, box = e.closest('.file-drop') || e;
             return [e.dataset.number || '', getComputedStyle(box).outlineStyle]; })()"""


def test_the_tab_key_reaches_everything_and_shows_where_it_is(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    wanted = dict(enumerate(page.evaluate(REACHABLE)))
    seen = {}
    for _ in range(len(wanted) + 10):
        page.keyboard.press("Tab")
        number, outline = page.evaluate(WHERE)
        if number:
            seen[int(number)] = outline
    assert {html for number, html in wanted.items() if number not in seen} == set()
    assert {wanted[number] for number, outline in seen.items() if outline == "none"} == set()


def test_the_first_tab_skips_to_the_content(member: Visitor) -> None:
    page = member.visit("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_a_question_mark_lists_the_keys_of_the_page_and_escape_closes_it(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    page.keyboard.press("?")
    dialog = page.locator("#keys")
    expect(dialog).to_be_visible()
    assert "g h 首页" in " ".join(dialog.inner_text().split())
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_keys_in_a_row_lead_to_a_page_but_not_while_typing(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    page.locator("#filter_q").click()
    page.keyboard.type("gh?")
    assert page.locator("#filter_q").input_value() == "gh?"
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{member.address}/")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(member: Visitor) -> None:
    page = member.visit("/")
    summary = page.locator(".topbar details.menu > summary").last
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".topbar .menu-panel").last).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".topbar .menu-panel").last).to_be_hidden()
    expect(summary).to_be_focused()


def test_colours_are_kept_on_every_device_and_on_the_sign_in_page(member: Visitor) -> None:
    page = member.visit("/")
    page.locator(".topbar details.menu > summary").last.click()
    page.locator(".topbar button[name=theme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    member.expects = ("404",)
    page = member.visit("/nothing/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_language_of_the_person(member: Visitor) -> None:
    page = member.visit("/")
    page.locator(".topbar details.menu > summary").last.click()
    page.locator(".topbar button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Good day")


def test_without_the_person_the_browser_keeps_the_language(visitor: Visitor) -> None:
    page = visitor.visit("/accounts/login/")
    expect(page.locator("h1")).to_have_text("登录")
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("h1")).to_have_text("Sign in")


def test_a_grave_act_is_asked_about_first(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    address = page.url
    page.locator("button[data-confirm]").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[data-question]")).to_have_text("确定撤回这张报修单吗？")
    expect(dialog.locator("[data-yes]")).to_have_text("撤回")
    dialog.locator("[data-closes]").click()
    expect(dialog).to_be_hidden()
    assert page.url == address
    page.locator("button[data-confirm]").click()
    with page.expect_navigation():
        dialog.locator("[data-yes]").click()


def test_a_chip_counts_down_by_the_servers_time(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    chip = page.locator('.countdown[data-state="close"] .words').first
    before = chip.inner_text()
    expect(chip).not_to_have_text(before)
    assert chip.inner_text().startswith("还剩 3 分") or chip.inner_text().startswith("还剩 2 分")


def test_a_chip_turns_red_and_then_overdue_by_itself(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    chip = page.locator(".countdown[data-due-at]").first
    overdue = ((timedelta(minutes=1), "1 分"), (timedelta(minutes=192), "03:12"), (timedelta(days=2), "2 天 00:00"))
    shown = [(-time - timedelta(seconds=20), "over", f"超时 {words}") for time, words in overdue]
    for left, state, words in ((timedelta(minutes=20), "soon", "分"), *shown):
        chip.evaluate(
            "(e, ms) => { e.dataset.dueAt = Number(e.dataset.now) + ms + 5000; }", left.total_seconds() * 1000
        )
        expect(chip).to_have_attribute("data-state", state)
        expect(chip.locator(".words")).to_contain_text(words)


def test_a_chart_is_drawn_from_its_table_and_the_table_stays(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    expect(page.locator("figure[data-chart] canvas").first).to_be_visible()
    assert page.locator("figure[data-chart] tbody tr").count() == 7
    page.emulate_media(media="print")
    expect(page.locator("figure[data-chart] table")).to_be_visible()
    expect(page.locator("figure[data-chart] .canvas")).to_be_hidden()
    expect(page.locator(".rail")).to_be_hidden()


def test_picked_files_are_named_and_too_big_ones_marked(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    sizes = {"小.png": 10, "大.png": 6_000_000}
    page.locator("#id_picture").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": b"x" * size} for name, size in sizes.items()]
    )
    expect(page.locator(".file-list li")).to_have_count(2)
    expect(page.locator(".file-list .refused")).to_contain_text("文件过大，最大 5.0 MB")


def test_tabs_by_arrow(member: Visitor) -> None:
    page = member.visit("/ui-gallery/")
    page.locator("#tab-answer").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-note")).to_be_focused()
    expect(page.locator("#panel-note")).to_be_visible()
    expect(page.locator("#panel-answer")).to_be_hidden()


def test_on_a_phone_the_bar_at_the_thumb_leads_on(member: Visitor) -> None:
    page = member.with_device(viewport=PHONE).visit("/ui-gallery/")
    expect(page.locator(".rail")).to_be_hidden()
    page.locator(".bottombar summary").click()
    expect(page.locator(".bottombar .menu-panel")).to_be_visible()
    page.locator(".bottombar .bottom-link").first.click()
    expect(page.locator("h1")).to_contain_text("您好")


def test_everything_stands_without_a_script(visitors: Callable[[], Visitor], world: World) -> None:
    visitor = visitors().with_device(java_script_enabled=False, viewport=PHONE)
    visitor.sign_in(make_member(Role.IT_ENGINEER, world.h1, name="王小明"))
    page = visitor.visit("/")
    page.locator(".bottombar summary").click()
    page.locator(".bottombar button[name=theme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page = visitor.visit("/ui-gallery/")
    expect(page.locator("figure[data-chart] table")).to_be_visible()
    expect(page.locator('.countdown[data-state="over"]').first).to_have_text("超时 12 分")


def test_signing_in_and_out_by_hand(visitor: Visitor, world: World) -> None:
    make_member(Role.IT_ENGINEER, world.h1, name="王小明", user=make_user("xiaoming"))
    page = visitor.visit("/")
    page.locator("#id_login").fill("xiaoming")
    page.locator("#id_password").fill("wrong")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".alert-danger")).to_be_visible()
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("h1")).to_contain_text("您好，王小明")
    page.locator(".topbar details.menu > summary").last.click()
    page.locator(".topbar form[action$='/logout/'] button").click()
    expect(page.locator("h1")).to_have_text("登录")


def test_a_refusal_of_a_part_of_the_page_is_said_in_its_own_words(member: Visitor) -> None:
    member.expects = ("404",)
    page = member.visit("/ui-gallery/")
    page.locator("[hx-get^='/refused']").click()
    toast = page.locator(".toast-note.error")
    expect(toast).to_contain_text("页面不存在，或者您无权查看。")
    toast.locator(".close").click()
    expect(toast).to_have_count(0)


def test_a_page_that_asks_for_news_by_itself_says_so(member: Visitor) -> None:
    """Otherwise a session that nobody sits before would never end (GB/T 22239 8.1.4.1 b)."""
    with member.page.expect_request("**/inbox/unread/") as asked:
        member.visit("/")
    assert asked.value.headers["x-by-itself"] == "1"


def test_another_organisation_is_two_steps_away(visitor: Visitor, world: World) -> None:
    user = make_user()
    here = make_member(Role.IT_ENGINEER, world.h1, name="王小明", user=user)
    make_member(Role.WARD_REPORTER, world.h2, name="王小明", user=user)
    page = visitor.sign_in(here).visit("/")
    page.locator(".topbar summary.whoami").click()
    page.locator(".topbar .menu-panel button", has_text="二院").click()
    expect(page.locator(".whoami .tag-org")).to_contain_text("市第二人民医院")
    expect(page.locator(".whoami .role")).to_have_text("科室报修人")
