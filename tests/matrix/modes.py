"""The two walls apart: PostgreSQL's policies with `visible_to` switched off, and `visible_to` with the policies off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.models import Q
from django.test import override_settings

from servicedesk.tenancy.models.base import Walled, WalledQuerySet
from tests.matrix.endpoints import Endpoint, endpoints
from tests.matrix.expectations import Answer, owns
from tests.matrix.principals import Principal
from tests.matrix.walk import Cell, knock, knock_everywhere, relations, url_of
from tests.world import World

PAGES = "tests.matrix.pages"
# What stands between a request and the wall; the rest of it is asked about every real page.
TO_THE_WALL = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "servicedesk.tenancy.middleware.Wall",
]
SHOWN = [endpoint for endpoint in endpoints(PAGES) if endpoint.name.startswith("show ")]


def walls_alone() -> override_settings:
    """A page for every kind of row, and nothing before it but who is asking."""
    return override_settings(ROOT_URLCONF=PAGES, MIDDLEWARE=TO_THE_WALL)


@contextmanager
def as_role(alias: str) -> Iterator[None]:
    """The application signs in as another role: as `watch` no policy applies."""
    default = connections["default"]
    before = {key: default.settings_dict[key] for key in ("USER", "PASSWORD")}
    default.close()
    default.settings_dict.update({key: connections[alias].settings_dict[key] for key in before})
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(before)


@contextmanager
def visible_to_off(monkeypatch: Any) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(WalledQuerySet, "visible_to", lambda self, person: self.all())
        yield


@contextmanager
def policy_off(model: type[Walled]) -> Iterator[None]:
    table = model._meta.db_table
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@contextmanager
def seen_by_everybody(monkeypatch: Any, model: type[Walled]) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(model, "seen_by", classmethod(lambda cls, person: Q()))
        yield


def differences(endpoint: Endpoint, principals: list[Principal], world: World) -> Iterator[Cell]:
    """One at a time: who only wants to know whether there is any stops at the first."""
    return (cell for cell in knock_everywhere(endpoint, principals, world, methods=("GET",)) if cell.differs)


def leaks(endpoint: Endpoint, principals: list[Principal], world: World) -> Iterator[str]:
    """Rows that a person does not own and was shown all the same: what the policies alone must prevent."""
    rule = endpoint.rule
    for principal in principals:
        for relation, example in relations(rule.of, principal, world):
            if principal.role is None or rule.who.grants.get(principal.role) is None:
                continue
            if owns(rule.of, principal, example.row):
                continue
            response = knock(principal, "GET", url_of(endpoint, example.row, rule))
            if response.status_code != 404:
                yield f"{endpoint} as {principal} ({relation}): {Answer.LET_IN}"
