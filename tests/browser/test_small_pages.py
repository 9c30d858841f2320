"""A nurse's phone opens the form for the first time: at most 60 KB travel, and the frame around it works."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.report_pages import Room, fill, report_room
from tests.browser.visitor import PHONE, Visitor
from tests.world import World

HAS_LETTERS = """CanvasRenderingContext2D.prototype.measureText = function (text) {
    return { width: this.font.includes("PingFang SC") ? 99 : 1 };
};"""  # as every phone that is sold for Chinese


@pytest.fixture
def room(world: World) -> Room:
    return report_room(world)


@pytest.fixture
def nurse(visitors: Callable[[], Visitor], room: Room) -> Visitor:
    return visitors().with_device(viewport=PHONE, has_touch=True, is_mobile=True).sign_in(room.desk.ward)


def test_the_form_of_a_signed_in_reporter_is_small(nurse: Visitor, room: Room) -> None:
    """PACS-7, by what the page asked for, as the proxy sends it: HTML, sheet, scripts, icon, the bell; no font."""
    assert "gzip on;" in (Path(settings.BASE_DIR) / "deploy" / "proxy.conf").read_text()
    awaited = fill(room)
    system = awaited.system_id
    nurse.page.add_init_script(HAS_LETTERS)
    for path in (f"/report/?system={system}&severity=B", f"/tickets/{awaited.pk}/call-now/"):
        sizes: dict[str, int] = {}
        nurse.page.on("response", lambda answer, sizes=sizes: sizes.update({answer.url: _sent(answer)}))
        nurse.visit(path)
        nurse.page.wait_for_load_state("networkidle")
        assert any("small.css" in url for url in sizes)
        assert not [url for url in sizes if "font" in url]
        assert 10_000 < sum(sizes.values()) <= 60_000, sizes


def _sent(answer) -> int:
    """With its headers; what is packed already is not packed again."""
    body = answer.body() if answer.status == 200 else b""
    return len(gzip.compress(body, 6)) + 400


def test_what_stands_around_the_form_works(nurse: Visitor, room: Room) -> None:
    """Menus, the bell, another system's fields, a file that was picked."""
    fill(room)
    page = nurse.visit("/report/")
    page.wait_for_selector("#inbox-bell .count, #inbox-bell span", state="attached")
    page.tap(".bottombar summary")
    assert page.is_visible(".bottombar .menu-panel a[href='/outages/']")
    page.tap("h1")
    assert not page.is_visible(".bottombar .menu-panel")
    page.select_option("#id_system", label="PACS系统")
    page.wait_for_selector("#severity-1")
    page.set_input_files("[name=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x" * 2000})
    assert "2 KB" in page.inner_text(".file-list")
    assert nurse.axe() == []
    assert nurse.overflow() == 0, nurse.wide()
