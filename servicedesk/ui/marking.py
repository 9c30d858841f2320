"""What was searched for, marked where it stands. Everything else is escaped as ever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

AROUND = 40  # letters before and after what was found


def words_of(query: str) -> list[str]:
    """As the database folds them: full-width letters are narrow, case does not count, unseen letters are not there."""
    folded = unicodedata.normalize("NFKC", query).lower()
    kinds = [(one, unicodedata.category(one)) for one in folded]
    seen = "".join(" " if kind == "Cc" else one for one, kind in kinds if kind != "Cf")
    return list(dict.fromkeys(seen.split()))


def marked(text: str, words: Sequence[str]) -> SafeString:
    """Cut at the words, every second piece is one of them."""
    if not words:
        return format_html("{}", text)
    pieces = _pattern(words).split(text)
    return format_html_join("", "{}", ((_one(piece, number),) for number, piece in enumerate(pieces)))


def around(text: str, words: Sequence[str]) -> str:
    """The stretch of a long text in which the first word stands; empty where none does."""
    found = _pattern(words).search(text) if words else None
    if found is None:
        return ""
    start, end = max(0, found.start() - AROUND), min(len(text), found.end() + AROUND)
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")", re.IGNORECASE)


def _one(piece: str, number: int) -> SafeString | str:
    return format_html("<mark>{}</mark>", piece) if number % 2 else piece
