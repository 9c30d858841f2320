"""What production refuses to start with, each with a sentence that says what to do. All faults are named at once.

gunicorn, celery and manage.py all come through `ServicedeskConfig.ready`, so none of them can go round it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import psycopg2
from django.conf import settings

WITHOUT_SECRETS = frozenset({"collectstatic"})  # runs while an image is built; touches no row and needs no key
PLACEHOLDERS = ("change", "insecure", "example", "default", "secret_key")
# Roles that could pass the wall: the role itself, or one it could turn into.
STRONGER = """
SELECT rolname FROM pg_roles
 WHERE (rolsuper OR rolbypassrls) AND (rolname = current_user OR pg_has_role(current_user, oid, 'MEMBER'))
 ORDER BY 1 LIMIT 1
"""
OWNS = """
SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
 WHERE r.rolname = current_user AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
PASSES = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def refuse_to_start() -> None:
    if not settings.IN_PRODUCTION or WITHOUT_SECRETS.intersection(sys.argv[1:2]):
        return
    if found := [*faults_of_settings(settings), *faults_of_roles(settings.DATABASES)]:
        lines = "\n".join(f"  - {fault}" for fault in found)
        raise SystemExit(f"The service desk does not start:\n{lines}\n.env.example explains every variable.")


def faults_of_settings(given: Any) -> Iterator[str]:
    if given.DEBUG:
        yield "DEBUG is on: error pages would show secrets. Remove DEBUG from the environment."
    key = given.SECRET_KEY
    if key == given.INSECURE_SECRET_KEY or len(key) < 50 or any(word in key.lower() for word in PLACEHOLDERS):
        yield (
            "SECRET_KEY is a default, a placeholder or too short. Make one with "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(64))'` and keep it secret."
        )
    if not given.ALLOWED_HOSTS or "*" in given.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS is unset or open to all. Name the host names people type, like desk.hospital.cn."
    if not given.HTTPS:
        yield "SITE_URL must be the address people type, beginning with https://. Passwords must not travel open."
    elif given.PROXY_COUNT == 0:
        yield "PROXY_COUNT is 0, but only a proxy in front can speak https. Say how many proxies there are, usually 1."
    if not given.REDIS_URL:
        yield "REDIS_URL is unset. Give the address of Valkey or Redis, like redis://valkey:6379/0."
    if "default" not in given.DATABASES or not given.DATABASES["default"].get("NAME"):
        yield "DATABASE_URL is unset. Give the address of the application's role; docs/runbook.md says how it is made."


def faults_of_roles(databases: dict[str, dict[str, Any]]) -> Iterator[str]:
    """PostgreSQL says what a role may; a name proves nothing."""
    for alias, judge in (("default", _faults_of_app), ("watch", _faults_of_watch)):
        if not databases.get(alias, {}).get("NAME"):
            continue
        try:
            connection = psycopg2.connect(**login_of(databases[alias]))
        except psycopg2.OperationalError as error:
            first = str(error).strip().splitlines()[0]
            yield f"The database ({alias}) cannot be asked what its role may do: {first}. Start it or mend its address."
            continue
        try:
            with connection.cursor() as cursor:
                yield from judge(cursor)
        finally:
            connection.close()


def _faults_of_app(cursor: Any) -> Iterator[str]:
    cursor.execute(STRONGER)
    if row := cursor.fetchone():
        yield (
            f"DATABASE_URL signs in as a role that can pass the wall between tenants (as {row[0]}: a superuser or "
            "BYPASSRLS). Use servicedesk_app as docs/runbook.md makes it."
        )
    cursor.execute(OWNS)
    if owned := cursor.fetchone()[0]:
        yield (
            f"DATABASE_URL signs in as the owner of {owned} tables, who could take the wall down. "
            "Use servicedesk_app here, and the owner only in DATABASE_OWNER_URL for migrations."
        )


def _faults_of_watch(cursor: Any) -> Iterator[str]:
    cursor.execute(PASSES)
    superuser, passes = cursor.fetchone()
    if superuser or not passes:
        yield (
            "DATABASE_WATCH_URL must sign in as a role with BYPASSRLS that is no superuser. "
            "Use servicedesk_watch as docs/runbook.md makes it."
        )


def login_of(database: dict[str, Any]) -> dict[str, Any]:
    """What psycopg2 needs, from what Django has."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    login = {theirs: database[ours] for ours, theirs in names.items() if database.get(ours)}
    return {"connect_timeout": 5, **login, **database.get("OPTIONS", {})}
