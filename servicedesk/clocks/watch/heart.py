"""Each copy of the watch leaves a sign of life; health wants one that is fresh, and no step that is overdue."""

from __future__ import annotations

from django.db import connections

from servicedesk.clocks.watch.claiming import WATCH

PREFIX = "deadlines "
BEAT = """
INSERT INTO servicedesk_heartbeat (name, at, facts) VALUES (%s, clock_timestamp(), '{}')
ON CONFLICT (name) DO UPDATE SET at = excluded.at
"""
FORGET = (
    "DELETE FROM servicedesk_heartbeat WHERE name LIKE 'deadlines %%' AND at < clock_timestamp() - interval '1 hour'"
)
OLDEST = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(fire_at)), 0)::float8 FROM clocks_step
 WHERE fired_at IS NULL AND set_aside_at IS NULL AND fire_at <= clock_timestamp()
"""


def beat(name: str) -> None:
    with connections[WATCH].cursor() as cursor:
        cursor.execute(BEAT, [f"{PREFIX}{name}"[:30]])


def forget_the_dead() -> None:
    with connections[WATCH].cursor() as cursor:
        cursor.execute(FORGET)


def oldest_untold_seconds() -> float:
    """How long a step that is due has been waiting, across all tenants."""
    with connections[WATCH].cursor() as cursor:
        cursor.execute(OLDEST)
        return float(cursor.fetchone()[0])
