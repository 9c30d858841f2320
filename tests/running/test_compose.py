"""docker-compose.yml cannot be run on a machine without an engine; what it says must equal what `make demo` runs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from servicedesk.processes import PROCESSES, RESTRICTED, Process
from servicedesk.supervisor import Supervisor
from tests.running.variables import listed

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = [*(process.name for process in PROCESSES), "migrate", "tools"]
PRODUCTION_ONLY = {"BIND", "PROXY_COUNT"}  # a container listens to the proxy beside it; the demo has neither
each_process = pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)


def named(service: dict) -> set[str]:
    """The variables a service sets itself, a secret's file counting as the secret."""
    return {name.removesuffix("_FILE") for name in service["environment"]}


def of_demo(process: Process, tmp_path: Path) -> set[str]:
    given = dict.fromkeys([*RESTRICTED, "DATABASE_URL", "REDIS_URL"], "x")
    return set(process.environment(Supervisor(tmp_path, 8000).environment(given))) & set(listed())


@each_process
def test_commands_are_equal(process: Process):
    assert SERVICES[process.name]["command"] == list(process.command)


@each_process
def test_variables_are_equal(process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in listed():
        monkeypatch.delenv(name, raising=False)
    from_file = {name for name, active in listed().items() if active} - {"STAGE"}
    assert from_file.isdisjoint(RESTRICTED)
    demo = of_demo(process, tmp_path)
    assert demo - from_file - {"PORT"} == named(SERVICES[process.name]) - PRODUCTION_ONLY - {"PORT"}


def test_only_the_watch_passes_the_wall_and_only_migrations_own_tables():
    knows = {name: named(SERVICES[name]) & set(RESTRICTED) for name in OURS}
    assert knows == {
        "web": set(),
        "work": set(),
        "watch": {"DATABASE_WATCH_URL"},
        "deadlines": {"DATABASE_WATCH_URL"},
        "deadlines-2": {"DATABASE_WATCH_URL"},
        "beat": set(),
        "migrate": set(RESTRICTED),
        "tools": {"DATABASE_OWNER_URL", "DATABASE_WATCH_URL"},
    }


@pytest.mark.parametrize("name", OURS)
def test_every_secret_comes_from_a_file_it_was_given(name: str):
    service = SERVICES[name]
    files = {Path(value).name for key, value in service["environment"].items() if key.endswith("_FILE")}
    assert files == set(service["secrets"])
    assert files <= set(COMPOSE["secrets"])
    assert not {"SECRET_KEY", "DATABASE_URL", *RESTRICTED} & set(service["environment"])


@pytest.mark.parametrize("name", ["proxy", *OURS, "valkey"])
def test_containers_are_locked_down(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_every_lasting_service_is_asked_how_it_is():
    assert [n for n, s in SERVICES.items() if s.get("restart") != "no" and "healthcheck" not in s] == []


def test_only_the_proxy_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_the_image_runs_what_the_web_runs_and_not_as_root():
    lines = (PROJECT / "Dockerfile").read_text().splitlines()
    command = ", ".join(f'"{word}"' for word in PROCESSES[0].command)
    assert lines[-1] == f"CMD [{command}]"
    assert "USER servicedesk" in lines


def test_the_proxy_hides_what_is_internal_and_replaces_claims_about_addresses():
    proxy = (PROJECT / "deploy/proxy.conf").read_text()
    assert "location /internal/ { return 404; }" in proxy
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy


def test_the_proxy_writes_no_paths_down():
    """An invitation's link is a secret for as long as it is unused."""
    lines = (PROJECT / "deploy" / "proxy.conf").read_text().splitlines()
    told = [line.partition("#")[0].strip() for line in lines if "_log" in line]
    assert told == ["access_log off;", "error_log stderr crit;"]


def test_every_room_gets_into_the_image(settings: Any):
    let_in = (PROJECT / ".dockerignore").read_text().splitlines()
    rooms = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
    ours = {room for room in rooms if (PROJECT / room / "__init__.py").exists()}
    assert ours == {"contracts", "servicedesk", "tickets"}
    assert [room for room in ours if f"!{room}" not in let_in] == []


def test_what_must_last_stands_on_a_volume():
    kept = {
        name: {volume.partition(":")[0] for volume in service.get("volumes", [])} & set(COMPOSE["volumes"])
        for name, service in SERVICES.items()
    }
    of_ours = {name: {"data"} for name in OURS} | {"tools": {"data", "backups"}}
    assert kept == {**of_ours, "proxy": set(), "postgres": {"postgres"}, "valkey": {"valkey"}}


def test_nothing_runs_as_root():
    """Ours by the image's own user; the others say theirs, or their image is made for nobody."""
    assert {SERVICES[name].get("user") for name in OURS} == {None}
    assert (SERVICES["postgres"]["user"], SERVICES["valkey"]["user"]) == ("postgres", "valkey")
    assert SERVICES["proxy"]["image"].startswith("nginxinc/nginx-unprivileged")
