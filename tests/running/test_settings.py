"""Strict settings: nonsense is refused, production does not start half-configured, and every variable is explained."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from servicedesk import env
from servicedesk.checks import faults_of_roles, faults_of_settings
from tests.running.variables import listed, read_by_code

PROJECT = Path(__file__).resolve().parents[2]
THE_SYSTEMS = {"PATH", "DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}  # not ours to set
SOUND = {
    "STAGE": "production",
    "SECRET_KEY": "k4J" * 20,
    "ALLOWED_HOSTS": "desk.hospital.cn",
    "SITE_URL": "https://desk.hospital.cn",
    "PROXY_COUNT": "1",
}


def test_the_example_lists_every_variable_the_code_reads_and_no_other():
    assert set(listed()) == read_by_code() - THE_SYSTEMS


@pytest.mark.parametrize(
    ("reader", "value", "sentence"),
    [
        (lambda: env.flag("X", False), "maybe", "X is 'maybe'. Say true or false."),
        (lambda: env.number("X", 1, high=5), "six", "X is 'six'. Say a whole number from 0 to 5."),
        (lambda: env.number("X", 1, high=5), "6", "X is '6'. Say a whole number from 0 to 5."),
        (lambda: env.number("X", 1), "٣", "X is '٣'. Say a whole number from 0 to 2147483648."),
        (lambda: env.choice("X", "a", ("a", "b")), "c", "X is 'c'. Say one of: a, b."),
        (lambda: env.url("X", schemes=("https",)), "ftp://a", "X must be an address that starts with https://."),
        (lambda: env.networks("X", ""), "10.0.0.0/33", "Say addresses or networks like 10.1.0.0/16."),
        (lambda: env.database("X"), "mysql://a/b", "X must be an address that starts with postgresql://"),
        (lambda: env.database("X"), "postgresql://a", "X names no database"),
        (lambda: env.database("X"), "postgresql://a:b/c", "X has a port that is no number"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(reader: Any, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        reader()
    assert sentence in str(refusal.value)


def test_a_secret_comes_from_its_file_but_not_from_two_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    assert env.text("X") == "from the file"
    monkeypatch.setenv("X", "and here")
    with pytest.raises(ImproperlyConfigured, match="Both X and X_FILE"):
        env.text("X")


def sound(**other: Any) -> SimpleNamespace:
    given = {
        "DEBUG": False,
        "SECRET_KEY": SOUND["SECRET_KEY"],
        "INSECURE_SECRET_KEY": settings.INSECURE_SECRET_KEY,
        "ALLOWED_HOSTS": ["desk.hospital.cn"],
        "HTTPS": True,
        "PROXY_COUNT": 1,
        "REDIS_URL": "redis://valkey:6379/0",
        "DATABASES": {"default": {"NAME": "servicedesk"}},
    }
    return SimpleNamespace(**{**given, **other})


def test_sound_settings_have_no_fault():
    assert list(faults_of_settings(sound())) == []


@pytest.mark.parametrize(
    ("broken", "begins"),
    [
        ({"DEBUG": True}, "DEBUG is on"),
        ({"SECRET_KEY": settings.INSECURE_SECRET_KEY}, "SECRET_KEY is a default"),
        ({"SECRET_KEY": "x" * 49}, "SECRET_KEY is a default"),
        ({"SECRET_KEY": "please-change-me" * 5}, "SECRET_KEY is a default"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS is unset"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS is unset"),
        ({"HTTPS": False}, "SITE_URL must be"),
        ({"PROXY_COUNT": 0}, "PROXY_COUNT is 0"),
        ({"REDIS_URL": ""}, "REDIS_URL is unset"),
        ({"DATABASES": {}}, "DATABASE_URL is unset"),
    ],
)
def test_each_fault_is_named(broken: dict[str, Any], begins: str):
    [fault] = faults_of_settings(sound(**broken))
    assert fault.startswith(begins)


def roles(**aliases: str) -> dict[str, Any]:
    """`default="owner"`: the settings as if DATABASE_URL named the owner."""
    return {alias: settings.DATABASES[role] for alias, role in aliases.items()}


@pytest.mark.django_db(databases=["default", "owner", "watch"])
def test_the_application_may_not_pass_the_wall_nor_own_its_tables():
    """PACS-18: the tenant wall holds only for a role that cannot go round it."""
    assert list(faults_of_roles(roles(default="default", watch="watch"))) == []
    [passes] = faults_of_roles(roles(default="watch"))
    assert "can pass the wall between tenants (as servicedesk_watch" in passes
    through_membership, owns = faults_of_roles(roles(default="owner"))
    assert "as servicedesk_watch" in through_membership
    assert "signs in as the owner of" in owns
    [weak] = faults_of_roles(roles(watch="default"))
    assert weak.startswith("DATABASE_WATCH_URL must sign in as a role with BYPASSRLS")


def test_a_database_that_is_not_there_is_a_fault_not_a_traceback():
    gone = {**settings.DATABASES["default"], "HOST": "/nowhere"}
    [fault] = faults_of_roles({"default": gone})
    assert "cannot be asked what its role may do" in fault


def start(command: list[str], **changed: str) -> subprocess.CompletedProcess[str]:
    urls = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]}
    variables = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", **urls, **SOUND, **changed}
    return subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "command",
    [
        ["gunicorn", "--config", "gunicorn.conf.py", "servicedesk.wsgi:application"],
        ["celery", "--app", "servicedesk", "worker", "--queues", "nothing"],
        ["celery", "--app", "servicedesk", "beat"],
        ["python", "manage.py", "showmigrations"],
    ],
    ids=["gunicorn", "worker", "beat", "manage"],
)
def test_none_of_the_processes_starts_and_all_faults_are_named_at_once(command: list[str], tmp_path: Path):
    broken = {"SECRET_KEY": "short", "DEBUG": "true", "DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
    done = start(command, **broken, DATA_DIR=str(tmp_path), PORT="1")
    assert done.returncode != 0
    for words in ("The service desk does not start:", "SECRET_KEY is", "DEBUG is on", "can pass the wall"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_sound_production_starts():
    done = start(["python", "manage.py", "check", "--deploy"])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", ["requirements/app.txt", "requirements/dev.txt", "package-lock.json", ".npmrc"])
def test_no_lock_file_holds_an_address_or_an_index_host(file: str):
    text = (PROJECT / file).read_text()
    assert "://" not in text
    assert "index-url" not in text
    assert "registry=" not in text


def test_every_locked_package_has_a_hash():
    text = (PROJECT / "requirements/dev.txt").read_text()
    packages = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert len(packages) > 50
    assert all(line.endswith("\\") for line in packages)
    assert '"integrity": "sha512-' in (PROJECT / "package-lock.json").read_text()
