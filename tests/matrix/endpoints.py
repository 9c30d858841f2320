"""Every URL of the router with the door it declares. What has no door is a finding, not an exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from servicedesk.tenancy.doors import Rule


@dataclass(frozen=True)
class Endpoint:
    route: str
    name: str
    keys: tuple[str, ...]
    rule: Rule | None
    is_foreign: bool = False  # another package's view: it orders its own checks, and answers methods we do not declare

    def __str__(self) -> str:
        return f"/{self.route}"


def endpoints(urlconf: str | None = None) -> list[Endpoint]:
    return _endpoints(urlconf)


@cache
def _endpoints(urlconf: str | None) -> list[Endpoint]:
    return list(_walk(get_resolver(urlconf).url_patterns, "", ""))


def _walk(patterns: list[Any], prefix: str, namespace: str) -> Iterator[Endpoint]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield _endpoint(pattern, route, namespace)


def _endpoint(pattern: URLPattern, route: str, namespace: str) -> Endpoint:
    name = namespace + (pattern.name or "")
    keys = tuple(pattern.pattern.regex.groupindex) or tuple(pattern.pattern.converters)
    foreign = foreign_rule(name)
    return Endpoint(route, name, keys, getattr(pattern.callback, "rule", None) or foreign, is_foreign=bool(foreign))


def foreign_rule(name: str) -> Rule | None:
    """What other packages bring has no decorator; its doors stand in a table."""
    try:
        from servicedesk.accounts.foreign_doors import RULES
    except ImportError:
        return None
    return RULES.get(name)
