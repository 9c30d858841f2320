"""`make demo` as a person at a terminal knows it: started, used, interrupted, killed, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from servicedesk.embedded import passwords, remove
from servicedesk.embedded.ground import Ground
from servicedesk.embedded.postgres import Postgres
from servicedesk.kept import Kept
from servicedesk.leftovers import leftovers
from tests.running.variables import listed

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).resolve().parents[2]


def until(claim: Callable[[], object], patience: float = 120) -> object:
    deadline = time.monotonic() + patience
    while not (answer := claim()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return answer


class Demo:
    """The supervisor as `make demo` runs it, in a folder of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[str] | None = None

    def start(self, *words: str) -> None:
        """Until it says so: orphans of an earlier one may still answer."""
        self.process = self.run(*words)
        self.said = ""
        while "make demo-codes" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.said}"
            self.said += line

    def run(self, *words: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in listed()}
        command = [sys.executable, "-m", "servicedesk.supervisor", "--var", self.var, "--port", str(self.port), *words]
        return subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def status(self, path: str) -> int:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def interrupt(self) -> str:
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=90)
        assert self.process.returncode == 0
        return self.said + said

    def pids(self, words: str) -> list[int]:
        lines = {pid: Path(f"/proc/{pid}/cmdline") for pid in leftovers(self.var)}
        return [pid for pid, line in lines.items() if words in line.read_text().replace("\0", " ")]

    def postgres(self) -> Postgres:
        return Postgres(Ground(self.var), passwords(self.var), fast=False)

    def people(self) -> list[str]:
        connection = psycopg2.connect(self.postgres().admin.replace("/postgres?", "/servicedesk?"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM accounts_user ORDER BY 1")
            found = [one for (one,) in cursor.fetchall()]
        connection.close()
        return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    if demo.process and demo.process.poll() is None:
        demo.interrupt()
    remove(demo.var)


@pytest.fixture
def demo(kept: Demo) -> Demo:
    """Running, whatever the test before it did."""
    if kept.process is None or kept.process.poll() is not None:
        kept.start()
    return kept


def test_a_second_start_is_told_where_the_first_runs(demo: Demo):
    second = demo.run()
    said, _ = second.communicate(timeout=90)
    assert second.returncode == 1
    assert said == "The demo already runs in this folder. Use it, or stop it there with Ctrl-C first.\n"


def test_a_taken_port_is_explained(demo: Demo, tmp_path: Path):
    other = Demo(tmp_path)
    other.port = demo.port
    said, _ = other.run().communicate(timeout=90)
    assert said == f"Port {demo.port} is taken or not allowed. Say another: make demo PORT={demo.port + 10}\n"


def test_all_of_it_comes_to_life(demo: Demo):
    """Web, worker, watch and beat: the heartbeats of both queues have to arrive."""
    assert until(lambda: demo.status("/healthz") == 200)


def test_the_web_knows_neither_the_owner_nor_a_way_past_the_wall(demo: Demo):
    """PACS-18: least privilege, read from the running processes themselves."""
    knows = {}
    for name, words in (
        ("web", "gunicorn"),
        ("work", "--queues work"),
        ("watch", "--queues watch"),
        ("beat", " beat "),
    ):
        pids = until(lambda words=words: demo.pids(words))
        environments = [Path(f"/proc/{pid}/environ").read_text() for pid in pids]
        knows[name] = {found for text in environments for found in re.findall(r"\0(DATABASE_\w+)=", text)}
    assert knows == {
        "web": {"DATABASE_URL"},
        "work": {"DATABASE_URL"},
        "watch": {"DATABASE_URL", "DATABASE_WATCH_URL"},
        "beat": {"DATABASE_URL"},
    }


def test_no_log_holds_a_path_or_a_query(demo: Demo):
    demo.status("/secret-in-a-path/?token=secret-in-a-query")
    until(lambda: '"status": 404' in (demo.var / "log/web.log").read_text())
    assert [log.name for log in (demo.var / "log").iterdir() if "secret-in" in log.read_text()] == []


def test_a_killed_web_and_a_killed_database_are_started_again(demo: Demo):
    [master, *_] = sorted(demo.pids("gunicorn"))
    os.kill(master, signal.SIGKILL)
    os.kill(int(demo.postgres().pid_file.read_text().split()[0]), signal.SIGKILL)
    until(lambda: master not in demo.pids("gunicorn"))
    assert until(lambda: demo.status("/livez") == 200)


def test_after_a_killed_supervisor_the_next_start_recovers_and_keeps_the_data(demo: Demo):
    people = demo.people()
    demo.process.kill()
    demo.process.communicate()
    orphans = set(leftovers(demo.var))
    assert orphans
    demo.start()
    assert demo.status("/livez") == 200
    assert not orphans & set(leftovers(demo.var))
    assert demo.people() == people


def test_an_interrupt_stops_all_it_started(demo: Demo):
    said = demo.interrupt()
    assert f"http://localhost:{demo.port}" in said
    assert len(re.findall(r"second step: [A-Z2-7]{32}", said)) == 10
    assert said.endswith("Stopped.\n")
    assert leftovers(demo.var) == []
    assert not demo.postgres().is_alive()
    assert demo.status("/livez") == 0


def test_a_reset_loads_what_was_kept(demo: Demo):
    """The very same people, and the secrets that seal their second factors; told anew they would be others."""
    people, secrets = demo.people(), (demo.var / "secrets.json").read_bytes()
    is_good = Kept(demo.var, f"http://localhost:{demo.port}").is_good(datetime.now(UTC))
    demo.interrupt()
    demo.start("--anew")
    assert (demo.people() == people) is is_good
    assert ((demo.var / "secrets.json").read_bytes() == secrets) is is_good
    assert len(demo.people()) == len(people)
