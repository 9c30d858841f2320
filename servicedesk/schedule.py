"""All that runs by itself, a line each. What must happen to the second is not here but in the watch."""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "hand over due messages": {
        "task": "servicedesk.notices.tasks.hand_over_due_messages",
        "schedule": 5,
        "options": {"queue": "watch", "expires": 10},
    },
}
