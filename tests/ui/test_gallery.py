"""The components: every one that issue 2 names stands in the gallery, and whoever adds one puts it there as well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import segno
from django.conf import settings
from django.test import Client

from servicedesk.tenancy.enums import Role
from servicedesk.ui.qr import QUIET, picture
from tests.accounts.people import browser_of
from tests.world import World, make_member

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "ui"
# What every page has around it, once: parts of the frame, not components.
FRAME = {
    "assets", "assets_small", "banners", "bottombar", "dialogs", "head", "hotline", "language", "person_items",
    "preferences", "rail", "toasts", "topbar", "whoami",
}  # fmt: skip
# The words, and what stands in the page for each.
NAMED = {
    "card": r'class="card"',
    "table with sort": r'<th scope="col" aria-sort="ascending"><a class="sort" href="\?sort=-due">',
    "keyset paging": r'class="pager".*rel="prev".*rel="next"',
    "filter bar": r'class="filters|class="filter',
    "form": r'id="div_id_what"',
    "badge": r'class="badge',
    "timeline": r'class="timeline"',
    "tabs": r'class="tabs"',
    "stat tile": r'class="stat',
    "progress": r"<progress",
    "countdown chip": r'class="countdown',
    "chart": r"data-chart.*<table",
    "file drop": r'class="file-drop',
    "signature pad": r"data-signature",
    "QR": r'class="qr" viewBox',
}


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(make_member(Role.IT_ENGINEER, world.h1))


@pytest.mark.django_db
def test_every_named_component_is_shown(browser: Client) -> None:
    page = browser.get("/ui-gallery/").content.decode()
    assert [name for name, mark in NAMED.items() if not re.search(mark, page, re.DOTALL)] == []


@pytest.mark.django_db
def test_every_component_there_is_stands_in_the_gallery(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from servicedesk.ui.templatetags import ui

    ui._kept.cache_clear()  # what an earlier page drew is not drawn again
    shown = {template.name for template in browser.get("/ui-gallery/").templates}
    drawn = {path.stem for path in COMPONENTS.glob("*.html") if f"ui/{path.name}" in shown}
    assert {path.stem for path in COMPONENTS.glob("*.html")} - drawn - FRAME == set()
    assert [name for name in drawn - FRAME if not (COMPONENTS / f"{name}.html").read_text().startswith("{#")] == []


@pytest.mark.django_db
def test_the_gallery_sorts(browser: Client) -> None:
    page = browser.get("/ui-gallery/?sort=-title").content.decode()
    assert 'aria-sort="descending"><a class="sort" href="?sort=title">' in page


@pytest.mark.parametrize("text", ["https://desk.hospital.cn/r/3q7x0w5b", "工单" * 40])
def test_a_code_is_drawn_field_by_field(text: str) -> None:
    code, wanted = picture(text), segno.make(text, error="m", micro=False).matrix
    drawn = [[0] * code.size for _ in range(code.size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.path):
        for at in range(int(x), int(x) + int(width)):
            drawn[int(y)][at] = 1
    inside = slice(QUIET, code.size - QUIET)
    assert [row[inside] for row in drawn[inside]] == [list(row) for row in wanted]
    assert sum(map(sum, drawn)) == sum(map(sum, wanted))
