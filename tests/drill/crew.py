"""Processes to be killed. Forked from one that has loaded everything, so that a new one stands in milliseconds."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

Job = Callable[[], None]
LEARNT = (
    "celery.apps.beat", "celery.apps.worker", "celery.bin.worker", "celery.concurrency.solo", "celery.fixups.django",
    "celery.worker.components", "celery.worker.strategy", "kombu.transport.redis", "servicedesk.clocks.watch.loop",
)  # fmt: skip


@dataclass
class Hand:
    name: str
    job: Job
    pid: int = 0
    deaths: int = 0


@dataclass
class Crew:
    hands: list[Hand] = field(default_factory=list)

    def hire(self, name: str, job: Job) -> Hand:
        hand = Hand(name, job)
        hand.pid = fork(job)
        self.hands.append(hand)
        return hand

    def look_after(self) -> None:
        for hand in self.hands:
            if hand.pid and os.waitpid(hand.pid, os.WNOHANG)[0]:
                hand.pid, hand.deaths = fork(hand.job), hand.deaths + 1

    def kill(self, hand: Hand) -> None:
        os.kill(hand.pid, signal.SIGKILL)
        os.waitpid(hand.pid, 0)
        hand.pid, hand.deaths = fork(hand.job), hand.deaths + 1

    def dismiss(self) -> None:
        for hand in self.hands:
            if hand.pid:
                os.kill(hand.pid, signal.SIGKILL)
                os.waitpid(hand.pid, 0)
        self.hands.clear()


def fork(job: Job) -> int:
    from django.db import connections

    connections.close_all()  # a child must not talk through its parent's lines
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    end_with_parent()
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        job()
    finally:
        os._exit(1)


def learn() -> None:
    """All that a hand needs to know, before any is hired: each would load it anew, a second of the processor."""
    from servicedesk.celery import app

    for name in LEARNT:
        import_module(name)
    app.loader.import_default_modules()


def end_with_parent() -> None:
    """Whatever becomes of the drill, nothing of it stays behind."""
    die_with_parent = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(die_with_parent, signal.SIGKILL)


# ── what they do ─────────────────────────────────────────────────────────────────────────────────────────────────────
def watch(*, shifted: float = 0, sabotaged: bool = False, knife: str = "") -> Job:
    def job() -> None:
        from servicedesk.clocks.watch import loop

        if shifted:
            shift_time(shifted)
        if sabotaged:
            loop.fire_due = sabotage  # type: ignore[attr-defined]
        if knife:
            put_knife(knife)
        loop.Watch().run()

    return job


def celery(*words: str) -> Job:
    def job() -> None:
        quieten()
        from servicedesk.celery import app

        app.start(argv=["--quiet", *words])

    return job


def worker(queue: str, name: str, *, patience: float) -> Job:
    """`patience`: seconds until what a killed worker had in hand is handed over again; the product's own are 60."""
    work = celery(
        "worker", "--queues", queue, "--pool", "solo", "--hostname", f"{name}@drill", "--loglevel", "CRITICAL",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    )  # fmt: skip

    def job() -> None:
        from servicedesk.notices.services import delivery, sweep

        sweep.HAND_OVER_AGAIN = delivery.LEASE = timedelta(seconds=patience)
        work()

    return job


def beat() -> Job:
    return celery("beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel", "CRITICAL")


def receiver(port: int, book: Path) -> Job:
    """Says yes to everything, and writes down what came before it does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            line = self.headers["Idempotency-Key"].encode() + b" " + body + b"\n"
            os.write(out, line)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    out = os.open(book, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def job() -> None:
        ThreadingHTTPServer.request_queue_size = 256
        ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()

    return job


# ── how they go wrong ────────────────────────────────────────────────────────────────────────────────────────────────
def shift_time(seconds: float) -> None:
    """This process believes that it is another hour. The watch asks PostgreSQL and must not care."""
    from django.utils import timezone

    real_time, real_ns, real_now = time.time, time.time_ns, timezone.now
    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_ns() + int(seconds * 1e9)
    timezone.now = lambda: real_now() + timedelta(seconds=seconds)


def sabotage() -> int:
    """A watch that commits before its effects: the drill must find it out."""
    from django.db import transaction

    from servicedesk.clocks.watch import firing
    from servicedesk.clocks.watch.claiming import WATCH, claim, read
    from servicedesk.clocks.watch.points import reached

    with transaction.atomic(using=WATCH):
        clocks = claim()
        firings = firing.resolved(read(clocks) if clocks else [])
        firing.finish(firings, [])
    reached("committed")
    time.sleep(0.02)
    with transaction.atomic(using=WATCH):
        firing.tell(firings)
    return len(firings)


def put_knife(point: str) -> None:
    """Killed the first time it gets there."""
    from servicedesk.clocks.watch import claiming, firing, loop

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for module in (claiming, firing, loop, sys.modules[__name__]):
        if hasattr(module, "reached"):
            module.reached = reached  # type: ignore[attr-defined]
    from servicedesk.clocks.watch import points

    points.reached = reached


def quieten() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
