"""/healthz, the status page, the metrics and the log lines: what somebody at night learns about the product."""

import contextlib
import io
import json
import logging
import logging.config
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import connection
from django.test import Client
from django.utils import timezone

from servicedesk import health, tasks
from servicedesk.celery import app
from servicedesk.clocks.watch.heart import beat, forget_the_dead
from servicedesk.logs import configuration, without_secrets
from servicedesk.models import Heartbeat
from servicedesk.processes import PROCESSES
from servicedesk.schedule import BEAT, LAGS
from tests.world import make_user

everywhere = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
FAR_AWAY = {"REMOTE_ADDR": "10.9.9.9"}


def lag() -> float:
    return 121.0


@pytest.fixture
def beating() -> None:
    tasks.beat_of_work()
    tasks.beat_of_watch()
    beat("host:1")


@everywhere
def test_well(client: Client, beating: None):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert {name: part["ok"] for name, part in answer.json()["parts"].items()} == dict.fromkeys(
        ["database", "valkey", "disk", "clock", "work", "watch", "deadlines", *LAGS], True
    )


@everywhere
def test_a_background_that_never_answered_is_unwell(client: Client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["work"] == {"ok": False, "value": None}
    assert client.get("/livez").status_code == 200


@everywhere
def test_a_background_that_stopped_answering_is_named(client: Client, beating: None):
    Heartbeat.objects.filter(name="watch").update(at=timezone.now() - timedelta(seconds=health.LATE + 1))
    parts = client.get("/healthz").json()["parts"]
    assert (parts["work"]["ok"], parts["watch"]["ok"]) == (True, False)


@everywhere
def test_one_living_copy_of_the_watch_is_enough(client: Client, beating: None):
    """ALL-3."""
    beat("host:2")
    Heartbeat.objects.filter(name="deadlines host:1").update(at=timezone.now() - timedelta(hours=2))
    assert client.get("/healthz").json()["parts"]["deadlines"]["ok"]
    forget_the_dead()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"work", "watch", "deadlines host:2"}
    Heartbeat.objects.filter(name="deadlines host:2").update(at=timezone.now() - timedelta(minutes=1))
    assert not client.get("/healthz").json()["parts"]["deadlines"]["ok"]


@everywhere
def test_what_waits_too_long_to_leave_is_named(client: Client, monkeypatch: pytest.MonkeyPatch):
    """Only the watch can measure across tenants; its heartbeat carries the figure."""
    monkeypatch.setitem(LAGS, "outbox", "tests.running.test_health.lag")
    tasks.beat_of_work()
    tasks.beat_of_watch()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["outbox"] == {"ok": False, "value": 121.0}


@everywhere
def test_a_broker_that_is_gone_is_named(client: Client, beating: None, settings: Any):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock?db=0"
    parts = client.get("/healthz").json()["parts"]
    assert [name for name, part in parts.items() if not part["ok"]] == ["valkey"]


@everywhere
def test_a_full_disk_is_named(client: Client, beating: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "LEAST_FREE", 101)
    parts = client.get("/healthz").json()["parts"]
    assert [name for name, part in parts.items() if not part["ok"]] == ["disk"]


@contextlib.contextmanager
def database_gone() -> Iterator[None]:
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    yield
    connection.close()
    connection.settings_dict["HOST"] = host


@everywhere
def test_without_a_database_the_web_takes_itself_out(client: Client):
    with database_gone():
        assert client.get("/livez").status_code == 503
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["ok"] is False


@everywhere
def test_details_and_metrics_are_for_neighbours_only(client: Client, beating: None, settings: Any):
    assert client.get("/healthz", **FAR_AWAY).json() == {"ok": True}
    assert client.get("/internal/metrics", **FAR_AWAY).status_code == 404
    claimed = {**FAR_AWAY, "HTTP_X_FORWARDED_FOR": "127.0.0.1"}
    assert client.get("/internal/metrics", **claimed).status_code == 404
    settings.PROXY_COUNT = 1
    through_proxy = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1, 10.9.9.9"}
    assert client.get("/internal/metrics", **through_proxy).status_code == 404


@everywhere
def test_metrics_count_requests_by_page_never_by_path(client: Client, beating: None):
    client.get("/accounts/login/?next=/secret-in-a-query/")
    client.get("/no-such-page/secret-in-a-path/")
    text = client.get("/internal/metrics").content.decode()
    assert 'servicedesk_requests_total{method="GET",page="account_login",status="200"}' in text
    assert 'servicedesk_ok{part="watch"} 1.0' in text
    assert "secret-in" not in text


@everywhere
def test_the_status_page_is_for_people_who_are_signed_in(client: Client, beating: None):
    assert client.get("/status").status_code == 302
    client.force_login(make_user(), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/status").content.decode()
    assert "一切正常。" in page
    Heartbeat.objects.filter(name="work").delete()
    assert "请查看 beat 和该后台进程的日志" in client.get("/status").content.decode()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the product writes, through its own formatter."""
    out = io.StringIO()
    formatter = logging.config.DictConfigurator(configuration("INFO")).configure_formatter(
        configuration("INFO")["formatters"]["json"]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


@everywhere
def test_every_request_logs_one_line_of_json_with_its_id(client: Client, lines: io.StringIO):
    answer = client.get("/no-such-page/secret-in-a-path/?token=secret", HTTP_X_REQUEST_ID="from-the-proxy-1")
    [line] = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert answer["X-Request-Id"] == line["request_id"] == "from-the-proxy-1"
    assert (line["event"], line["page"], line["method"], line["status"]) == ("request", "none", "GET", 404)
    assert "secret" not in lines.getvalue()


def test_secrets_never_reach_a_line(lines: io.StringIO):
    structlog.get_logger("servicedesk").info("sent", password="hunter2", api_key="k", csrf_token="t", phone="138", n=1)
    assert json.loads(lines.getvalue())["n"] == 1
    assert not {"hunter2", '"k"', '"t"', "138"} & set(lines.getvalue().split())
    assert without_secrets(None, "", {"otp_code": 1, "ok": 2}) == {"otp_code": "[hidden]", "ok": 2}


def test_all_that_runs_by_itself_exists_and_has_a_worker():
    app.loader.import_default_modules()
    queues = {process.name for process in PROCESSES}
    for name, entry in BEAT.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["queue"] in queues, name
