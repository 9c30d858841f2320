"""A fault reported from a phone: seconds, taps, a bad network, and the way by telephone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image

from servicedesk.files.models import StoredFile
from servicedesk.tenancy.models import Membership
from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.report_pages import Room, fill, paths_of, report_room
from tests.browser.test_calendars import look_at
from tests.browser.visitor import PHONE, Visitor, closed
from tests.world import World
from tickets.enums import State
from tickets.models import Call

TAP, CHOICE = 0.8, 1.5  # seconds: to hit a thing, and to decide which
# A ward at the end of the corridor: 3G in bytes a second and milliseconds.
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
# The page hears of it a moment later.
IS_OFFLINE = "new Promise(done => navigator.onLine ? addEventListener('offline', done, {once: true}) : done())"


@pytest.fixture
def room(world: World) -> Room:
    return report_room(world)


@pytest.fixture
def phone(visitors: Callable[[], Visitor]) -> Visitor:
    return visitors().with_device(viewport=PHONE, has_touch=True, is_mobile=True)


class Hand:
    """A human one: it decides, then hits, and counts what it did."""

    def __init__(self, visitor: Visitor, *, sleeps: bool = True) -> None:
        self.page, self.taps, self.sleeps, self.counted = visitor.page, 0, sleeps, 0.0

    def tap(self, target: str, *, thinking: float = 0) -> None:
        if self.sleeps:
            time.sleep(thinking + TAP)
        else:
            self.counted += thinking + TAP
        self.taps += 1
        self.page.tap(target)


def test_every_page_of_reporting(visitor: Visitor, room: Room) -> None:
    """ALL-8: nothing cut off, nothing untranslated, nobody kept out."""
    visitor.expects = ("410",)
    paths = paths_of(room, fill(room))
    visitor.sign_in(room.desk.it)
    for name, path in paths.items():
        look(visitor, path)
        assert visitor.page.locator("h1").count() == 1, name
        assert latin_sentences(visitor.page.content()) == [], name
    visitor.visit(paths["make-stickers"]).fill("textarea", "阅片工作站 01")
    visitor.page.click("form button.btn-primary")
    visitor.page.wait_for_selector(".sticker-sheet")
    assert visitor.axe() == []
    assert visitor.overflow() == 0


def test_twenty_seconds_three_taps_and_nothing_typed(phone: Visitor, room: Room) -> None:
    """PACS-7, ALL-6: from the scan to the number, the name and the time; the slowest of twelve, each on a slow network,
    the first with a real person's pauses and the others with the same counted."""
    log = phone.context.new_cdp_session(phone.page)
    log.send("Network.enable")
    log.send("Network.emulateNetworkConditions", SLOW)
    spent = [_walk(phone, room.page, Hand(phone, sleeps=walk == 0)) for walk in range(12)]
    assert max(spent) <= 20, spent
    said = phone.page.inner_text("main")
    assert room.tickets()[-1].number in said
    assert "王工" in said
    assert "前联系您" in said
    assert len(room.tickets()) == 12


def _walk(phone: Visitor, path: str, hand: Hand) -> float:
    begun = time.monotonic()
    phone.visit(path)
    hand.tap("label[for=symptom-slow]", thinking=CHOICE)
    hand.tap(".send", thinking=CHOICE)
    phone.page.wait_for_selector("#live .next")
    assert hand.taps <= 3
    return time.monotonic() - begun + hand.counted


def test_where_several_systems_stand_it_is_three_taps(phone: Visitor, room: Room) -> None:
    """PACS-7: of two vendors' contracts; the numbers to call are those of the system that was tapped."""
    phone.visit(room.door_page)
    hand = Hand(phone, sleeps=False)
    names = phone.page.locator(".is-systems label").all_inner_texts()
    assert len(names) >= 2
    hand.tap(".is-systems label >> text=固定资产管理系统")
    hand.tap("label[for=symptom-slow]")
    assert phone.page.locator(".by-telephone .of-desk:visible").count() == 1
    hand.tap(".send")
    phone.page.wait_for_selector("#live .next")
    assert hand.taps == 3
    (ticket,) = room.tickets()
    assert ticket.vendor_id == room.desk.world.v2.id


@pytest.mark.parametrize("which", ["page", "door_page"])
def test_the_page_is_small_by_the_browsers_own_log(phone: Visitor, room: Room, which: str) -> None:
    """At most 60 KB over the wire with nothing kept: HTML, sheet, scripts, icon, and no font."""
    fill(room)
    log = phone.context.new_cdp_session(phone.page)
    log.send("Network.enable")
    log.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    log.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    log.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
    phone.visit(getattr(room, which))
    phone.page.wait_for_load_state("networkidle")
    assert {"Document", "Stylesheet", "Script"} <= set(kinds.values())
    assert "Font" not in kinds.values()
    assert 5_000 < sum(sizes.values()) <= 60_000, {kinds[one]: size for one, size in sizes.items()}


def test_five_presses_are_one_ticket(phone: Visitor, room: Room) -> None:
    phone.visit(room.page)
    phone.page.tap("label[for=symptom-no_print]")
    phone.page.evaluate("for (let press = 0; press < 5; press++) document.querySelector('.send').click()")
    phone.page.wait_for_selector("#live")
    assert len(room.tickets()) == 1
    phone.page.go_back()
    phone.page.wait_for_selector(".send")
    assert len(room.tickets()) == 1


def test_without_a_connection_it_is_kept_and_sends_itself(phone: Visitor, room: Room) -> None:
    """Lost in mid-air, the page closed and opened again: one ticket, once the network is back."""
    phone.expects = ("ERR_INTERNET_DISCONNECTED", "Failed to load", "Failed to fetch", "net::")
    phone.visit(room.page)
    phone.page.tap("label[for=symptom-no_images]")
    phone.context.set_offline(True)
    phone.page.tap(".send")
    phone.page.wait_for_selector("#kept:not([hidden])")
    assert "已保存在本机" in phone.page.inner_text("#kept")
    phone.page.tap(".send")
    assert room.tickets() == []
    phone.context.set_offline(False)
    closed(phone.page)
    phone.page = phone.context.new_page()
    phone.page.set_default_timeout(8000)
    phone.page.goto(room.page)
    phone.page.wait_for_selector("#live")
    assert [ticket.title[:5] for ticket in room.tickets()] == ["图像调不出"]


def test_an_answer_that_got_lost_makes_no_second_ticket(phone: Visitor, room: Room) -> None:
    """The server has it, the phone does not know: it asks again under the same key."""
    phone.expects = ("ERR_FAILED", "Failed to load", "net::")
    lost: list[int] = []

    def lose(route: object) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    phone.visit(room.page)
    phone.page.route("**/r/**", lose)
    phone.page.tap("label[for=symptom-slow]")
    phone.page.tap(".send")
    phone.page.wait_for_selector("#live", timeout=15_000)
    assert lost == [200]
    assert len(room.tickets()) == 1


def test_what_is_refused_without_a_reason_stays_in_the_page(phone: Visitor, room: Room) -> None:
    """A phone that keeps no cookies is turned away at the door: it says so, and nothing typed is lost."""
    phone.expects = ("403", "Failed to load")
    phone.visit(room.page)
    phone.page.tap("label[for=symptom-slow]")
    phone.page.tap("summary")
    phone.page.fill("#words", "开机后就这样")
    phone.page.route("**/r/**", lambda route: route.fulfill(status=403, body="<p>403</p>")
                     if route.request.method == "POST" else route.continue_())  # fmt: skip
    phone.page.tap(".send")
    phone.page.wait_for_selector("[data-errors=__all__]:not([hidden])")
    assert "直接打电话" in phone.page.inner_text("[data-errors=__all__]")
    assert phone.page.input_value("#words") == "开机后就这样"
    phone.page.unroute("**/r/**")
    phone.page.tap(".send")
    phone.page.wait_for_selector("#live")
    assert len(room.tickets()) == 1


def test_patients_under_way_go_by_telephone(phone: Visitor, visitors: Callable[[], Visitor], room: Room) -> None:
    """PACS-16: the number at once, 'call now' kept, and the call that the vendor writes down starts it."""
    phone.visit(room.page)
    assert not phone.page.is_visible(".by-phone")
    hand = Hand(phone, sleeps=False)
    hand.tap("label[for=symptom-no_images]", thinking=CHOICE)
    hand.tap(".halts", thinking=CHOICE)
    assert phone.page.is_visible(".by-phone a[href='tel:400-800-1234']")
    assert phone.page.is_visible(".by-phone a[href='tel:13900001234']")
    hand.tap(".send")
    phone.page.wait_for_selector(".call-now")
    assert hand.taps == 3
    (ticket,) = room.tickets()
    assert (ticket.state, ticket.severity) == (State.CALL_AWAITED, "A")
    _written_down(visitors(), room.desk.engineer, ticket.number)
    phone.page.wait_for_selector(".stages", timeout=10_000)  # by itself
    assert "王工 将在" in phone.page.inner_text("#live")
    look_at(phone)
    with room.desk.inside():
        assert Call.objects.get().needs_word is False


def _written_down(engineer: Visitor, member: Membership, number: str) -> None:
    page = engineer.sign_in(member).visit("/calls/")
    assert number in page.inner_text("main")
    page.click("text=就是这通来电")
    page.fill("input[name=caller]", "刘敏")
    page.click("text=对方刚刚接听")
    page.wait_for_url("**/tickets/*/")


def test_grave_in_the_browser_shows_the_number_and_keeps_what_was_typed(visitor: Visitor, room: Room) -> None:
    """PACS-16, HRP-12; what is open and looks alike is shown while one types."""
    with room.desk.inside():
        system = room.desk.contract.systems.get(name="PACS系统")
    room.desk.report(title="阅片工作站调图很慢", system=system)
    page = visitor.sign_in(room.desk.ward).visit("/report/")
    page.select_option("#id_system", label="PACS系统")
    page.wait_for_selector("#severity-1")
    page.fill("#id_title", "全院阅片工作站无法调图")
    page.wait_for_selector("#similar .similar-one:has-text('调图很慢')")
    page.fill("#id_words", "门诊和住院都调不出")
    assert not page.is_visible(".level-call")
    page.check("#severity-1")
    assert page.is_visible(".level-call a[href='tel:400-800-1234'] >> nth=0")
    page.click("button:has-text('提交报修')")
    page.wait_for_url("**/call-now/")
    said = page.inner_text("main")
    assert "400-800-1234" in said
    assert "王工" in said
    assert "门诊和住院都调不出" in said


def test_what_was_typed_outlives_another_choice_of_system(visitor: Visitor, room: Room) -> None:
    page = visitor.sign_in(room.desk.it).visit("/report/")
    page.fill("#id_title", "月结报表数据不一致")
    page.select_option("#id_system", label="PACS系统")
    page.wait_for_selector("#severity-1")
    page.select_option("#id_system", label="固定资产管理系统")
    page.wait_for_selector("#id_category option[value=application_migration]", state="attached")
    assert page.input_value("#id_title") == "月结报表数据不一致"


def test_a_patient_is_masked_by_one_tap(phone: Visitor, room: Room) -> None:
    """ALL-15"""
    phone.expects = ("422",)
    phone.visit(room.page)
    phone.page.tap("label[for=symptom-slow]")
    phone.page.tap("summary")
    phone.page.fill("#words", "患者 11010519491231002X 调不出")
    phone.page.tap(".send")
    phone.page.wait_for_selector("#patient:not([hidden])")
    assert "身份证号" in phone.page.inner_text("[data-errors=words]")
    phone.page.tap("#patient button[value=mask]")
    phone.page.wait_for_selector("#live")
    assert room.tickets()[0].words == "患者 ****************2X 调不出"


def test_without_scripts_it_is_a_plain_form(phone: Visitor, room: Room) -> None:
    phone.with_device(viewport=PHONE, java_script_enabled=False).visit(room.page)
    phone.page.click("label[for=symptom-slow]")
    phone.page.click(".send")
    phone.page.wait_for_selector("#live .next")
    assert len(room.tickets()) == 1


def test_a_sheet_is_a_sheet_of_paper(visitor: Visitor, room: Room) -> None:
    """Thirty stickers are two pages of A4, three by eight, and each code is large enough to be read."""
    page = visitor.sign_in(room.desk.it).visit("/stickers/new/")
    page.fill("textarea", "\n".join(f"阅片工作站 {n:02}" for n in range(30)))
    page.click("form button.btn-primary")
    page.wait_for_selector(".sticker-sheet")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
    assert page.locator(".sticker-code").first.bounding_box()["width"] >= 25 * 96 / 25.4  # 25 mm


def test_a_photo_is_made_small_and_comes_along(phone: Visitor, room: Room, tmp_path: Path) -> None:
    Image.effect_noise((3000, 2000), 80).convert("RGB").save(tmp_path / "IMG_1.jpg", quality=95)
    phone.visit(room.page)
    phone.page.tap("label[for=symptom-slow]")
    phone.page.tap("summary")
    phone.page.set_input_files("[name=photo]", tmp_path / "IMG_1.jpg")
    phone.page.tap(".send")
    phone.page.wait_for_selector("#live")
    with room.desk.inside():
        (kept,) = StoredFile.objects.all()
    assert (kept.matter_id, kept.media_type) == (room.tickets()[0].matter_id, "image/jpeg")
    assert kept.size < (tmp_path / "IMG_1.jpg").stat().st_size / 2


def test_neither_a_session_nor_a_connection_that_ends_loses_what_was_typed_and_chosen(
    visitor: Visitor, room: Room
) -> None:
    """The choices come back with the words; what may have been taken is sent once more under its own number."""
    visitor.expects = ("ERR_FAILED", "net::", "Failed to load")
    page = visitor.sign_in(room.desk.ward).visit("/report/")
    page.select_option("#id_system", label="PACS系统")
    page.wait_for_selector("#severity-B")
    kind = page.locator("#id_category option").nth(1).get_attribute("value")
    page.select_option("#id_category", value=kind)
    page.check("#severity-B")
    page.fill("#id_title", "全院阅片工作站无法调图")
    page.fill("#id_words", "门诊和住院都调不出")
    assert page.input_value("#id_department") != ""  # one's own is offered, and so is one's own number
    page.select_option("#id_department", value="")
    page.fill("#id_phone", "8899")

    def comes_back() -> None:
        page.goto("/report/")
        page.wait_for_selector("#severity-B:checked", state="attached")
        assert page.eval_on_selector("#id_system", "one => one.selectedOptions[0].label") == "PACS系统"
        assert page.input_value("#id_category") == kind
        assert page.input_value("#id_title") == "全院阅片工作站无法调图"
        assert page.input_value("#id_words") == "门诊和住院都调不出"
        assert (page.input_value("#id_department"), page.input_value("#id_phone")) == ("", "8899")

    visitor.context.clear_cookies(name="session")
    page.click("button:has-text('提交报修')")
    page.wait_for_url("**/accounts/login/**")
    visitor.sign_in(room.desk.ward)
    comes_back()
    number = page.input_value("[name=submission]")
    page.fill("#id_words", "门诊和住院都调不出")
    assert page.input_value("[name=submission]") != number  # whatever is written anew is a report of its own
    page.route("**/report/", lambda route: (route.fetch(max_redirects=0), route.abort()))
    page.click("button:has-text('提交报修')")
    page.wait_for_url("chrome-error://**")
    page.unroute("**/report/")
    assert len(room.tickets()) == 1
    page.goto("/tickets/")  # by another way than its answer
    comes_back()
    number = page.input_value("[name=submission]")
    page.goto("/report/?title=另一件事")
    page.wait_for_selector("#severity-B:checked", state="attached")
    assert page.input_value("[name=submission]") != number
    comes_back()
    assert page.input_value("[name=submission]") == number
    page.click("button:has-text('提交报修')")
    page.wait_for_url("**/tickets/*/")
    (ticket,) = room.tickets()
    assert (ticket.category, ticket.severity) == (kind, "B")
    assert (ticket.department_id, ticket.reporter_phone) == (None, "8899")
    page.goto("/report/")
    assert page.input_value("#id_title") == ""


def test_a_call_keeps_its_moment_when_connection_and_session_end(visitor: Visitor, room: Room) -> None:
    """PACS-16: its time starts the clocks, however late the pressing arrives."""
    visitor.expects = ("ERR_INTERNET_DISCONNECTED", "net::", "Failed to load")
    page = visitor.sign_in(room.desk.engineer).visit("/calls/new/")
    page.select_option("#id_system", label="PACS系统")
    page.check("#severity-A")
    page.fill("#id_title", "导管室调不出造影图")
    page.fill("#id_caller", "刘敏")
    page.fill(
        "#id_called_at",
        moment := timezone.localtime(timezone.now() - timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%S"),
    )
    opened = page.input_value("[name=opened]")
    visitor.context.set_offline(True)
    page.evaluate(IS_OFFLINE)
    page.click("form .btn-primary:has-text('登记')")
    page.wait_for_selector(".toast-note.error")
    visitor.context.set_offline(False)
    page.wait_for_selector(".toast-note.error", state="detached")  # it lay above the button
    visitor.context.clear_cookies(name="session")
    with page.expect_navigation():
        page.click("form .btn-primary:has-text('登记')")
    assert "已保留" in page.inner_text("main")
    visitor.sign_in(room.desk.engineer)
    page.goto("/calls/new/")
    assert "请再提交一次" in page.inner_text("main")
    assert (page.input_value("#id_called_at"), page.input_value("[name=opened]")) == (moment, opened)
    visitor.context.set_offline(True)
    page.evaluate(IS_OFFLINE)
    page.click("form .btn-primary:has-text('登记')")
    page.wait_for_selector(".toast-note.error")
    page.locator("#id_title").press("Enter")  # a browser may be wrong about being offline: then it is tried
    page.wait_for_url("chrome-error://**")
    visitor.context.set_offline(False)
