"""Pressed twice in the same moment: the second waits here for the first, and then finds what it has made."""

from __future__ import annotations

from django.db import connection


def wait_for_the_first(*key: object) -> None:
    """Until this transaction ends, nobody else does the thing of this key: a submission, or whose and of which name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [" ".join(map(str, key))])
