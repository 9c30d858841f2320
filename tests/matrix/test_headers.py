"""What every answer carries, and what none may: headers, no foreign host, no write without a token. ALL-7, ICU-13."""

from __future__ import annotations

import re

import pytest
from django.test.client import ClientHandler

from servicedesk.tenancy.enums import Role
from tests.matrix.endpoints import endpoints
from tests.matrix.principals import make_principals
from tests.matrix.walk import knock, relations, url_of

pytestmark = pytest.mark.django_db
ENDPOINTS = [endpoint for endpoint in endpoints() if endpoint.rule]
STRICT = ClientHandler(enforce_csrf_checks=True)
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FOREIGN = re.compile(
    rb"""(?:src|href|action|url)\s*[=(:]\s*["']?(?:https?:)?//(?!localhost|127\.0\.0\.1|testserver)[^"')\s]+"""
)
PEOPLE = {None, Role.WARD_REPORTER, Role.IT_LEAD, Role.VENDOR_MANAGER, Role.SECURITY_ADMINISTRATOR}


@pytest.fixture
def principals(world):
    return [principal for principal in make_principals(world) if principal.role in PEOPLE]


def first_row(endpoint, principal, world):
    for relation, example in relations(endpoint.rule.of, principal, world):
        if relation in {"own", "—"}:
            return example.row if example else None
    return None


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_every_answer_is_armoured(endpoint, principals, world):
    for principal in principals:
        url = url_of(endpoint, first_row(endpoint, principal, world), endpoint.rule)
        response = knock(principal, "GET", url)
        policy = response["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy or "sandbox" in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
        if not response.streaming:
            assert FOREIGN.findall(response.content) == []
            assert b"<script>" not in response.content
            assert not re.search(rb"<[^>]+ (style|on[a-z]+)=", response.content)


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if set(e.rule.methods) & set(UNSAFE)], ids=str)
def test_no_write_without_a_token(endpoint, principals, world):
    for principal in principals:
        principal.client.handler = STRICT
        url = url_of(endpoint, first_row(endpoint, principal, world), endpoint.rule)
        for method in set(endpoint.rule.methods) & set(UNSAFE):
            assert knock(principal, method, url).status_code == 403, f"{method} {endpoint} as {principal}"
