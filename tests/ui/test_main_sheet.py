"""The sheet of all pages holds of Tabler what they show: all of it would be five times as much for an old machine."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

FRONTEND = Path(settings.BASE_DIR) / "frontend"
SHOWN = FRONTEND / "shown.json"
TABLER = Path(settings.BASE_DIR) / "node_modules/@tabler/core/dist/css/tabler.min.css"
MAIN = Path(settings.BASE_DIR) / "static/dist/main.css"
SAID_IN = ("templates", "servicedesk", "contracts", "tickets", "frontend/js")
WORDS = re.compile(r"[\w-]+")
NAMED = re.compile(r"[.#]((?:[A-Za-z_-]|\\.)(?:[\w-]|\\.)*)|\[([\w-]+)")


def named_in(sheet: Path) -> set[str]:
    return {(name or attribute).replace("\\", "") for name, attribute in NAMED.findall(sheet.read_text())}


def said() -> set[str]:
    """Every word of templates and code, whose own among them: too many rather than too few."""
    crispy = Path(find_spec("crispy_bootstrap5").origin).parent
    folders = [crispy, *(Path(settings.BASE_DIR) / name for name in SAID_IN)]
    files = [file for folder in folders for end in ("html", "py", "js") for file in folder.rglob(f"*.{end}")]
    return {word for file in files for word in WORDS.findall(file.read_text())}


def test_the_main_sheet_knows_what_pages_show() -> None:
    """`make fix` writes frontend/shown.json anew."""
    shown = sorted(named_in(TABLER) & said())
    if os.environ.get("UPDATE_DOCS"):
        SHOWN.write_text(json.dumps(shown, indent=0) + "\n")
    assert json.loads(SHOWN.read_text()) == shown
