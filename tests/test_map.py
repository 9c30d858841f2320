"""The way in: README begins with the two commands, and its map leads to what is there. Issue 2."""

from __future__ import annotations

import re

from tests.test_documents import PROJECT, rows

README = (PROJECT / "README.md").read_text()


def test_the_two_commands_come_first():
    verbs = re.findall(r"^make (\w+)", README, re.MULTILINE)
    assert verbs[:2] == ["demo", "test"]
    assert README.index("make demo") < README.index("## "), "before anything else is told"


def test_every_answer_of_the_map_is_a_place_that_is_there():
    table = README.partition("## Where to look")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(lines) >= 15
    for line in lines:
        question, answer = (cell.strip() for cell in line.strip("| ").split("|", 1))
        assert question.endswith(("?", "it")), question
        places = [*re.findall(r"`([\w.*/<>-]*[/.][\w.*/<>-]*)`", answer), *re.findall(r"\]\(([^)#]+)", answer)]
        assert places, question
        for place in places:
            assert there(place), f"{question}: {place}"


def there(place: str) -> bool:
    """In the project, or beside the first place of its line: `wall.py` of a room is named short."""
    pattern = place.replace("<room>", "*").replace("<kind>", "*")
    if pattern.startswith("/") or place.endswith("()"):
        return True  # a page of the product
    return any(PROJECT.glob(pattern.strip("/"))) or any(PROJECT.glob(f"*/**/{pattern.strip('/')}"))


def test_a_file_named_for_a_clause_names_the_clause():
    """Or the table would send whoever asks for the proof to a file that says nothing of it."""
    silent = [
        (clause, file)
        for clause, cells in rows().items()
        for file in re.findall(r"`(tests/[^`]+\.py)`", cells[4])
        if not re.search(rf"\b{re.escape(clause.partition('-1…')[0])}\b", (PROJECT / file).read_text())
    ]
    assert silent == []
