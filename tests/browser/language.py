"""Finds what is left in English on a Chinese page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Names and technical terms that are the same in Chinese.
ALLOWED = re.compile(
    r"\b(JPEG|PNG|PDF|CSV|XLSX?|PIN|QR|API|HTTP|JSON|Cookie|English|Chrome|Edge|Firefox|Safari|Windows|Android|Linux|"
    r"iPhone|iPad|macOS|HarmonyOS|Kylin|UOS|PACS|RIS|HIS|LIS|HRP|ICU|BI|CPU|SQL|KB|MB|GB|Esc)\b"
)
ADDRESS = re.compile(r"\S*[/@_.]\S*")  # paths, mail addresses, file and user names
SENTENCE = re.compile(r"[A-Za-z][A-Za-z'’-]+(?:[\s,;:]+[A-Za-z][A-Za-z'’-]*){2,}")
SPOKEN = ("alt", "title", "placeholder", "aria-label", "data-confirm", "data-key-words", "data-label")
SILENT = frozenset({"script", "style", "template", "svg", "code", "kbd", "textarea"})
VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "wbr", "source"})


class _Texts(HTMLParser):
    """All that a person reads or hears, element by element; what is marked lang="en" is meant."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def _is_silent(self) -> bool:
        return any(silent for _, silent in self.open)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        meant = (named.get("lang") or "").startswith("en") and tag != "html"
        if not meant and not self._is_silent:
            self.found += [value for name, value in attributes if name in SPOKEN and value]
            if tag == "input" and named.get("type") in {"submit", "button"}:
                self.found.append(named.get("value") or "")
        if tag not in VOID:
            self.open.append((tag, meant or tag in SILENT))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._is_silent and data.strip():
            self.found.append(data)


def latin_sentences(html: str) -> list[str]:
    """Three Latin words or more in a row, in text or in what is read aloud."""
    texts = _Texts()
    texts.feed(html)
    rest = [ALLOWED.sub("·", ADDRESS.sub("·", text)) for text in texts.found]
    return [match.group() for text in rest for match in SENTENCE.finditer(text)]
