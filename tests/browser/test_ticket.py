"""A ticket's page in a real browser: looks, keys alone, two engineers at once, a draft that survives in many ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.ticket_pages import Room, paths_of, ticket_room
from tests.browser.visitor import PHONE, Visitor
from tests.world import World
from tickets.models import Draft, Entry
from tickets.services import working

WORDS = "归档服务已经重启，请再试一次"
KEPT = "草稿已保存"
TROUBLE = ("Failed to load resource", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


@pytest.fixture
def room(world: World) -> Room:
    return ticket_room(world)


@pytest.fixture
def page(room: Room, visitor: Visitor) -> Page:
    """The engineer on the ticket's page."""
    visitor.expects = TROUBLE
    return visitor.sign_in(room.desk.engineer).visit(room.path())


def write(page: Page, words: str = WORDS, *, is_kept: bool = True) -> None:
    page.fill("#reply-text", words)
    if is_kept:
        expect(page.locator("#panel-reply [data-draft-state]")).to_contain_text(KEPT, timeout=2500)


def send(page: Page) -> None:
    page.click("#panel-reply button[type=submit]")


def written(room: Room, words: str = WORDS) -> int:
    with room.desk.inside():
        return Entry.objects.filter(ticket=room.ticket, text=words).count()


def begun(room: Room) -> int:
    with room.desk.acting(room.desk.engineer) as person:
        return Draft.objects.visible_to(person).count()


def holds(page: Page, words: str = WORDS) -> None:
    expect(page.locator("#reply-text")).to_have_value(words)


def test_every_page_of_a_ticket(visitor: Visitor, room: Room) -> None:
    """Nothing cut off, nothing untranslated, nobody kept out."""
    for path, member in paths_of(room).values():
        visitor.sign_in(member)
        look(visitor, path)
        content = visitor.page.content().replace("{reporter}", "").replace("{number}", "").replace("{me}", "")
        assert latin_sentences(content) == [], path


def test_from_accepting_to_resolving_by_keys_alone(room: Room, visitor: Visitor) -> None:
    """≤ 12 keys: what is typed as words comes by an input method, and is not counted."""
    page = visitor.sign_in(room.desk.engineer).visit(room.path(ticket=room.fresh))
    pressed = 0

    def press(*keys: str) -> None:
        nonlocal pressed
        for key in keys:
            page.keyboard.press(key)
            pressed += 1

    press("a")
    page.wait_for_selector("#ticket-line .badge:text('处理中')")
    press("s")
    page.wait_for_selector("#act[open] textarea:focus")
    page.keyboard.insert_text("更换出片辊，试打正常")
    press("Tab", "ArrowDown", "Tab", "ArrowDown", "Control+Enter")
    page.wait_for_selector("#ticket-line .badge:text('已解决')")
    assert pressed <= 12
    ticket = room.desk.fresh(room.fresh)
    assert (ticket.state, ticket.assignee_id) == ("resolved", room.desk.engineer.pk)


def test_a_ready_made_answer_by_keys(room: Room, page: Page) -> None:
    page.keyboard.press("m")
    page.wait_for_selector("#act[open] .macro-list a")
    page.click("#act .macro-list a:has-text('重启归档服务')")
    expect(page.locator("textarea[name=words]")).to_have_value("刘敏您好，已重启归档服务，图像恢复。")


def test_its_line_stays_in_view(page: Page) -> None:
    """Number, severity, system, hospital, state and who, however far one reads."""
    page.set_viewport_size({"width": 1280, "height": 400})
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate("scrollY") > 100
    box = page.locator("#ticket-line").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 60
    line = page.locator("#ticket-line").inner_text()
    assert all(word in line for word in ("SHEN-", "B", "省医", "PACS", "处理中", "王建国"))


def test_the_sheet_of_keys_names_the_acts(page: Page) -> None:
    page.keyboard.press("?")
    sheet = page.locator("#keys").inner_text()
    assert all(words in sheet for words in ("登记解决方案", "回复", "内部备注", "记录动作"))


def test_what_is_below_comes_when_one_scrolls_there(room: Room, visitor: Visitor) -> None:
    """And from the line at the top a thumb reaches all acts; those not possible say why when one asks."""
    page = visitor.sign_in(room.desk.engineer).with_device(viewport=PHONE).visit(room.path())
    assert page.locator("#same-system").count() == 0
    page.locator("#around").scroll_into_view_if_needed()
    expect(page.locator("#same-system")).to_contain_text("影像归档很慢")
    page.click("#ticket-line [data-opens-tab]")
    expect(page.locator("#panel-acts .act-group a").first).to_be_in_viewport()
    expect(page.locator("#panel-acts .act-group a:has-text('关联或合并')")).to_be_visible()
    refused = page.locator("#panel-acts .not-now li:has-text('接单')")
    expect(refused).to_be_hidden()
    page.click("#panel-acts .not-now summary")
    expect(refused).to_contain_text("已在处理中。")


def test_beside_the_queue_an_act_opens_too(room: Room, visitor: Visitor) -> None:
    page = visitor.sign_in(room.desk.engineer).visit("/tickets/")
    page.click("[data-splits]")
    page.click(f"#queue-list [data-ticket='{room.ticket.pk}'] a.title")
    page.click("#pane #tab-acts")
    page.click("#pane #panel-acts a:has-text('登记解决方案')")
    page.wait_for_selector("#act[open] textarea:focus")


def test_two_engineers_at_once(room: Room, visitors: Callable[[], Visitor]) -> None:
    """Both see each other; one accepts and the other is told who; the second answer is stopped, kept, and sent."""
    caches["presence"].clear()
    one, two = visitors(), visitors()
    two.expects = TROUBLE
    mine = one.sign_in(room.desk.engineer).visit(room.path(ticket=room.fresh))
    theirs = two.sign_in(room.desk.colleague).visit(room.path(ticket=room.fresh))
    expect(theirs.locator("#presence")).to_contain_text("王建国 也在查看", timeout=5000)
    mine.click("#tab-reply")
    mine.keyboard.type("w")
    expect(theirs.locator("#presence")).to_contain_text("王建国 正在输入", timeout=5000)
    mine.fill("#reply-text", "")
    mine.click("#ticket-line button:has-text('接单')")
    mine.wait_for_selector("#ticket-line .badge:text('处理中')")
    expect(theirs.locator("#changed-elsewhere")).to_be_visible(timeout=2600)  # two seconds, and a busy machine
    theirs.fill("#reply-text", WORDS)
    theirs.click("#panel-reply button[type=submit]")
    theirs.wait_for_selector(".stale:has-text('接单')")
    holds(theirs)
    theirs.click("button:has-text('仍然发送')")
    theirs.wait_for_selector(f".stream .line:has-text('{WORDS}')")
    with room.desk.inside():
        assert Entry.objects.filter(ticket=room.fresh, text=WORDS).count() == 1


def test_what_is_new_comes_in_beside_what_is_written(room: Room, page: Page) -> None:
    write(page)
    room.desk.act(working.say, room.ticket, by=room.desk.it, at=timezone.now(), text="二号诊室也打不开")
    page.click("[data-shows-news]", timeout=5000)
    page.wait_for_selector(".stream .line:has-text('二号诊室也打不开')")
    holds(page)
    send(page)
    page.wait_for_selector(f".stream .line:has-text('{WORDS}')")
    assert (written(room), begun(room)) == (1, 0)


# ── a draft survives ─────────────────────────────────────────────────────────────────────────────────────────────────
# Each way on the same ticket, because making one takes longer than losing a draft; a failure names its way.
Visitors = Callable[[], Visitor]


def loading_the_page_anew(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    write(page)
    page.reload()
    holds(page)


def another_tab(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    write(page)
    other = page.context.new_page()
    other.goto(room.path())
    holds(other)


def another_device(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    write(page)
    phone = visitors().sign_in(room.desk.engineer).with_device(viewport={"width": 360, "height": 740})
    holds(phone.visit(room.path()))


def closing_the_tab_the_moment_after_typing(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    write(page, is_kept=False)
    page.goto("/inbox/")
    page.goto(room.path())
    holds(page)


def the_session_ends_while_one_writes(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    """Sending says so and keeps the words; signed in anew in another tab, the same form is sent."""
    visitor.context.clear_cookies()
    write(page, is_kept=False)
    send(page)
    page.wait_for_selector(".toast-note:has-text('还在')")
    holds(page)
    visitor.sign_in(room.desk.engineer)
    expect(page.locator("#panel-reply [data-draft-state]")).to_contain_text(KEPT, timeout=9000)
    send(page)
    page.wait_for_selector(f".stream .line:has-text('{WORDS}')")
    assert (written(room), begun(room)) == (1, 0)


def a_colleague_takes_it_meanwhile(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    """Zammad 5953."""
    write(page)
    with room.desk.acting(room.desk.colleague) as person:
        working.give(room.ticket, room.desk.colleague, by=person, at=timezone.now())
    page.reload()
    holds(page)


def the_connection_is_lost(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    visitor.context.set_offline(True)
    write(page, is_kept=False)
    send(page)
    page.wait_for_selector(".toast-note:has-text('还在')")
    holds(page)
    visitor.context.set_offline(False)
    expect(page.locator("#panel-reply [data-draft-state]")).to_contain_text(KEPT, timeout=9000)
    send(page)
    page.wait_for_selector(f".stream .line:has-text('{WORDS}')")
    assert written(room) == 1


def the_cache_is_wiped(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    write(page)
    caches["presence"].clear()
    page.reload()
    holds(page)


def looking_elsewhere_and_coming_back(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    write(page)
    page.click(".chip:has-text('内部备注')")
    holds(page)
    page.go_back()
    holds(page)


def an_acts_form_closed_and_opened_again(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    page.keyboard.press("s")
    page.wait_for_selector("#act[open] textarea:focus")
    page.fill("#act textarea[name=words]", WORDS)
    page.select_option("#act select[name=cause]", "software")
    expect(page.locator("#act [data-draft-state]")).to_contain_text(KEPT, timeout=2500)
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("s")
    page.wait_for_selector("#act[open] textarea:focus")
    expect(page.locator("#act textarea[name=words]")).to_have_value(WORDS)
    expect(page.locator("#act select[name=cause]")).to_have_value("software")


def the_act_is_not_possible_any_more(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    page.keyboard.press("s")
    page.wait_for_selector("#act[open] textarea:focus")
    page.fill("#act textarea[name=words]", WORDS)
    page.select_option("#act select[name=cause]", "software")
    page.select_option("#act select[name=remedy]", "restarted")
    room.desk.act(working.hand_over, room.ticket, by=room.desk.colleague, at=timezone.now(), why="是网络的问题")
    page.click("#act button[type=submit]")
    page.wait_for_selector("button:has-text('仍然发送')")
    expect(page.locator("textarea[name=words]")).to_have_value(WORDS)
    page.goto(room.path("resolve/"))
    expect(page.locator("textarea[name=words]")).to_have_value(WORDS)


def note_and_reply_side_by_side(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    """Each has its own; sending one leaves the other."""
    write(page)
    page.click("#tab-note")
    page.fill("#note-text", "只给自己人看")
    expect(page.locator("#panel-note [data-draft-state]")).to_contain_text(KEPT, timeout=2500)
    page.click("#panel-note button[type=submit]")
    page.wait_for_selector(".line.is-note:has-text('只给自己人看')")
    holds(page)


def without_a_script_an_answer_that_is_not_taken(room: Room, visitor: Visitor, page: Page, visitors: Visitors) -> None:
    plain = visitors()
    plain.expects = TROUBLE
    page = plain.sign_in(room.desk.engineer).with_device(java_script_enabled=False).visit(room.path())
    room.desk.act(working.say, room.ticket, by=room.desk.it, at=timezone.now(), text="二号诊室也打不开")
    page.fill("#reply-text", WORDS)
    send(page)
    page.wait_for_selector(".stale:has-text('二号诊室也打不开')")
    holds(page)
    send(page)
    page.wait_for_selector(f".stream .line:has-text('{WORDS}')")


WAYS = (
    loading_the_page_anew,
    another_tab,
    another_device,
    closing_the_tab_the_moment_after_typing,
    the_session_ends_while_one_writes,
    a_colleague_takes_it_meanwhile,
    the_connection_is_lost,
    the_cache_is_wiped,
    looking_elsewhere_and_coming_back,
    an_acts_form_closed_and_opened_again,
    note_and_reply_side_by_side,
    without_a_script_an_answer_that_is_not_taken,
    the_act_is_not_possible_any_more,
)


def test_a_draft_survives_in_thirteen_ways(room: Room, visitor: Visitor, visitors: Visitors) -> None:
    """Zammad 5953: nothing but sending removes what somebody has begun to write."""
    visitor.expects = TROUBLE
    lost = []
    for way in WAYS:
        _begin_anew(room)
        page = visitor.sign_in(room.desk.engineer).with_device().visit(room.path())
        try:
            way(room, visitor, page, visitors)
        except (AssertionError, PlaywrightError) as error:
            lost.append(f"{way.__name__}: {error}")
    assert lost == []
    assert len(WAYS) == 13


def _begin_anew(room: Room) -> None:
    """No draft, and no line that says what the next way is about to say."""
    with room.desk.acting(room.desk.engineer):
        Draft.objects.all().delete()
    with room.desk.inside():
        Entry.objects.filter(text=WORDS).delete()


def test_a_mention_is_chosen_from_the_list(room: Room, page: Page) -> None:
    page.click("#tab-reply")
    page.keyboard.type("@")
    page.wait_for_selector(".mention-list li")
    page.keyboard.press("ArrowUp")
    chosen = page.locator(".mention-list li[aria-selected=true]").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#reply-text")).to_have_value(f"@{chosen} ")


def test_switching_to_somebody_else_in_another_tab_sends_nothing(room: Room, visitor: Visitor, page: Page) -> None:
    write(page)
    visitor.sign_in(room.desk.colleague)
    page.wait_for_selector(".toast-note:has-text('另一身份')", timeout=6000)
    send(page)
    assert written(room) == 0
    with room.desk.acting(room.desk.colleague) as person:
        assert not Draft.objects.visible_to(person).exists()
