"""The documents say what is true: every clause has its line, what is called done has a test that names it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from uuid import uuid4

from django.urls import resolve

PROJECT = Path(__file__).resolve().parent.parent
WALKED = ("docs/tour.md", "docs/runbook.md", "docs/api.md", "docs/requirements.md")
STATUSES = {"not yet", "begun", "done"}
CLAUSES = {
    **{f"PACS-{n}": None for n in range(1, 21)},
    **{f"ICU-{n}": None for n in range(1, 22)},
    **{f"HRP-{n}": None for n in range(1, 14)},
    "CHK-1…59": None,
    **{f"CHK-{letter}": None for letter in "abcdefg"},
    **{f"SMART-{n}": None for n in range(1, 18)},
    **{f"ALL-{n}": None for n in range(1, 19)},
}
ROW = re.compile(r"^\| ((?:PACS|ICU|HRP|CHK|SMART|ALL)-\S+) \|")


def rows() -> dict[str, list[str]]:
    found = {}
    for line in (PROJECT / "docs/requirements.md").read_text().splitlines():
        if match := ROW.match(line):
            assert match[1] not in found, f"{match[1]} stands twice"
            found[match[1]] = [cell.strip() for cell in line.strip("|").split("|")]
    return found


@cache
def suite_text() -> str:
    files = sorted([*PROJECT.glob("tests/**/test_*.py"), *PROJECT.glob("*/tests/**/test_*.py")])
    return "\n".join(file.read_text() for file in files)


def test_every_clause_has_a_line():
    assert list(rows()) == list(CLAUSES)


def test_every_line_is_whole():
    for clause, cells in rows().items():
        assert len(cells) == 5, clause
        assert cells[3] in STATUSES, clause


def test_what_is_begun_or_done_is_named_by_a_test():
    for clause, cells in rows().items():
        if cells[3] == "not yet":
            continue
        assert re.search(rf"\b{clause}\b", suite_text()), f"no test names {clause}"
        for file in re.findall(r"`(tests/[^`]+\.py)`", cells[4]):
            assert (PROJECT / file).exists(), f"{clause}: {file} is not there"


def test_addresses_that_documents_name_are_there():
    """Issue 4: tour and runbook, checked."""
    named = {path for file in WALKED for path in re.findall(r"`(/[a-z][\w<>:/-]*/)`", (PROJECT / file).read_text())}
    assert len(named) > 10
    for path in named - {"/api/v1/"}:  # where all of the interface stands
        resolve(re.sub(r"<[^>]*>", str(uuid4()), path))


def test_what_documents_say_to_press_is_written_so_on_the_pages():
    """Words in italics that begin with a capital are a button's or a page's own, or a heading of the document."""
    words, pressed = words_of_pages(), 0
    for file in WALKED:
        text = (PROJECT / file).read_text()
        for said in re.findall(r"(?<![*\w])\*([A-Z][^*]*)\*(?!\*)", text):
            for part in re.sub(r"\s+", " ", said).split(" → "):
                pressed += 1
                plain = part.strip(",.:…")
                is_there = plain in words or f"{plain}…" in words or f"## {plain}" in text or f"**{plain}.**" in text
                assert is_there, f"{file}: {part}"
    assert pressed > 60


def words_of_pages() -> set[str]:
    """All that is translated: English is the source."""
    found = set()
    for file in PROJECT.glob("locale/zh_Hans/parts/*.po"):
        for lines in re.findall(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)', file.read_text(), re.MULTILINE):
            found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', lines)).replace('\\"', '"'))
    return found


def test_links_between_documents_lead_somewhere():
    for document in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} → {target}"
