"""All that runs by itself, a line each. The queue says who does it: `work` behind the wall, `watch` past it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def every(seconds: float, task: str, *, queue: str = "work") -> dict[str, Any]:
    """The first run is at start-up. One that could not be done in time is dropped: the next does the same."""
    return {
        "task": task,
        "schedule": float(seconds),
        "last_run_at": LONG_AGO,
        "options": {"queue": queue, "expires": max(seconds, 10)},
    }


BEAT: dict[str, dict[str, Any]] = {
    "work is alive": every(15, "servicedesk.tasks.beat_of_work"),
    "watch is alive": every(15, "servicedesk.tasks.beat_of_watch", queue="watch"),
    "hand over due messages": every(5, "servicedesk.notices.tasks.hand_over_due_messages", queue="watch"),
    "second string of the watch": every(60, "servicedesk.clocks.tasks.tell_what_is_due", queue="watch"),
    "audit trail sealed": every(3, "servicedesk.audit.tasks.seal_trail", queue="watch"),
    "forget old messages": every(24 * 3600, "servicedesk.notices.tasks.forget_old_messages", queue="watch"),
    # Hourly, for who is told changes with the day; a reminder itself is told once.
    "look after contracts": every(3600, "contracts.tasks.look_after_contracts", queue="watch"),
    # tickets: closing
    "go on with tickets whose hour has come": every(60, "tickets.tasks.wake_tickets", queue="watch"),
    "close what nobody answered": every(3600, "tickets.tasks.close_silent_tickets", queue="watch"),
    "look for holes in the roster": every(3600, "servicedesk.clocks.tasks.look_for_holes", queue="watch"),
    # tickets: home
    "find tickets by their system's new name": every(15, "tickets.tasks.look_for_renamed_systems", queue="watch"),
    # tickets: linked
    "say that remote access ran out": every(60, "tickets.tasks.look_for_access_that_ran_out", queue="watch"),
    # tickets: api
    "forget answers kept for programs": every(3600, "tickets.tasks.forget_answers", queue="watch"),
    "sweep bytes that no file names": every(24 * 3600, "servicedesk.files.tasks.sweep_files"),
    "tidy what sign-in leaves": every(24 * 3600, "servicedesk.accounts.tasks.tidy_sign_in"),
}

# What is measured across all tenants for health and metrics: name → function that returns seconds, or a count.
LAGS: dict[str, str] = {
    "outbox": "servicedesk.notices.services.sweep.oldest_waiting_seconds",
    "steps": "servicedesk.clocks.watch.heart.oldest_untold_seconds",
    "set_aside": "servicedesk.clocks.watch.setting_aside.set_aside_count",
}
