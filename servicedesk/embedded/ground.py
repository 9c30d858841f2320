"""Where the servers live and as whom they run."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ACCOUNT = "servicedesk"
LONGEST_SOCKET = 90  # bytes; the kernel's limit is 107 with the file's name
PLAIN = re.compile(r"^[\w./-]+$", re.ASCII)  # what PostgreSQL's list of socket folders takes without quoting


class Trouble(SystemExit):
    """Ends the command with a sentence that says what to do."""


@dataclass
class Lock:
    file: IO[str]

    def is_last(self) -> bool:
        """Nobody else shares the lock; only asked while holding the lock that newcomers must take first."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[Lock]:
    """The kernel lets go of it however its holder ends. Raises BlockingIOError when told not to wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        yield Lock(file)


@dataclass
class Ground:
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
        if len(os.fsencode(self.run)) > LONGEST_SOCKET or not PLAIN.match(str(self.run)):
            self.run = Path("/tmp") / f"servicedesk-{os.geteuid()}-{_mark(self.var)}"  # noqa: S108 (checked by own)
        self.own(self.base, 0o755, mine=True)
        self.own(self.run, 0o700)

    def reaches(self, path: Path) -> bool:
        return subprocess.run(["/usr/bin/test", "-x", path], **self.as_account()).returncode == 0

    def as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {"cwd": "/"}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": [], "cwd": "/"}

    def own(self, folder: Path, mode: int, *, mine: bool = False) -> Path:
        if folder.is_symlink():
            raise Trouble(f"{folder} is a link, which could lead anywhere. Remove it and try again.")
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid not in {os.geteuid(), self.account.pw_uid if self.account else os.geteuid()}:
            raise Trouble(f"{folder} belongs to somebody else. Remove it and try again.")
        if self.account and not mine:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        folder.chmod(mode)
        return folder

    def data(self, *parts: str) -> Path:
        """A data folder of the servers' account; var/ shows where it is when it lies elsewhere."""
        for step in range(1, len(parts) + 1):
            self.own(self.base.joinpath(*parts[:step]), 0o700 if step == len(parts) else 0o755)
        shown = self.var / parts[0]
        if self.base != self.var and not shown.is_symlink():
            shown.symlink_to(self.base / parts[0])
        return self.base.joinpath(*parts)

    def runnable(self, site: Path, parts: list[str], name: str) -> Path:
        """Where the wheels lie, or a copy of these parts that the account can reach: programs find their libraries by
        the way that leads from one to the other."""
        if self.account is None or self.reaches(site / parts[0]):
            return site
        copy = self.base / "bin" / name
        if not all((copy / part).exists() for part in parts):
            shutil.rmtree(copy, ignore_errors=True)
            half = copy.with_name(f"{name}.half")
            shutil.rmtree(half, ignore_errors=True)
            for part in parts:
                shutil.copytree(site / part, half / part, symlinks=True)
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
                env=self.environment(),
                **self.as_account(),
            )

    @staticmethod
    def environment() -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/tmp"}  # noqa: S108


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def _system_account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(f"PostgreSQL refuses to run as root, and no system user could be made: {error}") from error
    return pwd.getpwnam(ACCOUNT)


def wheel(package: str) -> Path:
    """Where a wheel lies, without importing what it would import."""
    from importlib.util import find_spec

    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise Trouble(f"{package} is not installed. Run `make setup`.")
    return Path(spec.origin).parent


def is_alive(pid_file: Path, word: str) -> bool:
    """A pid file outlives a kill -9; only a running process with our folder on its command line counts."""
    try:
        pid = int(pid_file.read_text().split()[0])
        state = Path(f"/proc/{pid}/stat").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError, IndexError):
        return False
    return ") Z" not in state and word in command


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else "(nothing)"
