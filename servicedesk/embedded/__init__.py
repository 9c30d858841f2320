"""A real PostgreSQL and a real Valkey from wheels, for the demo and the tests. Production brings its own servers.

    python -m servicedesk.embedded run [--tests] -- COMMAND…     start what is not given, run, stop

`DATABASE_URL` and `REDIS_URL` in the environment mean those servers: nothing is started. Data lie in var/pg/<major>
and var/valkey, on sockets only. Root may not run PostgreSQL: then a system user does, from a copy it can reach.
Why it is done this way: docs/adr/0001.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from servicedesk.embedded.ground import Ground, Trouble, locked
from servicedesk.embedded.postgres import Postgres
from servicedesk.embedded.valkey import Valkey
from servicedesk.tenancy import provision

__all__ = ["PROJECT", "Server", "Trouble", "remove", "servers"]

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_OWNER_URL", "DATABASE_WATCH_URL")
Server = Postgres | Valkey


@contextlib.contextmanager
def servers(var: Path, *, fast: bool = False) -> Iterator[tuple[dict[str, str], list[Server]]]:
    """The environment that names the servers, and those that are ours. The last who leaves stops them."""
    var.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        with locked(var / "starting.lock"):
            users = stack.enter_context(locked(var / "servers.lock", shared=True))
            running, environment = _start(var, fast)
        try:
            yield environment, running
        finally:
            with locked(var / "starting.lock"):
                if users.is_last():
                    _stop(running)


def _start(var: Path, fast: bool) -> tuple[list[Server], dict[str, str]]:
    running: list[Server] = []
    environment: dict[str, str] = {}
    try:
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(Ground(var))
            running.append(valkey)
            valkey.launch()  # it loads while PostgreSQL starts
            environment["REDIS_URL"] = valkey.url
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(Ground(var), passwords(var), fast=fast)
            running.append(postgres)
            postgres.start()
            environment |= provision.prepare(postgres.admin, passwords(var))
        else:
            environment |= _given(var)
        for server in running:
            server.start()
    except BaseException:
        _stop(running)
        raise
    return running, environment


def _given(var: Path) -> dict[str, str]:
    """All three addresses, or one that may make the roles."""
    given = [name for name in OURS if os.environ.get(name)]
    if len(given) == len(OURS):
        return {}
    if given:
        raise Trouble(f"Give DATABASE_URL alone, of a superuser, or with both of {' and '.join(OURS)}.")
    admin = urlsplit(os.environ["DATABASE_URL"])
    named = admin.path.strip("/")
    database = provision.DATABASE if named in {"", "postgres"} else named
    return provision.prepare(admin._replace(path="/postgres").geturl(), passwords(var), database)


def _stop(running: list[Server]) -> None:
    for server in reversed(running):
        server.stop()


def passwords(var: Path) -> dict[str, str]:
    """Made once, for this machine only. The file appears whole or not at all."""
    file = var / "secrets.json"
    if not file.exists():
        made = {name: secrets.token_urlsafe(32) for name in ("admin", "owner", "app", "watch", "secret_key")}
        half = file.with_suffix(".half")
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        half.write_text(json.dumps(made))
        half.rename(file)
    return json.loads(file.read_text())


def remove(var: Path) -> None:
    """Stop the servers and throw their data away."""
    with locked(var / "starting.lock"), locked(var / "servers.lock", shared=True) as users:
        if not users.is_last():
            raise Trouble("Something still uses the servers under var/. Stop it, then try again.")
        ground = Ground(var)
        if (var / "secrets.json").exists():
            for server in (Postgres(ground, passwords(var), fast=False), Valkey(ground)):
                server.stop()
        for folder in (ground.run, *([ground.base] if ground.base != var else [])):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("pg", "valkey", "bin", "data", "secrets.json"):
            _delete(var / name)


def _delete(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
