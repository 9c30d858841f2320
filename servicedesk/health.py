"""Is the product well? A list of findings, the same for /healthz, the status page and the metrics."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, FloatField
from django.db.models.functions import Cast, Extract, Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.calendars_standing import awaited_year
from servicedesk.models import Heartbeat

LATE = 60  # seconds; a heartbeat comes every 15
LAG = 120  # seconds that something may wait to leave
WATCH_LATE = 20  # seconds; each copy of the watch leaves a sign of life every 5
DEADLINES = "deadlines "  # and the copy's name
APART = 5  # seconds between this machine's clock and the database's
LEAST_FREE = 5  # per cent of the disk


# What the sweeps measured: what it is, how much is well, and what to do beyond that.
MEASURED: dict[str, tuple[str | Promise, float, str | Promise]] = {
    "outbox": (
        _("Waiting to leave: outbox"),
        LAG,
        _("Messages wait longer than they should. Look at the worker's log."),
    ),
    "steps": (
        _("Deadlines waiting to be told"),
        WATCH_LATE,
        _("Deadlines are told late. Look at the watch's log."),
    ),
    "set_aside": (
        _("Escalations set aside"),
        0,
        _("These could not be told, and somebody must be told by phone. The watch's log says why."),
    ),
}


@dataclass(frozen=True)
class Finding:
    name: str
    title: str | Promise
    ok: bool
    value: float | None  # seconds, or per cent for the disk
    advice: str | Promise
    is_remark: bool = False  # something to do in time; nothing is broken


def findings() -> list[Finding]:
    """Without a database the rest of what it knows is unknown, and is left out."""
    database = _database()
    found = [database, _valkey(), _disk()]
    return [*found, _clocks(), *_background()] if database.ok else found


def remarks(*, at: datetime) -> list[Finding]:
    """What somebody has to do one of these days: told on the status page, no reason to call the product unwell."""
    year = awaited_year(at=at)
    advice = _("The arrangement of %(year)s is missing. Enter it under “Statutory years”.") % {"year": year}
    return [Finding("years", _("Statutory days off"), year is None, None, advice, is_remark=True)]


def _database() -> Finding:
    ok = True
    try:
        # A savepoint where there is a transaction: a failed question must not break the page that asks it.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        ok = False
    return Finding("database", _("Database"), ok, None, _("PostgreSQL does not answer. Look at its log."))


def _clocks() -> Finding:
    """A report bears this machine's time, a deadline PostgreSQL's: what is apart is judged wrongly."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [there] = cursor.fetchone()
    apart = round(abs((timezone.now() - there).total_seconds()), 1)
    advice = _("This machine's clock and the database's are apart. Let both follow the same time server.")
    return Finding("clock", _("Clock of this machine"), apart <= APART, apart, advice)


def _valkey() -> Finding:
    ok = True
    try:
        with redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError):
        ok = False
    return Finding(
        "valkey", _("Message broker"), ok, None, _("Valkey does not answer. Nothing is lost; start it again.")
    )


def _disk() -> Finding:
    folder = next(path for path in (settings.DATA_DIR, *Path(settings.DATA_DIR).parents) if path.exists())
    usage = shutil.disk_usage(folder)
    free = round(100 * usage.free / usage.total, 1)
    return Finding("disk", _("Free disk space"), free >= LEAST_FREE, free, _("The disk is nearly full. Make room."))


def _background() -> Iterator[Finding]:
    beats = _beats()
    for name, title in (("work", _("Background work")), ("watch", _("Sweeps across hospitals"))):
        age = beats[name]["age"] if name in beats else None
        advice = _("No sign of life for a while. Look at the logs of beat and of this worker.")
        yield Finding(name, title, age is not None and age <= LATE, age, advice)
    yield _deadlines([beat["age"] for name, beat in beats.items() if name.startswith(DEADLINES)])
    for name, value in beats.get("watch", {}).get("facts", {}).items():
        title, limit, advice = MEASURED[name]
        yield Finding(name, title, value <= limit, value, advice)


def _deadlines(ages: list[float]) -> Finding:
    """One copy that lives is enough."""
    age = min(ages, default=None)
    advice = _("No copy of the watch answers: deadlines are told up to a minute late. Start it again.")
    return Finding("deadlines", _("Watch over deadlines"), age is not None and age <= WATCH_LATE, age, advice)


def _beats() -> dict[str, dict[str, Any]]:
    age = Cast(Extract(Now() - F("at"), "epoch"), FloatField())
    return {
        beat.name: {"age": round(max(beat.age, 0), 1), "facts": beat.facts}
        for beat in Heartbeat.objects.annotate(age=age)
    }
