"""Visiting the calendars with a browser."""

from __future__ import annotations

import re
from html import unescape

from tests.clocks.running import NOTICE_2027

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def text(response) -> str:
    return unescape(response.content.decode())


def kept(response) -> dict[str, str]:
    """What the page of the look would send with its button."""
    found = dict(HIDDEN.findall(response.content.decode()))
    found.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in found.items()}


DAY = {"on": "2026-12-30", "is_worked": "no", "why": "院庆"}


def notice(**more) -> dict[str, str]:
    return {"year": "2027", "source": "国办发明电〔2026〕8号", "notice": NOTICE_2027, **more}
