"""What has to run by itself, how often at least, and past which wall: a line lost from the schedule is silent."""

from __future__ import annotations

import pytest

from servicedesk import health
from servicedesk.schedule import BEAT, LAGS

# task → at most so many seconds, and whose queue
NEEDED = {
    "servicedesk.tasks.beat_of_work": (health.LATE / 2, "work"),
    "servicedesk.tasks.beat_of_watch": (health.LATE / 2, "watch"),
    "servicedesk.notices.tasks.hand_over_due_messages": (60, "watch"),
    "servicedesk.audit.tasks.seal_trail": (10, "watch"),
    "servicedesk.clocks.tasks.tell_what_is_due": (60, "watch"),
    "tickets.tasks.wake_tickets": (60, "watch"),
    "tickets.tasks.look_for_renamed_systems": (60, "watch"),
    "servicedesk.accounts.tasks.tidy_sign_in": (24 * 3600, "work"),
    "servicedesk.files.tasks.sweep_files": (24 * 3600, "work"),
}


@pytest.mark.parametrize("task", NEEDED)
def test_it_runs_often_enough_and_where_it_sees_what_it_needs(task: str) -> None:
    seconds, queue = NEEDED[task]
    [entry] = [entry for entry in BEAT.values() if entry["task"] == task]
    assert entry["schedule"] <= seconds
    assert entry["options"]["queue"] == queue


def test_health_measures_what_waits_to_leave_and_what_waits_to_be_told() -> None:
    assert set(LAGS) >= {"outbox", "steps"}
