"""`make demo`: servers, migrations, demo data, then web, workers and beat in the foreground until Ctrl-C.

Children write to var/log/; the terminal stays calm. One that dies is started again. What a killed supervisor left
behind is found by the mark in its environment, whatever happened to pid files. docs/adr/0003 says why it is our own.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from servicedesk.children import Child, say, stop
from servicedesk.embedded import PROJECT, Server, Trouble, passwords, remove, servers
from servicedesk.embedded.ground import locked, tail
from servicedesk.embedded.postgres import Postgres
from servicedesk.kept import Kept, is_new
from servicedesk.leftovers import MARK, end_leftovers
from servicedesk.processes import PROCESSES, Process

ANEW = "Were these data made by another version? `make demo-reset` throws them away and begins anew."
FIRST_PAGE = 60  # seconds until a web that does not answer is given up


class Stop(Exception):
    """Somebody asked us to end."""


class Supervisor:
    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.address = f"http://localhost:{port}"
        self.logs = var / "log"
        self.logs.mkdir(parents=True, exist_ok=True)

    def environment(self, given: dict[str, str]) -> dict[str, str]:
        fixed = {
            "STAGE": "demo",
            "PORT": str(self.port),
            "SITE_URL": self.address,
            "SECRET_KEY": passwords(self.var)["secret_key"],
            "DATA_DIR": str(self.var / "data"),
            MARK: str(self.var),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **given, **fixed}

    def run(self) -> None:
        with servers(self.var) as (given, ours):
            environment = self.environment(given)
            sign_ins = self.prepare(environment, ours, at=datetime.now(UTC))
            children = [Child(process, environment, self._log(process)) for process in PROCESSES]
            try:
                children[0].start()
                self.await_first_page(children[0])
                say(f"\n  The service desk runs at  {self.address}   (Ctrl-C stops it)\n\n{sign_ins}")
                self.watch(children, ours)
            finally:
                stop(children)

    def throw_away(self, *, at: datetime) -> None:
        remove(self.var)
        kept = Kept(self.var, self.address)
        if kept.is_good(at):
            kept.lay_out_secrets()

    def prepare(self, environment: dict[str, str], ours: list[Server], *, at: datetime) -> str:
        """What was kept a short while ago, or told anew and kept."""
        new = [server for server in ours if isinstance(server, Postgres) and is_new(server)]
        kept = Kept(self.var, self.address)
        to_keep = [server for server in new if not (kept.is_good(at) and kept.load(server))]
        sign_ins = self.fill(environment)
        for server in to_keep:
            kept.keep(server, at=at)
        return sign_ins

    def fill(self, environment: dict[str, str]) -> str:
        """Migrations and demo data in one process: loading Django costs more than either."""
        done = subprocess.run(
            [sys.executable, "manage.py", "demo"], cwd=PROJECT, env=environment, capture_output=True, text=True
        )
        (self.logs / "prepare.log").write_text(done.stderr)
        if done.returncode < 0:
            raise Stop
        if done.returncode:
            raise Trouble(f"The database could not be prepared:\n{done.stderr[-3000:]}\n{ANEW}")
        return done.stdout

    def await_first_page(self, web: Child) -> None:
        deadline = time.monotonic() + FIRST_PAGE
        while not _answers(f"http://127.0.0.1:{self.port}/livez"):
            if web.running is None or web.running.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"The web process does not answer. Its log says:\n{tail(web.log)}")
            time.sleep(0.05)

    def watch(self, children: list[Child], ours: list[Server]) -> None:
        while True:
            for child in children:
                child.look_after()
            for server in ours:
                if not server.is_alive():
                    say(f"{type(server).__name__} ended; it starts again.")
                    server.start()
            time.sleep(0.5)

    def _log(self, process: Process) -> Path:
        log = self.logs / f"{process.name}.log"
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        return log


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def refuse_taken_port(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise Trouble(f"{port} is no port. Say one from 1024 to 65535, like: make demo PORT=8010") from error
        except OSError as error:
            raise Trouble(f"Port {port} is taken or not allowed. Say another: make demo PORT={port + 10}") from error


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m servicedesk.supervisor")
    parser.add_argument("--var", type=Path, default=PROJECT / "var")
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
    parser.add_argument("--anew", action="store_true", help="throw the data away first")
    words = parser.parse_args()
    if not words.port.isdecimal():
        raise Trouble(f"PORT is {words.port!r}. Say a number, like: make demo PORT=8010")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    var = words.var.resolve()
    try:
        with locked(var / "demo.lock", wait=False):
            end_leftovers(var)
            refuse_taken_port(int(words.port))
            supervisor = Supervisor(var, int(words.port))
            if words.anew:
                supervisor.throw_away(at=datetime.now(UTC))
            try:
                supervisor.run()
            finally:
                end_leftovers(var)  # of children that were killed: theirs end by themselves, but not at once
    except BlockingIOError:
        raise Trouble("The demo already runs in this folder. Use it, or stop it there with Ctrl-C first.") from None
    except Stop:
        say("Stopped.")
    return 0


def _ask_to_stop(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    raise Stop


if __name__ == "__main__":
    sys.exit(main())
