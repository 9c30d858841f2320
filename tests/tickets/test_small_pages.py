"""The pages that somebody in need opens first are small: their sheet holds what they show, and no more."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from contracts.models import Contract
from servicedesk.sla.promise import Severity
from tests.clocks.test_promise_pages import client_of
from tests.tickets.test_report_pages import given, system_of
from tickets.services.levels import change_severity
from tickets.services.outages import announce_outage

pytestmark = pytest.mark.django_db
SHOWN = Path(settings.BASE_DIR) / "frontend" / "small.json"
NAMED = re.compile(r'\s(?:class|id)="([^"]+)"')
DATA = re.compile(r"\s((?:data|aria)-[\w-]+|type|role|hidden|disabled|href|open|multiple)(?=[\s=>])")


def pages(desk) -> list[str]:
    """In every state that somebody may find them in."""
    now, found = timezone.now(), []
    down = desk.report(title="全院无法调图", at=now)
    desk.act(announce_outage, down, by=desk.it, at=now, title="全院缓慢", words="请稍候", expected_at=None)
    waits = desk.report(severity=Severity.ONE, at=now)
    raised = desk.accepted(at=now)
    desk.act(change_severity, raised, by=desk.it, at=now, severity=Severity.ONE, why="停诊")
    for member in (desk.ward, desk.it, desk.lead):
        client = client_of(member)
        for path in ("", f"?system={system_of(desk)}&severity=1&title=x"):
            found.append(client.get(f"/report/{path}").content.decode())
        found.append(client.post("/report/", {"system": str(system_of(desk))}).content.decode())
        found.append(client.post("/report/", given(desk, words="身份证 11010519491231002X")).content.decode())
        asked = {"title": "全院无法调图", "system": str(system_of(desk))}
        found.append(client.get("/report/similar/", asked).content.decode())
        found += [client.get(f"/tickets/{one.pk}/call-now/").content.decode() for one in (waits, raised)]
        found.append(client.get("/inbox/unread/").content.decode())
    with desk.inside():
        Contract.objects.update(activated_at=None)
    return [*found, client_of(desk.ward).get("/report/").content.decode()]


def test_the_small_sheet_knows_what_its_pages_show(desk):
    """`make fix` writes frontend/small.json anew."""
    html = " ".join(pages(desk))
    names = {name for words in NAMED.findall(html) for name in words.split()} | set(DATA.findall(html))
    names = {name for name in names if not re.search(r"[0-9a-f]{8}-", name)}
    if os.environ.get("UPDATE_DOCS"):
        SHOWN.write_text(json.dumps(sorted(names | {"data-theme", "data-bs-theme", "data-state"}), indent=0) + "\n")
    assert names - set(json.loads(SHOWN.read_text())) == set()
