"""The embedded servers after the worst: real processes, killed as a power cut or an impatient person kills them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from servicedesk.embedded import Trouble, passwords, remove, servers
from servicedesk.embedded.ground import Ground
from servicedesk.embedded.postgres import Postgres
from servicedesk.embedded.valkey import Valkey

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_given_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WATCH_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    var = tmp_path_factory.mktemp("shared")
    yield var
    remove(var)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    remove(tmp_path)


def ours(var: Path) -> tuple[Postgres, Valkey]:
    ground = Ground(var)
    return Postgres(ground, passwords(var), fast=True), Valkey(ground)


def ask(environment: dict[str, str], statement: str) -> object:
    connection = psycopg2.connect(environment["DATABASE_OWNER_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        answer = cursor.fetchone() if cursor.description else None
    connection.close()
    return answer[0] if answer else None


def kill(pid_file: Path) -> int:
    pid = int(pid_file.read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_killed_postmaster_comes_back_with_its_rows(shared: Path):
    with servers(shared) as (environment, _):
        ask(environment, "CREATE TABLE kept AS SELECT 7 AS n")
        kill(ours(shared)[0].pid_file)
        with servers(shared) as (again, _):
            assert ask(again, "SELECT n FROM kept") == 7


def test_a_killed_valkey_comes_back_with_its_keys(shared: Path):
    with servers(shared, fast=True) as (environment, _):
        redis.from_url(environment["REDIS_URL"]).set("kept", "7")
        time.sleep(1.1)  # its file is written to the disk every second
        kill(ours(shared)[1].pid_file)
        with servers(shared, fast=True) as (again, _):
            assert redis.from_url(again["REDIS_URL"]).get("kept") == b"7"


def test_a_damaged_valkey_starts_empty_and_keeps_the_damage_aside(shared: Path):
    """Nothing that matters stands in Valkey alone, so it never keeps the product from starting."""
    with servers(shared, fast=True) as (environment, _):
        redis.from_url(environment["REDIS_URL"]).set("kept", "7")
    [log] = ours(shared)[1].data.glob("appendonlydir/*.incr.aof")
    log.write_bytes(b"*9\r\nnonsense\r\n" * 50)
    with servers(shared, fast=True) as (environment, _):
        assert redis.from_url(environment["REDIS_URL"]).get("kept") is None
    assert (ours(shared)[1].data / "damaged" / "appendonlydir").exists()


def test_a_number_reused_by_a_stranger_is_not_taken_for_the_postmaster(shared: Path):
    with servers(shared, fast=True):
        postgres = ours(shared)[0]
        left = postgres.pid_file.read_text().splitlines()
    account = {key: value for key, value in Ground(shared).as_account().items() if key != "cwd"}
    stranger = subprocess.Popen(["sleep", "60"], **account)
    try:
        lock = postgres.ground.run / ".s.PGSQL.5432.lock"
        for file in (postgres.pid_file, lock):
            file.write_text("\n".join([str(stranger.pid), *left[1:]]) + "\n")
            if account:
                os.chown(file, account["user"], account["group"])
        with servers(shared, fast=True) as (environment, _):
            assert ask(environment, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_lost_passwords_are_explained(shared: Path):
    with servers(shared, fast=True):
        pass
    secrets = (shared / "secrets.json").rename(shared / "secrets.kept")
    try:
        with pytest.raises(Trouble, match=r"refuses the password in .*secrets\.json.*demo-reset"), servers(shared):
            pass
    finally:
        secrets.rename(shared / "secrets.json")


def test_a_killed_initdb_is_begun_again(own: Path):
    code = f"import servicedesk.embedded as e; e.servers(__import__('pathlib').Path({str(own)!r})).__enter__()"
    first = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, start_new_session=True)
    half = Ground(own).base / "pg" / "18.half" / "PG_VERSION"
    deadline = time.monotonic() + 30
    while not half.exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert half.exists()
    with servers(own, fast=True) as (environment, _):
        assert ask(environment, "SELECT 1") == 1


def test_a_long_path_with_blanks_and_chinese_is_no_obstacle(tmp_path: Path):
    var = tmp_path / ("医院 服务台 " + "x" * 80)
    try:
        with servers(var, fast=True) as (environment, _):
            assert ask(environment, "SELECT 1") == 1
            assert redis.from_url(environment["REDIS_URL"]).ping()
    finally:
        remove(var)


def test_two_first_starts_at_once_share_one_server_and_the_last_stops_it(own: Path):
    code = (
        "import sys, pathlib, psycopg2, servicedesk.embedded as e\n"
        "with e.servers(pathlib.Path(sys.argv[1]), fast=True) as (env, _):\n"
        "    psycopg2.connect(env['DATABASE_OWNER_URL']).close(); print('up', flush=True); sys.stdin.readline()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": PROJECT}
    both = [subprocess.Popen([sys.executable, "-c", code, str(own)], **pipes) for _ in range(2)]
    assert [one.stdout.readline() for one in both] == ["up\n", "up\n"]
    postgres, valkey = ours(own)
    both[0].communicate("\n", timeout=90)
    assert postgres.is_alive()
    assert valkey.is_alive()
    both[1].communicate("\n", timeout=90)
    assert not postgres.is_alive()
    assert not valkey.is_alive()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another account")
def test_an_account_that_cannot_reach_the_project_runs_copies(own: Path, monkeypatch: pytest.MonkeyPatch):
    """A project under /root, as in a container."""
    monkeypatch.setattr(Ground, "reaches", lambda self, path: False)
    with servers(own, fast=True) as (environment, _):
        assert ask(environment, "SELECT 1") == 1
        binary = os.readlink(f"/proc/{ours(own)[0].pid_file.read_text().split()[0]}/exe")
    assert binary.startswith("/var/lib/servicedesk-")


def test_it_never_listens_where_others_do(shared: Path):
    """On sockets only: a PostgreSQL or Redis that the machine already runs is not disturbed."""
    with servers(shared, fast=True) as (environment, _):
        assert ask(environment, "SHOW listen_addresses") == ""
        assert redis.from_url(environment["REDIS_URL"]).config_get("port") == {"port": "0"}


def test_given_servers_are_used_and_none_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WATCH_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "given")
    with servers(tmp_path) as (environment, started):
        assert (environment, started) == ({}, [])
    monkeypatch.delenv("DATABASE_OWNER_URL")
    with pytest.raises(Trouble, match="Give DATABASE_URL alone, of a superuser, or with both"), servers(tmp_path):
        pass


def test_one_address_of_a_superuser_is_enough(shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with servers(shared, fast=True) as (environment, _):
        monkeypatch.setenv("DATABASE_URL", ours(shared)[0].admin.replace("/postgres?", "/elsewhere?"))
        monkeypatch.setenv("REDIS_URL", environment["REDIS_URL"])
        (tmp_path / "secrets.json").write_text(json.dumps(passwords(shared)))
        with servers(tmp_path) as (made, started):
            assert started == []
            assert ask(made, "SELECT current_database()") == "elsewhere"
