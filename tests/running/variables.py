"""What .env.example lists, and what the code reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^(#?)([A-Z][A-Z0-9_]+)=")
READERS = {"text", "flag", "number", "choice", "words", "url", "database", "networks"}


def listed() -> dict[str, bool]:
    """Name → whether the line is in force, or only shown."""
    lines = (PROJECT / ".env.example").read_text().splitlines()
    return {found[2]: not found[1] for found in map(LINE.match, lines) if found}


def read_by_code() -> set[str]:
    files = [*PROJECT.glob("*.py"), *PROJECT.glob("servicedesk/**/*.py"), *PROJECT.glob("scripts/*.py")]
    return {name for file in files for name in _names(ast.parse(file.read_text()))}


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _reads(node.func):
            yield from _constant(node.args[0])
        elif isinstance(node, ast.Subscript) and _is_environ(node.value):
            yield from _constant(node.slice)
        elif isinstance(node, ast.Compare) and any(map(_is_environ, node.comparators)):
            yield from _constant(node.left)


def _reads(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    ours = isinstance(function.value, ast.Name) and function.value.id == "env" and function.attr in READERS
    return ours or (_is_environ(function.value) and function.attr in {"get", "setdefault", "pop"})


def _is_environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def _constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
