"""A machine whose clock is wrong: reports would bear another time than the deadlines they are judged by. ALL-3."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from servicedesk import health
from tests.running.test_health import beating, everywhere  # noqa: F401  a fixture


@everywhere
@pytest.mark.parametrize(("seconds", "well"), [(-4, True), (4, True), (-7, False), (7, False), (7200, False)])
def test_a_clock_that_is_apart_from_the_databases_is_named(seconds, well, client: Client, beating, monkeypatch):  # noqa: F811
    wrong = SimpleNamespace(now=lambda: timezone.now() + timedelta(seconds=seconds))
    monkeypatch.setattr(health, "timezone", wrong)
    answer = client.get("/healthz")
    part = answer.json()["parts"]["clock"]
    assert (answer.status_code, part["ok"]) == (200 if well else 503, well)
    assert part["value"] == pytest.approx(abs(seconds), abs=0.9)
