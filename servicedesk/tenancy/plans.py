"""Statements that are said so often that PostgreSQL keeps their plan, for as long as the connection lasts.

Planning the inserts of one report under their policies took as long as doing them. A pooler in transaction mode hands
out another connection each time and knows nothing of such names: behind one, PREPARED_STATEMENTS is switched off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connections

PLACE = re.compile(r"%s::([a-z ]+(?:\[\])?)")
_PREPARED: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # by the driver's connection: names it knows


@dataclass(frozen=True)
class Statement:
    """`words` says the kind of each value, `%s::uuid[]`; the name begins with what a log may show."""

    name: str
    words: str
    call: str

    @classmethod
    def of(cls, label: str, words: str) -> Statement:
        name = f"{label[:46]}_{blake2b(words.encode(), digest_size=6).hexdigest()}"
        given = ", ".join(f"%s::{kind}" for kind in PLACE.findall(words))
        return cls(name, words, f'EXECUTE "{name}"' + f" ({given})" * bool(given))

    @property
    def definition(self) -> str:
        places = count(1)
        return f'PREPARE "{self.name}" AS {PLACE.sub(lambda found: f"${next(places)}::{found[1]}", self.words)}'


Said = tuple[Statement, list[Any]]


def send(said: Sequence[Said], *, using: str) -> None:
    """One after the other, in one message."""
    with connections[using].cursor() as cursor:
        _say(cursor, said)


def first_of(said: Sequence[Said], *, using: str) -> Any:
    """The first row that the last of them answers with, or None."""
    with connections[using].cursor() as cursor:
        _say(cursor, said)
        return cursor.fetchone()


def rows_of(said: Sequence[Said], *, using: str) -> list[Any]:
    """All that the last of them answers with."""
    with connections[using].cursor() as cursor:
        _say(cursor, said)
        return list(cursor.fetchall())


def _say(cursor: Any, said: Sequence[Said]) -> None:
    if settings.PREPARED_STATEMENTS:
        _prepare([statement for statement, _ in said], cursor.db)
    words = [statement.call if settings.PREPARED_STATEMENTS else statement.words for statement, _ in said]
    cursor.execute("; ".join(words), [value for _, values in said for value in values])


def _prepare(statements: Sequence[Statement], line: Any) -> None:
    """What was prepared stays so when the transaction goes back."""
    known = _PREPARED.setdefault(line.connection, set())
    for statement in statements:
        if statement.name not in known:
            with line.wrap_database_errors, line.connection.cursor() as cursor:
                cursor.execute(statement.definition)
            known.add(statement.name)
