"""Faults reported by a program, each with its clocks, steps, audit, stream and outbox: how many a second.

`python -m benchmarks.creating` makes the program's token in the demo's data and prints it; `report()` measures.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

from benchmarks.rig import Site, median, processor_of

TOTAL = 400
TARGETS = {1: 60, 8: 120}
PATH = "/api/v1/tickets/"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from contracts.enums import Status
    from contracts.models import Contract
    from contracts.selectors import status
    from servicedesk.accounts.models import User
    from servicedesk.accounts.services.tokens import make_token
    from servicedesk.tenancy import wall
    from servicedesk.tenancy.scopes import Scope

    with transaction.atomic():
        person = wall.enter(User.objects.get(username="lead").pk, None)
        assert person is not None
        now = timezone.now()
        until = now + timedelta(days=1)
        _, secret = make_token(f"bench {now:%H%M%S}", scopes=[Scope.REPORT], until_at=until, by=person, at=now)
        found = Contract.objects.visible_to(person).filter(activated_at__isnull=False)
        contract = next(one for one in found if status(one, on=timezone.localdate()) == Status.ACTIVE)
        severities = sorted(contract.levels.values_list("severity", flat=True))
    body = {"contract": str(contract.pk), "category": "fault", "title": "阅片工作站无法调图", "channel": "web",
            "severity": severities[-1] if severities else "", "words": "二楼阅片室三台都不行"}  # fmt: skip
    print(json.dumps({"secret": secret, "body": body}))


def report(ours: Site, theirs: Site, made: str, postmaster: int | None) -> None:
    asked = json.loads(made)
    _many(ours.port, asked, 1, 40)
    for connections, target in TARGETS.items():
        unit = median([theirs.round("/rows/", 100) for _ in range(3)], 0)
        before = _used(ours, postmaster)
        took, waits = _many(ours.port, asked, connections, TOTAL)
        web, database = ((after - was) / TOTAL for after, was in zip(_used(ours, postmaster), before, strict=True))
        p95 = sorted(waits)[int(len(waits) * 0.95)] * 1000
        words = f"{TOTAL / took:>8.0f} a second, p95 {p95:.1f} ms, {p95 / unit:.1f} L"
        bound = " and p95 ≤ 6 L" if connections == 1 else ""
        print(f"{f'reports, {connections} at a time':<22}{words:<37} target ≥ {target}{bound}", flush=True)
        print(f"{'  each':<22}{web:>8.2f} ms of the web's processor and {database:.2f} of the database's", flush=True)


def _used(ours: Site, postmaster: int | None) -> tuple[float, float]:
    return ours.processor_time(), processor_of(postmaster) if postmaster else 0.0


def _many(port: int, asked: dict[str, Any], connections: int, total: int) -> tuple[float, list[float]]:
    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        waits = list(pool.map(lambda _: _some(port, asked, total // connections), range(connections)))
    return time.perf_counter() - started, [wait for some in waits for wait in some]


def _some(port: int, asked: dict[str, Any], count: int) -> list[float]:
    line = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {asked['secret']}", "Content-Type": "application/json"}
    waits = []
    for _ in range(count):
        started = time.perf_counter()
        line.request("POST", PATH, json.dumps(asked["body"]), headers)
        answer = line.getresponse()
        said = answer.read()
        assert answer.status == 201, said.decode()
        waits.append(time.perf_counter() - started)
    line.close()
    return waits


if __name__ == "__main__":
    main()
