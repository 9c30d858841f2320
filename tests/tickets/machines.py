"""A machine with its token, and how it asks: as a program would, by the header alone."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import Token
from servicedesk.accounts.services.tokens import make_token
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.scopes import OF_SIDE, Scope
from tests.world import person_of

TICKETS = "/api/v1/tickets/"
PROBLEM = "application/problem+json"


@dataclass
class Machine:
    token: Token
    secret: str

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en", **headers}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(method, path, content, content_type="application/json", headers=given)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def report(self, of: Any, key: str = "", **more: Any) -> Any:
        facts = {
            "contract": str(of.pk),
            "category": "fault",
            "title": "阅片工作站无法调图",
            "severity": "B",
            "channel": "web",
        } | more
        return self.post(TICKETS, facts, **({"Idempotency-Key": key} if key else {}))


def make_machine(lead: Membership, scopes: Collection[Scope] | None = None, *, days: float = 30) -> Machine:
    person, at = person_of(lead), timezone.now() - timedelta(seconds=1)
    with wall.opened(person.context):
        chosen = OF_SIDE[person.side] if scopes is None else scopes
        token, secret = make_token("HIS平台", scopes=chosen, until_at=at + timedelta(days=days), by=person, at=at)
    return Machine(token, secret)


def at(pk: object, act: str = "") -> str:
    return f"{TICKETS}{pk}/{act}/" if act else f"{TICKETS}{pk}/"


def refused(answer: Any, status: int) -> Any:
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content
    said = answer.json()
    assert (said["status"], bool(said["detail"])) == (status, True)
    return said
