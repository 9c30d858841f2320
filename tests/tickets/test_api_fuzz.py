"""Every address of the interface with what its schema allows, and with what it does not: no fault, no answer that the
schema does not know, nothing for whoever brings no token. Rows of each kind are there, so that acts really happen."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
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

from servicedesk.files.services.uploads import add_file, looked_through
from servicedesk.tenancy.ids import uuid7
from tests.tickets.closing import handed
from tests.tickets.examples_linked import make_incident, make_plan
from tests.tickets.machines import make_machine
from tests.tickets.test_api_schema import made
from tickets.enums import Cause, Remedy, WaitsOn
from tickets.models import HospitalTask, Outage, PlanTick, RemoteAuthorisation, ReviewAction, TicketLink
from tickets.services.levels import propose_severity
from tickets.services.signing import refuse_to_sign
from tickets.services.solving import resolve
from tickets.services.visiting import arrive, call_for_visit
from tickets.services.working import ask_back, hand_over

WANTED = [
    checks.not_a_server_error,
    of_schema.status_code_conformance,
    of_schema.content_type_conformance,
    of_schema.response_schema_conformance,
]
MANY = int(os.environ.get("FUZZ", "1"))  # `make fuzz` asks twenty times as much
EXAMPLES = {GenerationMode.POSITIVE: 1 + 2 * MANY, GenerationMode.NEGATIVE: MANY}
# Fields that name rows: what is made up of them names nothing.
NAMED = {
    "contract": "contracts", "other": "tickets", "into": "tickets", "parent": "tickets", "earlier": "tickets",
    "ticket": "tickets", "to": "people", "engineer": "people",
}  # fmt: skip
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
    desk.act(
        ask_back, waiting, by=desk.engineer, at=now, why="截图", who=WaitsOn.REPORTER, wakes_at=now + timedelta(hours=1)
    )
    desk.act(hand_over, handed, by=desk.engineer, at=now, why="不是我们的")
    solution = {"words": "重启", "cause": Cause.DATA, "remedy": Remedy.OTHER}
    desk.act(resolve, solved, by=desk.engineer, at=now, **solution)
    coming = desk.act(call_for_visit, working, by=desk.it, at=now, why="远程看不出")
    there = desk.act(call_for_visit, visited, by=desk.it, at=now, why="远程看不出")
    desk.act(arrive, there, by=desk.engineer, at=now, where="机房")
    wish = desk.act(propose_severity, working, by=desk.engineer, at=now, severity=Severity.C, why="单机")
    with desk.acting(desk.it) as person:
        call = called.call_set.first() or _late_call(called, person, now)
        log = SimpleUploadedFile("log.txt", b"2026 error")
        with looked_through([log], hospital_id=fresh.hospital_id) as (ready,):
            stored = add_file(fresh.matter, ready, by=person, at=now)
    tickets = [working, fresh, solved, waiting, handed, called, visited]
    return _what_hangs(desk, working, fresh, solved) | {
        "tickets": [str(one.pk) for one in tickets], "visits": [str(coming.pk), str(there.pk)],
        "calls": [str(call.pk)], "terms-wishes": [str(wish.pk)], "files": [str(stored.pk)],
        "contracts": [str(desk.contract.pk)], "people": [str(desk.engineer.pk), str(desk.colleague.pk)],
    }  # fmt: skip


def _what_hangs(desk: Any, working: Any, fresh: Any, solved: Any) -> dict[str, list[str]]:
    """Rows alone, as far as an address needs them."""
    now, parts = timezone.now(), {"hospital": desk.world.h1, "vendor": desk.world.v1, "ticket": working}
    outage = {"title": "全院停", "announced_at": now, "announced_by": uuid7(), "announced_name": "信息科"}
    wish = {"what": "数据库", "why": "慢查询", "minutes": 60, "asked_at": now, "asked_by": uuid7(), "asked_name": "王"}
    with desk.acting(desk.engineer) as person:
        objection = refuse_to_sign(solved, why="又卡了", signer=handed(person), at=now)
    with desk.inside():
        incident = make_incident(desk.world.h1, desk.world.v1, working)
        over = make_incident(desk.world.h1, desk.world.v1, fresh, ended_at=now + timedelta(days=9), ended_by=uuid7())
        plan = make_plan(desk.world.h1, desk.world.v1, desk.contract)
        measure = {"words": "加告警", "side": "vendor", "who": "王工", "due_on": now.date()}
        found = {
            "links": TicketLink.objects.create(**parts, other=fresh, kind="related", at=now),
            "outages": Outage.objects.create(**parts, **outage),
            "measures": ReviewAction.objects.create(**parts | {"ticket": fresh}, incident=over, **measure),
            "plan-steps": PlanTick.objects.create(**parts, plan=plan, place=1, words="手工", side="hospital"),
            "hospital-tasks": HospitalTask.objects.create(**parts, place=1, words="启用备用", made_at=now),
            "objections": objection,
            "remote-accesses": RemoteAuthorisation.objects.create(**parts, contract=desk.contract, **wish),
        }
    return {kind: [str(row.pk)] for kind, row in found.items()} | {"incidents": [str(incident.pk), str(over.pk)]}


def _late_call(ticket: Any, person: Any, now: Any) -> Any:
    from tickets.services.calls import Phoned, log_call

    return log_call(ticket, Phoned(called_at=now - timedelta(hours=1), caller="刘敏"), by=person, at=now)


@pytest.mark.slow
def test_no_fault_no_drift_no_open_door(desk, machines, rows):
    schema = schemathesis.openapi.from_dict(json.loads(made()))
    schema.app = get_wsgi_application()
    answered: dict[str, Counter[int]] = {}
    for place, result in enumerate(schema.get_all_operations()):
        knocking = Knocking(
            result.ok(), machines, rows, strangers=NO_TOKENS if MANY > 1 else NO_TOKENS[place % 3 :][:1]
        )
        for mode, count in EXAMPLES.items():
            knocking.knock(mode, count)
        answered[knocking.operation.label] = knocking.seen
    assert all(sum(seen.values()) >= EXAMPLES[GenerationMode.POSITIVE] for seen in answered.values())
    done = [label for label, seen in answered.items() if any(status < 300 for status in seen)]
    assert len(done) > len(answered) * 0.4, {label: answered[label] for label in set(answered) - set(done)}


@dataclass
class Knocking:
    """At one address: by the machine of either side, and by the other one once it was told that it may not."""

    operation: Any
    machines: list[Any]
    rows: dict[str, list[str]]
    strangers: tuple[dict[str, str], ...]
    seen: Counter[int] = field(default_factory=Counter)
    turned_away: set[int] = field(default_factory=set)

    def knock(self, mode: GenerationMode, count: int) -> None:
        try:
            cases = self.operation.as_strategy(generation_mode=mode)
        except Exception:
            assert mode is GenerationMode.NEGATIVE, self.operation.label  # what takes nothing cannot be sent wrong
            return

        @hypothesis.settings(
            max_examples=count, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @hypothesis.given(case=cases)
        def knock(case: Any) -> None:
            self.once(case)

        try:
            knock()
        except hypothesis.errors.Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, self.operation.label

    def once(self, case: Any) -> None:
        turn = sum(self.seen.values())
        _point(case, self.rows, turn)
        for headers in self.strangers if turn == 0 else ():
            answer = _asked(case, headers)
            assert answer.status_code == 401, case.operation.label
            case.validate_response(answer, checks=WANTED)
        who = next((one for one in (turn % 2, 1 - turn % 2) if one not in self.turned_away), 0)
        answer = _asked(case, {"Authorization": f"Bearer {self.machines[who].secret}"})
        self.seen[answer.status_code] += 1
        self.turned_away |= {who} if answer.status_code == 403 else set()
        case.validate_response(answer, checks=WANTED)


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
        case.path_parameters["id"] = str(uuid7()) if turn % 10 == 9 else rows[kind][turn % len(rows[kind])]
    if not isinstance(case.body, dict) or turn % 4 == 3:
        return
    case.body = {name: value or "x" if isinstance(value, str) else value for name, value in case.body.items()}
    for name, kind in NAMED.items():
        if name in case.body:
            case.body[name] = rows[kind][(turn + 1) % len(rows[kind])]
    if "contract" in case.body:
        known = {"category": "fault", "severity": "B", "external_number": case.body.get("external_source", "")}
        case.body |= {name: value for name, value in known.items() if name in case.body}
        case.body |= {name: None for name in ("system", "department", "place", "reporter") if name in case.body}
