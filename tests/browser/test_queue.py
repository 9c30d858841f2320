"""The queue in a real browser: it hears of changes elsewhere within two seconds, and is worked with single keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from tests.browser.contract_pages import look
from tests.browser.queue_room import queue_room
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.world import World
from tickets.services import working

HERE = ".queue-row"
THREE_HOURS_BEHIND = "{ const told = Date.now; Date.now = () => told() - 10_800_000; }"  # as a ward's computer may be
WIDE = {"width": 1440, "height": 900}


def test_it_is_worked_with_keys_and_hears_what_others_do(world: World, visitors: Callable[[], Visitor]) -> None:
    """Issue 4: J/K, single keys for the chosen row, side by side; a change elsewhere shows within 2 s and is marked;
    what is ticked and chosen stays so. Times are the server's, whatever the computer's clock says."""
    now = timezone.now()
    desk, people = queue_room(world, now)
    visitor = visitors().with_device(viewport=WIDE)
    visitor.page.add_init_script(THREE_HOURS_BEHIND)
    page = visitor.sign_in(people["vendor"]).visit("/tickets/")
    titles = page.locator(f"{HERE} a.title").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(f"{HERE}.is-chosen a.title").inner_text() == titles[1]
    page.keyboard.press("x")
    page.wait_for_selector("#queue-acts.is-held")  # what can be done with it stays in reach
    page.keyboard.press("k")

    late = desk.report(at=timezone.now() - timedelta(minutes=200), title="全院调图中断")
    page.wait_for_selector(f'{HERE}.changed:has-text("全院调图中断")', timeout=2600)
    assert page.locator(f"{HERE}.is-chosen a.title").inner_text() == titles[0]
    assert page.locator(f"{HERE}:has(input:checked) a.title").all_inner_texts() == [titles[1]]
    assert page.locator(".tab[aria-current] .count").inner_text() == "10"

    page.wait_for_timeout(1100)  # it has counted on by itself
    assert page.inner_text(f'{HERE}:has-text("全院调图中断") .countdown .words') == "超时 02:20"
    page.keyboard.press("x")  # the chosen one too
    page.keyboard.press("a")
    page.wait_for_selector(".queue-results")
    assert page.locator(".result-rows li").count() == 2
    assert page.locator(".tab", has_text="我的").locator(".count").inner_text() == "3"

    page.goto("/tickets/")
    page.keyboard.press("s")
    page.wait_for_selector("#pane h1")
    page.keyboard.press("j")
    page.wait_for_function("document.querySelector('#pane h1').textContent.length > 5")
    assert page.url.endswith("/tickets/")
    desk.act(working.accept, late, by=desk.colleague, at=timezone.now())
    page.wait_for_selector(f'{HERE}.changed:has-text("李建国")', timeout=2600)
    page.keyboard.press("?")
    assert page.locator("#keys dd", has_text="下一张").count() == 1


def test_an_act_without_a_choice_asks_for_one(world: World, visitors: Callable[[], Visitor]) -> None:
    _desk, people = queue_room(world, timezone.now())
    visitor = visitors().with_device(viewport=DESK)
    page = visitor.sign_in(people["vendor"]).visit("/tickets/")
    page.click('button[data-key="a"]')
    page.wait_for_selector(".toast-note:has-text('请先选择工单')")
    page.keyboard.press("f")
    page.wait_for_selector("#filter-place #filter-form")
    page.select_option("#filter-place select[name=severity]", "A")
    page.click("#filter-place button[type=submit]")
    page.wait_for_selector(".filter-chip:has-text('级别：A')")
    assert page.locator(HERE).count() == 1


def test_nothing_is_wider_than_the_screen_and_nobody_is_kept_out(world: World, visitors: Callable[[], Visitor]) -> None:
    _desk, people = queue_room(world, timezone.now())
    visitor = visitors()
    paths = {
        "vendor": (
            "/tickets/",
            "/tickets/?severity=B&unassigned=1&show=number&show=contract&show=reporter&show=reported",
            "/tickets/filter/",
            "/tickets/views/keep/?severity=B",
        ),
        "hospital": ("/tickets/?view=ours", "/tickets/?this_month=1&system=none", "/board/"),
        "ward": ("/tickets/",),
    }
    for who, theirs in paths.items():
        visitor.sign_in(people[who])
        for path in theirs:
            look(visitor, path)


def test_it_works_without_a_script(world: World, visitors: Callable[[], Visitor]) -> None:
    desk, people = queue_room(world, timezone.now())
    visitor = visitors().with_device(viewport=PHONE, java_script_enabled=False)
    page = visitor.sign_in(people["vendor"]).visit("/tickets/?view=new")
    page.check(f"{HERE} input >> nth=0")
    page.click("text=转派…")
    page.check(f'label:has-text("{desk.colleague.name}")')
    page.click("button:has-text('转派')")
    assert page.locator(".result-rows li").count() == 1
    page.click("text=撤回")
    assert page.locator("h1").inner_text() == "工单"
