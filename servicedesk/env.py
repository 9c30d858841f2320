"""Reads the environment strictly: nonsense is refused with a sentence, never swallowed."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that NAME_FILE points at (how containers pass secrets)."""
    if file := os.environ.get(f"{name}_FILE"):
        if name in os.environ:
            raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Keep one.")
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE points at {file}, which cannot be read: {error}.") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name}. .env.example says what it is for.")
    return value.strip()


def flag(name: str, default: bool) -> bool:
    value = text(name, str(default)).lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Say true or false.")


def number(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdecimal() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} is {value!r}. Say a whole number from {low} to {high}.")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}. Say one of: {', '.join(allowed)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    return [word for word in (part.strip() for part in text(name, default).split(",")) if word]


def networks(name: str, default: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(word) for word in words(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}. Say addresses or networks like 10.1.0.0/16.") from error


def url(name: str, default: str | None = None, *, schemes: tuple[str, ...]) -> str:
    value = text(name, default)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(
            f"{name} must be an address that starts with {' or '.join(s + '://' for s in schemes)}."
        )
    return value


def database(name: str) -> dict[str, Any] | None:
    """postgresql://user:password@host:port/name, or …@/name?host=/socket/folder&port=5433. None when unset."""
    value = url(name, "", schemes=("postgresql", "postgres"))
    if not value:
        return None
    parts = urlsplit(value)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} names no database: end it with /name.")
    try:
        port = query.pop("port", "") or str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a port that is no number.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **query},
    }
