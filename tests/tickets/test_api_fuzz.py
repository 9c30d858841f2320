"""Every address of the interface with what its schema allows, and with what it does not: no fault, no answer that the
schema does not know, nothing for whoever brings no token. Rows of each kind are there, so that acts really happen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as of_schema

from servicedesk.files.services.uploads import add_file
from servicedesk.tenancy.ids import uuid7
from tests.tickets.machines import make_machine
from tests.tickets.test_api_schema import made
from tickets.enums import Cause, Remedy
from tickets.services.levels import propose_severity
from tickets.services.solving import resolve
from tickets.services.visiting import arrive, call_for_visit
from tickets.services.working import ask_back, hand_over

WANTED = [
    checks.not_a_server_error,
    of_schema.status_code_conformance,
    of_schema.content_type_conformance,
    of_schema.response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 2}
NO_TOKENS = ({}, {"Authorization": "Bearer sdt_nonsense"}, {"Authorization": "Basic YTpi"})


@pytest.fixture(autouse=True)
def _one_connection():
    """The test's own, as the test client has it: a server's request would close it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def machines(desk):
    return [make_machine(desk.lead), make_machine(desk.manager)]


@pytest.fixture
def rows(desk) -> dict[str, list[str]]:
    """Ids of every kind an address takes, tickets in every state that a machine can find them in."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from servicedesk.sla.promise import Severity

    now = timezone.now()
    fresh, called = desk.report(), desk.report(severity=Severity.ONE)
    working, waiting, handed, solved, visited = (desk.accepted() for _ in range(5))
    desk.act(ask_back, waiting, by=desk.engineer, at=now, why="截图", wakes_at=now + timedelta(hours=1))
    desk.act(hand_over, handed, by=desk.engineer, at=now, why="不是我们的")
    solution = {"words": "重启", "cause": Cause.DATA, "remedy": Remedy.OTHER}
    desk.act(resolve, solved, by=desk.engineer, at=now, **solution)
    coming = desk.act(call_for_visit, working, by=desk.it, at=now, why="远程看不出")
    there = desk.act(call_for_visit, visited, by=desk.it, at=now, why="远程看不出")
    desk.act(arrive, there, by=desk.engineer, at=now, where="机房")
    wish = desk.act(propose_severity, working, by=desk.engineer, at=now, severity=Severity.C, why="单机")
    with desk.acting(desk.it) as person:
        call = called.call_set.first() or _late_call(called, person, now)
        stored = add_file(fresh.matter, SimpleUploadedFile("log.txt", b"2026 error"), by=person, at=now)
    tickets = [working, fresh, solved, waiting, handed, called, visited]
    return {
        "tickets": [str(one.pk) for one in tickets], "visits": [str(coming.pk), str(there.pk)],
        "calls": [str(call.pk)], "severity-wishes": [str(wish.pk)], "files": [str(stored.pk)],
        "contracts": [str(desk.contract.pk)],
    }  # fmt: skip


def _late_call(ticket: Any, person: Any, now: Any) -> Any:
    from tickets.services.reporting import Phoned, log_call

    return log_call(ticket, Phoned(called_at=now - timedelta(hours=1), caller="刘敏"), by=person, at=now)


@pytest.mark.slow
def test_no_fault_no_drift_no_open_door(desk, machines, rows):
    schema = schemathesis.openapi.from_dict(json.loads(made()))
    schema.app = get_wsgi_application()
    answered: dict[str, Counter[int]] = {}
    for operation in _operations(schema):
        seen = answered.setdefault(operation.label, Counter())
        for mode, count in EXAMPLES.items():
            _try(operation, mode, count, machines, rows, seen)
    assert all(sum(seen.values()) >= 4 for seen in answered.values())
    done = [label for label, seen in answered.items() if any(status < 300 for status in seen)]
    assert len(done) > len(answered) / 2, {label: answered[label] for label in set(answered) - set(done)}


def _operations(schema: Any) -> Iterator[Any]:
    for result in schema.get_all_operations():
        yield result.ok()


def _try(operation: Any, mode: GenerationMode, count: int, machines: Any, rows: Any, seen: Counter[int]) -> None:
    try:
        cases = operation.as_strategy(generation_mode=mode)
    except Exception:
        assert mode is GenerationMode.NEGATIVE, operation.label  # an address that takes nothing cannot be sent wrong
        return

    @hypothesis.settings(
        max_examples=count, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=cases)
    def knock(case: Any) -> None:
        turn = sum(seen.values())
        _point(case, rows, turn // 2)
        if turn == 0:
            _refuse_strangers(case)
        answer = _asked(case, {"Authorization": f"Bearer {machines[turn % 2].secret}"})
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=WANTED)

    try:
        knock()
    except hypothesis.errors.Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label


def _asked(case: Any, headers: dict[str, str]) -> Any:
    """Leaves nothing behind."""
    with transaction.atomic():
        answer = case.call(headers=headers)
        transaction.set_rollback(True)
    return answer


def _point(case: Any, rows: Any, turn: int) -> None:
    """A real row each time, now and then one that is not there; and words where half of what is made is empty."""
    if "{id}" in case.operation.path:
        kind = case.operation.path.split("/")[3]
        real = rows[kind]
        case.path_parameters["id"] = str(uuid7()) if turn % 10 == 9 else real[turn % len(real)]
    if isinstance(case.body, dict) and turn % 4:
        case.body = {name: value or "x" if isinstance(value, str) else value for name, value in case.body.items()}
    if isinstance(case.body, dict) and "contract" in case.body and turn % 4:
        case.body |= {"contract": rows["contracts"][0], "category": "fault", "severity": "B"}
        case.body |= dict.fromkeys(("system", "department", "place", "reporter"))
        case.body |= {"external_number": case.body.get("external_source", "")}


def _refuse_strangers(case: Any) -> None:
    for headers in NO_TOKENS:
        answer = _asked(case, headers)
        assert answer.status_code == 401, case.operation.label
        case.validate_response(answer, checks=WANTED)
