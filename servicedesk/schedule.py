"""All that runs by itself, a line each. The queue says who does it: `work` behind the wall, `watch` past it."""

from __future__ import annotations

from typing import Any


def every(seconds: float, task: str, *, queue: str = "work") -> dict[str, Any]:
    """A run that could not be done in time is dropped: the next one does the same."""
    return {"task": task, "schedule": float(seconds), "options": {"queue": queue, "expires": max(seconds, 10)}}


BEAT: dict[str, dict[str, Any]] = {
    "work is alive": every(15, "servicedesk.tasks.beat_of_work"),
    "watch is alive": every(15, "servicedesk.tasks.beat_of_watch", queue="watch"),
    "audit trail sealed": every(3, "servicedesk.audit.tasks.seal_trail", queue="watch"),
}

# What the watch measures across all tenants for health and metrics: name → function that returns seconds.
LAGS: dict[str, str] = {}
