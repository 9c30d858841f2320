"""Counts guesses, before they are checked. One statement takes a try and says whether there was one left, so that any
number of guesses at once get no more than the limit; a count made after the check would let all of them through.

Where a page does its work in the transaction that counted, others of the same address would wait for all of it: behind
a secret too long to be guessed, `is_spent` looks and holds nothing, and only what was wrong is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from servicedesk.accounts.models import Tries


@dataclass(frozen=True)
class Limit:
    name: str
    tries: int
    within: timedelta
    lock: timedelta

    def key(self, value: str) -> str:
        return salted_hmac(f"servicedesk.tries.{self.name}", value.strip().lower(), algorithm="sha256").hexdigest()


QUARTER = timedelta(minutes=15)
NAME = Limit("name", 5, QUARTER, QUARTER)
# A hospital's people often share one address, so this only stops somebody who tries many names.
ADDRESS = Limit("address", 50, QUARTER, QUARTER)
CODE = Limit("code", 5, QUARTER, QUARTER)
SAME_CODE = Limit("same code", 1, QUARTER, QUARTER)
LINK = Limit("link", 30, QUARTER, QUARTER)

TAKE = """
INSERT INTO accounts_tries AS t (key, tries, since, locked_until)
VALUES (%(key)s, 1, %(at)s, CASE WHEN %(limit)s <= 1 THEN %(lock)s END)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN t.locked_until IS NOT NULL OR t.since <= %(old)s THEN 1 ELSE t.tries + 1 END,
    since = CASE WHEN t.locked_until IS NOT NULL OR t.since <= %(old)s THEN %(at)s ELSE t.since END,
    locked_until = CASE
        WHEN %(limit)s <= 1 OR (t.locked_until IS NULL AND t.since > %(old)s AND t.tries + 1 >= %(limit)s) THEN %(lock)s
    END
WHERE t.locked_until IS NULL OR t.locked_until <= %(at)s
RETURNING locked_until IS NOT NULL
"""
GIVE_BACK = "UPDATE accounts_tries SET tries = greatest(tries - 1, 0), locked_until = NULL WHERE key = %s"


@dataclass(frozen=True)
class Taken:
    allowed: bool
    is_last: bool = False
    locked_until: datetime | None = None


def take(limit: Limit, value: str, *, at: datetime) -> Taken:
    key = limit.key(value)
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {"key": key, "at": at, "old": at - limit.within, "lock": at + limit.lock, "limit": limit.tries},
        )
        row = cursor.fetchone()
    if row:
        return Taken(True, is_last=row[0])
    return Taken(False, locked_until=Tries.objects.filter(key=key).values_list("locked_until", flat=True).first())


def is_spent(limit: Limit, value: str, *, at: datetime) -> bool:
    return Tries.objects.filter(key=limit.key(value), locked_until__gt=at).exists()


def give_back(limit: Limit, value: str) -> None:
    """What was tried turned out to be right; it counts for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [limit.key(value)])


def forget(limit: Limit, value: str) -> None:
    """Success wipes the slate."""
    Tries.objects.filter(key=limit.key(value)).delete()


def forget_old(*, at: datetime) -> int:
    return Tries.objects.filter(since__lt=at - timedelta(days=1)).delete()[0]
