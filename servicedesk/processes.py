"""The product's processes, and what each may know. A test keeps docker-compose.yml equal to this."""

from __future__ import annotations

from dataclasses import dataclass

# Addresses that open more than the application's own role does. A process is given only those named below it.
RESTRICTED = ("DATABASE_OWNER_URL", "DATABASE_WATCH_URL", "ADMIN_DATABASE_URL")
CELERY = ("celery", "--quiet", "--app", "servicedesk")
QUIET = ("--without-gossip", "--without-mingle")


@dataclass(frozen=True)
class Process:
    name: str
    command: tuple[str, ...]
    given: frozenset[str] = frozenset()
    grace: int = 10  # seconds between asking it to stop and making it

    def environment(self, whole: dict[str, str]) -> dict[str, str]:
        """Least privilege: the web never learns the owner's address, nor the one that passes the wall."""
        return {name: value for name, value in whole.items() if self.may_know(name)}

    def may_know(self, name: str) -> bool:
        name = name.removesuffix("_FILE")
        return name not in RESTRICTED or name in self.given


def _worker(queue: str, *, copies: int, given: frozenset[str] = frozenset()) -> Process:
    words = ("worker", "--queues", queue, "--hostname", f"{queue}@%h", "--concurrency", str(copies))
    return Process(queue, (*CELERY, *words, *QUIET), given)


WEB = Process("web", ("gunicorn", "--config", "gunicorn.conf.py", "servicedesk.wsgi:application"))
WORK = _worker("work", copies=2)
WATCH = _worker("watch", copies=1, given=frozenset({"DATABASE_WATCH_URL"}))
# Two of them, and none is the first: either may be killed at any moment.
DEADLINES = tuple(
    Process(name, ("python", "manage.py", "watch"), frozenset({"DATABASE_WATCH_URL"}))
    for name in ("deadlines", "deadlines-2")
)
# Its timetable is in schedule.py and it keeps no file: a kill can damage nothing.
BEAT = Process("beat", (*CELERY, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", ""))

PROCESSES = (WEB, WORK, WATCH, *DEADLINES, BEAT)
