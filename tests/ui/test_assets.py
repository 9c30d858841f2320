"""What the browser gets is ours, pinned, and fit for Chromium 86."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from servicedesk.ui import icons

ROOT = Path(settings.BASE_DIR)
DIST = ROOT / "static" / "dist"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICON = re.compile(r'{% icon "([\w-]+)"|icon_name="([\w-]+)"')


def test_the_lock_names_no_address_and_pins_every_version() -> None:
    """ALL-7: a mirror on the intranet serves as well as any registry."""
    assert not re.search(r"https?:|git\+|resolved", (ROOT / "package-lock.json").read_text())
    wanted = json.loads((ROOT / "package.json").read_text())
    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted["dependencies"].values())


def test_every_icon_that_a_template_names_is_listed() -> None:
    named = {name for file in TEMPLATES for pair in ICON.findall(file.read_text()) for name in pair if name}
    assert named - icons.names() == set()


def test_an_icon_that_is_not_listed_is_refused() -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icons.shape("no-such-icon")


INLINE = re.compile(r"""\sstyle=|\son[a-z]+\s*=\s*["']|javascript:|<style|<script(?![^>]*src=)""")


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_template_needs_more_than_the_strict_csp(file: Path) -> None:
    text = re.sub(r"{#.*?#}|{%.*?%}", "", file.read_text(), flags=re.S)
    assert INLINE.findall(text) == []
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


@pytest.fixture(scope="module")
def sheet() -> str:
    return (DIST / "main.css").read_text()


def test_an_old_browser_gets_a_plain_colour_for_every_new_one(sheet: str) -> None:
    """Chromium 86 knows none of these three functions; what stands in `@supports not` must do without."""
    start = sheet.index("@supports not (color:light-dark")
    for_old = sheet[start : sheet.index("}}", start)].replace("light-dark(red,red)", "")
    assert not re.search(r"oklch\(|color-mix\(|light-dark\(", for_old)
    new = set(re.findall(r"[{;](--tblr-[\w-]+):[^;}]*(?:oklch|color-mix|light-dark)\(", sheet[:start]))
    plain = set(re.findall(r"(--tblr-[\w-]+):", for_old))
    assert len(new & plain) / len(new) > 0.95


def test_our_own_sheet_uses_nothing_newer_than_the_baseline() -> None:
    own = "".join(file.read_text() for file in (ROOT / "frontend" / "css").glob("*.css"))
    newer = r":has\(|:is\(|:where\(|\binset:|aspect-ratio:|@container|@layer|oklch|color-mix|\d[ds]vh"
    assert re.findall(newer, re.sub(r"/\*.*?\*/", "", own, flags=re.S)) == []


def test_amber_and_red_are_kept_for_time() -> None:
    """Colour speaks of time and of who, and the two never share a hue."""
    hues = [int(hue) for hue in re.findall(r"hsl\((\d+)", (ROOT / "frontend/css/hues.css").read_text())]
    assert len(hues) == 3 * 24
    assert min(hues) >= 75
    assert max(hues) <= 325


def test_scripts_are_small() -> None:
    import gzip

    assert len(gzip.compress((DIST / "main.js").read_bytes())) < 60_000
