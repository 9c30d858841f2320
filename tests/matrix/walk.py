"""Knocks at every door as everybody, for every kind of row, and says where the answer differs from the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.test.client import ClientHandler

from servicedesk.tenancy.doors import Audience, Rule
from servicedesk.tenancy.enums import Ownership, Reach, Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models.base import Walled
from tests.examples import Example, fits, make_example
from tests.matrix.endpoints import Endpoint
from tests.matrix.expectations import Answer, expected
from tests.matrix.principals import RELATIONS, Principal, owner_in
from tests.world import World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Values for the keys of a URL that name no row behind the wall.
SAMPLES: dict[str, Any] = {"token": "no-such-token-0000000000000000", "key": "no-such-key", "pk": 0, "path": "nothing"}
MASKS = [
    (re.compile(rb'(csrf[^>]{0,80}?(?:value|content)=")[^"]+'), rb"\1~"),
    (re.compile(rb'"[A-Za-z0-9]{64}"'), b'"~"'),
    (re.compile(rb"\b[0-9a-f]{16}\b"), b"~"),
]
STRICT = ClientHandler(enforce_csrf_checks=True)
REQUESTS = RequestFactory()


@dataclass(frozen=True)
class Cell:
    endpoint: Endpoint
    method: str
    principal: Principal
    relation: str
    url: str
    example: Example | None
    expected: Answer
    response: HttpResponseBase

    @property
    def got(self) -> Answer:
        return answer_of(self.response)

    @property
    def differs(self) -> bool:
        # Another package's page may find nothing to do (no sign-in under way, no codes to show) and say so its own way.
        if self.endpoint.is_foreign and self.expected == Answer.LET_IN:
            return self.got in {Answer.FORBIDDEN, Answer.WRONG_METHOD, Answer.BROKEN}
        return self.expected != self.got

    def __str__(self) -> str:
        who = f"{self.method} {self.endpoint} as {self.principal} ({self.relation})"
        return f"{who}: expected {self.expected}, got {self.got} [{self.response.status_code}]"


def answer_of(response: HttpResponseBase) -> Answer:
    status = response.status_code
    target = urlsplit(response.headers.get("Location", "")).path
    if status in {301, 302} and target.startswith("/accounts/login"):
        return Answer.SIGN_IN
    named = {401: Answer.SIGN_IN, 403: Answer.FORBIDDEN, 404: Answer.MISSING, 405: Answer.WRONG_METHOD}
    return named.get(status) or (Answer.BROKEN if status == 500 else Answer.LET_IN)


@cache
def lenient(*middleware: str) -> ClientHandler:
    """One serves everybody: loading the middleware anew for each would cost more than their requests."""
    return ClientHandler(enforce_csrf_checks=False)


def knock(
    principal: Principal,
    method: str,
    url: str,
    handler: ClientHandler | None = None,
    form: dict[str, str] | None = None,
) -> HttpResponseBase:
    """One request that leaves nothing behind, not even a cookie: `Client` would keep them and copy every context."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={principal.session}" if principal.session else ""
    with transaction.atomic():
        sent = {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"} if form else {}
        handler = handler or lenient(*settings.MIDDLEWARE)
        response = handler(REQUESTS.generic(method, url, **sent, HTTP_COOKIE=cookie).environ)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response


def url_of(endpoint: Endpoint, row: Walled | None, rule: Rule | None = None) -> str:
    url = "/" + endpoint.route
    for key in endpoint.keys:
        of_row = row is not None and rule is not None and key == rule.key
        value = getattr(row, "pk" if key == "pk" else key) if of_row else SAMPLES.get(key, "x")
        url = re.sub(rf"<(\w+:)?{key}>|\(\?P<{key}>[^)]*\)", str(value), url)
    return url.replace("\\", "")


def holds(rule: Rule, principal: Principal) -> bool:
    """Whoever lacks the permission is turned away before any row is looked at: one row is enough to see that."""
    if principal.role is None:
        return False
    if isinstance(rule.who, Audience):
        return True
    return principal.role in rule.who.grants or (rule.writes is not None and principal.role in rule.writes.grants)


def relations(
    model: type[Walled] | None, principal: Principal, world: World, *, far: bool = True
) -> Iterator[tuple[str, Example | None]]:
    if model is None:
        yield "—", None
        return
    for relation in RELATIONS if far else ("own",):
        owner = owner_in(relation, principal, world)
        if model.ownership == Ownership.VENDOR:  # hospitals' people knock at the vendor's rows too
            owner = replace(owner, side=Side.VENDOR)
        if relation == "oneself" and (principal.role is None or not has_own_rows(model)):
            continue
        if fits_or_other_side(model, owner):
            yield relation, make_example(model, world, owner)


def has_own_rows(model: type[Walled]) -> bool:
    return Reach.OWN in model.see.grants.values()


def fits_or_other_side(model: type[Walled], owner: Any) -> bool:
    return model.ownership in {Ownership.REGISTER, Ownership.HOSPITAL, Ownership.PARTIES} or fits(model, owner)


def knock_everywhere(
    endpoint: Endpoint, principals: list[Principal], world: World, methods: tuple[str, ...] = METHODS
) -> Iterator[Cell]:
    rule = endpoint.rule
    assert rule is not None, f"{endpoint} has no door"
    for principal, odd in zip(principals, cycle(undeclared(rule)), strict=False):
        for relation, example in relations(rule.of, principal, world, far=holds(rule, principal)):
            url = url_of(endpoint, example.row if example else None, rule)
            for method in methods:
                is_asked = method == odd and relation in {"own", "—"} and not endpoint.is_foreign
                if method not in rule.methods and not is_asked:
                    continue
                response = knock(principal, method, url)
                awaited = expected(rule, method, principal, example)
                yield Cell(endpoint, method, principal, relation, url, example, awaited, response)


def undeclared(rule: Rule) -> list[str | None]:
    """Methods that the door does not open to. The roles try them in turn, each of them at every URL."""
    return [method for method in METHODS if method not in rule.methods] or [None]


def missing_id(row: Walled) -> Any:
    return uuid7() if isinstance(row.pk, UUID) else 987654321


def masked(response: HttpResponseBase, url: str) -> bytes:
    body = response.content.replace(url.encode(), b"~url~")
    for pattern, replacement in MASKS:
        body = pattern.sub(replacement, body)
    return body
