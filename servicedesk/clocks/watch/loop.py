"""Look, tell, sleep until the next step: woken by NOTIFY, at most a second. One query a look."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import Error, connections

from servicedesk.clocks.watch.claiming import WATCH, seconds_until_next
from servicedesk.clocks.watch.firing import fire_due
from servicedesk.clocks.watch.heart import beat, forget_the_dead
from servicedesk.clocks.watch.points import reached

LONGEST_SLEEP = 1.0
HELD_BY_ANOTHER = 0.02  # somebody else is telling what is due: look again soon
BEAT_EVERY = 5.0
PATIENCE = 0.5  # between tries to reach the database
log = structlog.get_logger(__name__)


class Watch:
    """One copy. `stopping` ends it after the batch it is in."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:12]}:{os.getpid()}"
        self.stopping = False
        self._bell, self._rope = os.pipe()
        self._last_beat = 0.0

    def stop(self, *_: Any) -> None:
        self.stopping = True
        os.write(self._rope, b"!")

    def run(self) -> None:
        while not self.stopping:
            try:
                with listening() as ear:
                    self._watch(ear)
            except Error as fault:  # away, or not ready for this release: a row's own fault does not come here
                log.warning("watch_without_database", error=str(fault).strip().partition("\n")[0])
                connections[WATCH].close()
                select.select([self._bell], [], [], PATIENCE)

    def _watch(self, ear: Any) -> None:
        """What was notified before we listened is found by looking first."""
        while not self.stopping:
            self._beat()
            wait = self._look()
            ready, _, _ = select.select([ear, self._bell], [], [], wait)
            if ear in ready:
                _hear(ear)
            reached("waited")

    def _look(self) -> float:
        """Tells all that is due; how long to sleep then."""
        while not self.stopping:
            wait = seconds_until_next()
            if wait is None or wait > 0:
                return min(LONGEST_SLEEP if wait is None else wait, LONGEST_SLEEP)
            if not fire_due():
                return HELD_BY_ANOTHER
            self._beat()
        return 0

    def _beat(self) -> None:
        if time.monotonic() - self._last_beat >= BEAT_EVERY:
            reached("beating")
            beat(self.name)
            forget_the_dead()
            self._last_beat = time.monotonic()
            reached("beaten")


def _hear(ear: Any) -> None:
    """The driver's own line: when it breaks, that is said in Django's words, as of all others."""
    with connections[WATCH].wrap_database_errors:
        ear.poll()
    ear.notifies.clear()


@contextmanager
def listening() -> Iterator[Any]:
    """A connection of its own, since what listens must not be inside a transaction, nor behind a pooler."""
    wrapper = connections[WATCH].copy()
    wrapper.connect()
    wrapper.set_autocommit(True)
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("LISTEN clocks_step")
        yield wrapper.connection
    finally:
        wrapper.close()
