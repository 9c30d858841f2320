"""The Chinese catalogue. Its source are the rooms' parts, locale/zh_Hans/parts/<room>.po; it is compiled at setup.

    python scripts/messages.py compile      parts → locale/zh_Hans/LC_MESSAGES/django.mo
    python scripts/messages.py check        every text used has its translation, and every translation a use

English is what stands in the code. `borrowed.po` words anew what libraries say, so its texts need not occur in ours.
Pure Python, because a bare machine has no gettext tools.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parents[1]
LOCALE = "zh_Hans"
KEYWORDS: dict[str, tuple[object, ...] | None] = {
    name + lazy: spec
    for lazy in ("", "_lazy")
    for name, spec in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
} | {"_": None, "gettext_noop": None, "Impossible": None}
FIELDS = re.compile(r"%\(\w+\)[a-z]|(?<!%)%[sd]|\{\w*\}")
NOT_OURS = {"node_modules", "var", ".venv", "static", "tests", "benchmarks", "scripts"}
Key = tuple[str | None, str]  # context, text in the singular


class Parts:
    """All parts as one catalogue, and what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(locale=LOCALE, domain="django", charset="utf-8")
        self.faults: list[str] = []
        self.borrowed: set[Key] = set()
        self.home: dict[Key, Path] = {}
        for file in sorted((root / "locale" / LOCALE / "parts").glob("*.po")):
            self._read(file)

    def _read(self, file: Path) -> None:
        with file.open("rb") as lines:
            part = read_po(lines, locale=LOCALE, charset="utf-8", abort_invalid=True)
        for message in part:
            if message.id:
                self._take(message, file)

    def _take(self, message: Message, file: Path) -> None:
        key = (message.context, _singular(message.id))
        words = _all(message.string)
        known = self.catalog.get(message.id, message.context)
        if known and _all(known.string) != words:
            self.faults.append(f"{file.name}: {key[1]!r} is translated otherwise in {self.home[key].name}")
        if message.fuzzy or not all(words):
            self.faults.append(f"{file.name}: {key[1]!r} has no finished translation")
        if any(_fields(word) != _fields(_singular(message.id, last=True)) for word in words if word):
            self.faults.append(f"{file.name}: {key[1]!r} and its translation have different placeholders")
        if file.stem == "borrowed":
            self.borrowed.add(key)
        self.home.setdefault(key, file)
        self.catalog.add(message.id, message.string, context=message.context)


def _singular(text: str | tuple[str, ...], *, last: bool = False) -> str:
    return text if isinstance(text, str) else text[-1 if last else 0]


def _all(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _fields(text: str) -> list[str]:
    return sorted(FIELDS.findall(text))


def used(root: Path) -> dict[Key, str]:
    """Every text in the code and the templates, and where it is first used."""
    found: dict[Key, str] = {}
    for file in _sources(root):
        for line, function, text in _extract(file):
            texts = text if isinstance(text, tuple) else (text,)
            context = texts[0] if "pgettext" in function else None
            found.setdefault((context, texts[1] if context else texts[0]), f"{file.relative_to(root)}:{line}")
    return found


def _sources(root: Path) -> Iterator[Path]:
    for pattern in ("*.py", "*.html", "*.txt"):
        for file in sorted(root.rglob(pattern)):
            inside = file.relative_to(root).parts
            if not NOT_OURS.intersection(inside) and (pattern == "*.py" or "templates" in inside):
                yield file


def _extract(file: Path) -> Iterator[tuple[int, str, str | tuple[str, ...]]]:
    source = file.read_text()
    if file.suffix != ".py":
        from django.utils.translation.template import templatize

        source = f"({templatize(source)}\n)"  # inside brackets the tokenizer does not mind the template's indentation
    for line, function, texts, _ in extract_python(
        io.BytesIO(source.encode()), list(KEYWORDS), [], {"encoding": "utf-8"}
    ):
        if chosen := _chosen(KEYWORDS[function], texts):
            yield line, function, chosen


def _chosen(spec: tuple[object, ...] | None, texts: object) -> tuple[str, ...]:
    given = texts if isinstance(texts, (list, tuple)) else (texts,)
    wanted = [1] if spec is None else [place[0] if isinstance(place, tuple) else place for place in spec]
    chosen = [given[place - 1] for place in wanted if isinstance(place, int) and place <= len(given)]
    return tuple(text for text in chosen if text) if all(chosen) else ()


def compile_catalogue(root: Path) -> None:
    parts = Parts(root)
    target = root / "locale" / LOCALE / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".half")
    with half.open("wb") as output:
        write_mo(output, parts.catalog)
    half.rename(target)
    if parts.faults:
        sys.exit("\n".join(parts.faults))


def faults(root: Path) -> list[str]:
    parts, texts = Parts(root), used(root)
    missing = [
        f"{place}: {key[1]!r} has no Chinese translation" for key, place in texts.items() if key not in parts.home
    ]
    idle = [
        f"{file.name}: {key[1]!r} is used nowhere"
        for key, file in parts.home.items()
        if key not in texts and key not in parts.borrowed
    ]
    return [*parts.faults, *missing, *idle]


def main(act: str, root: Path = PROJECT) -> None:
    if act == "compile":
        compile_catalogue(root)
    elif found := faults(root):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    if sys.argv[1:] not in (["compile"], ["check"]):
        sys.exit(__doc__)
    main(sys.argv[1])
