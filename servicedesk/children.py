"""A child of the supervisor: started in a group of its own, started again when it dies, stopped gently first."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from servicedesk.processes import Process

PROJECT = Path(__file__).resolve().parents[1]
LONGEST_PAUSE = 30.0
STEADY = 60  # seconds after which a death counts as the first again


@dataclass
class Child:
    process: Process
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = field(default=0.0)
    again_at: float = field(default=0.0)

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                self.process.command,
                cwd=PROJECT,
                env=self.process.environment(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches us alone; we pass it on in the right order
            )
        self.started_at = time.monotonic()

    def look_after(self) -> None:
        """Start it again when it has died, later each time."""
        if self.running is None:
            if time.monotonic() >= self.again_at:
                self.start()
        elif (code := self.running.poll()) is not None:
            self.signal(signal.SIGKILL)  # what it started must not hold its port
            self.deaths = 1 if time.monotonic() - self.started_at > STEADY else self.deaths + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (self.deaths - 1))
            self.running, self.again_at = None, time.monotonic() + pause
            say(f"{self.process.name} ended ({_how(code)}); it starts again in {pause:.0f} s. Its log: {self.log}")

    def signal(self, number: signal.Signals) -> None:
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.running.pid, number)


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 (this is what the person at the terminal sees)


def stop(children: list[Child]) -> None:
    """Ask all, wait, then make them. Servers are stopped after this, by whoever started them."""
    for child in reversed(children):
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + max(child.process.grace for child in children)
    for child in children:
        if child.running is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.running.wait(max(0.1, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.running.wait()
