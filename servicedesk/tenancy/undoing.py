"""How much is undone when one of several acts is refused: each alone by its savepoint, or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def in_one_piece() -> Iterator[None]:
    """Whatever is refused takes all of it back, so no service says two statements more for a savepoint of its own."""
    with _savepoints(False):
        yield


@contextmanager
def by_itself() -> Iterator[None]:
    """One of several, undone alone, inside of what is undone as a whole too."""
    with _savepoints(True), transaction.atomic():
        yield


@contextmanager
def _savepoints(are_used: bool) -> Iterator[None]:
    features, before = connection.features, connection.features.uses_savepoints
    features.uses_savepoints = are_used
    try:
        yield
    finally:
        features.uses_savepoints = before
