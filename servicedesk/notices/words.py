"""From kind and words to a sentence in the reader's language.

What is stored are ids, numbers, labels and moments; the sentence is made when somebody reads it. A lazy translation is
stored as its English source, a moment in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from servicedesk.notices.enums import NoticeKind

Word = str | int | datetime | date | Promise


def stored(kind: NoticeKind, words: Mapping[str, Word]) -> dict[str, Any]:
    """As it goes into the row. A sentence that could not be made later is refused now."""
    if missing := kind.needed_words - words.keys():
        raise ValueError(f"{kind} needs the words {', '.join(sorted(missing))}")
    return {name: _stored(word) for name, word in words.items()}


def _stored(word: Word) -> Any:
    if isinstance(word, Promise):
        return {"text": source_of(word)}
    if isinstance(word, datetime):
        return {"at": word.isoformat()}
    return {"on": word.isoformat()} if isinstance(word, date) else word


def source_of(word: Promise) -> str:
    if translation.get_language() is None:  # the caller has switched it off, once for many words
        return str(word)
    with translation.override(None):
        return str(word)


def text_of(kind: str, words: Mapping[str, Any]) -> str:
    return gettext(NoticeKind(kind).sentence) % {name: _spoken(word) for name, word in words.items()}


def _spoken(word: Any) -> Any:
    match word:
        case {"text": text}:
            return gettext(text) if text else ""
        case {"at": at}:
            return formats.date_format(timezone.localtime(datetime.fromisoformat(at)), "Y-m-d H:i")
        case {"on": on}:
            return formats.date_format(date.fromisoformat(on), "Y-m-d")
    return word
