"""Two servers of one kind, side by side: ours with the demo's data, and the yardstick. And a client that counts."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2

PROJECT = Path(__file__).resolve().parents[1]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Site:
    """A gunicorn as production runs it, with two workers."""

    port: int
    process: subprocess.Popen[bytes]
    password: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request("GET", path, headers={"Cookie": cookies, "Accept-Encoding": "identity"})
        return connection.getresponse()

    def read(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        text = self.get(connection, path).read().decode()
        connection.close()
        return text

    def round(self, path: str, requests: int, *, status: int = 200) -> tuple[float, float]:
        """Milliseconds a request: on the clock, and of the workers' processors."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        started, used = time.perf_counter(), self.processor_time()
        for _ in range(requests):
            answer = self.get(connection, path)
            answer.read()
            assert answer.status == status, f"{path} answers {answer.status} {answer.headers.get('Location', '')}"
        elapsed, used = time.perf_counter() - started, self.processor_time() - used
        connection.close()
        return elapsed * 1000 / requests, used / requests

    def processor_time(self) -> float:
        return processor_of(self.process.pid)

    def memory(self) -> float:
        """Of the largest worker, in megabytes, what it shares with the master included."""
        status = [Path(f"/proc/{pid}/status").read_text() for pid in children_of(self.process.pid)]
        return max(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in status) / 1024  # type: ignore[index]

    def sign_in(self, username: str, password: str) -> None:
        """As a browser does it: the form, its token, the answer's cookies."""
        self.password = password
        token = TOKEN.search(self._browse("GET", "/accounts/login/"))
        assert token, "the sign-in page has no form"
        self._browse(
            "POST", "/accounts/login/", {"csrfmiddlewaretoken": token[1], "login": username, "password": password}
        )
        self._browse("GET", "/")

    def _browse(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": f"http://localhost:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, urlencode(form or {}), headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        connection.close()
        return text


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processor_of(parent: int) -> float:
    """Of its workers, to the nanosecond, in milliseconds; /proc/…/stat counts in hundredths of a second."""
    return sum(_used(thread) for pid in children_of(parent) for thread in Path("/proc").glob(f"{pid}/task/*")) / 1e6


def _used(thread: Path) -> int:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        return int((thread / "schedstat").read_text().split()[0])
    return 0


@contextlib.contextmanager
def site(
    application: str, port: int, folder: Path, environment: dict[str, str], *, config: str = "gunicorn.conf.py"
) -> Iterator[Site]:
    more = {"PORT": str(port), "DATA_DIR": str(folder), "LOG_LEVEL": "WARNING", "WEB_WORKERS": "2"}
    command = [str(Path(sys.executable).parent / "gunicorn"), "--config", config, application]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **environment, **more}, stdout=log, stderr=log
        )
    try:
        made = Site(port, process)
        _await(made, folder / "web.log")
        yield made
    finally:
        process.terminate()
        process.wait()


def _await(made: Site, log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", made.port)
            connection.request("GET", "/")
            connection.getresponse()
            return
        assert made.process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise TimeoutError(log.read_text())


def pids(servers: list[Any]) -> list[int]:
    """Of the servers that were started for the benchmark."""
    return [int(server.pid_file.read_text().split()[0]) for server in servers if server.pid_file.exists()]


def postmaster_of(servers: list[Any]) -> int | None:
    """None where PostgreSQL is not ours."""
    found = pids([server for server in servers if type(server).__name__ == "Postgres"])
    return found[0] if found else None


def make_database(owner_url: str, name: str) -> str:
    connection = psycopg2.connect(owner_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", owner_url, count=1)


def median(rounds: list[tuple[float, float]], which: int) -> float:
    return statistics.median(figures[which] for figures in rounds)
