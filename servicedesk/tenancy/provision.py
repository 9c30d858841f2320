"""Makes the database and its three roles. Run once by whoever administers the server; safe to run again.

    python -m servicedesk.tenancy.provision      reads ADMIN_DATABASE_URL and the three addresses from the environment

owner: makes the tables, and runs nothing else. app: web and ordinary workers, behind the wall. watch: passes the wall;
only the sweepers that look across tenants use it. None is a superuser.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import psycopg2
from psycopg2 import sql

OWNER, APP, WATCH = "servicedesk_owner", "servicedesk_app", "servicedesk_watch"
DATABASE = "servicedesk"
VARIABLES = {"DATABASE_OWNER_URL": OWNER, "DATABASE_URL": APP, "DATABASE_WATCH_URL": WATCH}
ATTRIBUTES = {
    OWNER: "LOGIN NOSUPERUSER CREATEDB NOBYPASSRLS",  # CREATEDB: tests clone a template
    APP: "LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS",
    WATCH: "LOGIN NOSUPERUSER NOCREATEDB BYPASSRLS",
}


class WrongPassword(Exception):
    """The server runs, but these are not its passwords."""


def address(user: str, password: str, database: str, *, host: str, port: int | None = None) -> str:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    if host.startswith("/"):
        return f"postgresql://{login}@/{database}?{urlencode({'host': host} | ({'port': str(port)} if port else {}))}"
    return f"postgresql://{login}@{host}{f':{port}' if port else ''}/{database}"


def answers(url: str) -> bool:
    """Connecting is the only honest test: after a kill, pg_ctl's status lies."""
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError as error:
        if "password authentication failed" in str(error):
            raise WrongPassword from error
        return False
    return True


def prepare(admin_url: str, passwords: dict[str, str], database: str = DATABASE) -> dict[str, str]:
    """The roles with these passwords, and the database; returns the three addresses by variable."""
    parts = urlsplit(admin_url)
    query = parse_qs(parts.query)
    host = query["host"][0] if "host" in query else parts.hostname or "localhost"
    port = int(query["port"][0]) if "port" in query else parts.port
    words = {OWNER: passwords["owner"], APP: passwords["app"], WATCH: passwords["watch"]}
    make_roles(admin_url, words)
    make_database(admin_url, database)
    return {name: address(role, words[role], database, host=host, port=port) for name, role in VARIABLES.items()}


def make_roles(admin_url: str, words: dict[str, str]) -> None:
    with _connected(admin_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            sys.exit(
                "The database address names a role that may not create roles. Give one that may (a superuser), or give "
                "all three: DATABASE_URL, DATABASE_OWNER_URL and DATABASE_WATCH_URL. docs/runbook.md says how."
            )
        # Two first starts at once would both find the role missing.
        cursor.execute("SELECT pg_advisory_xact_lock(7201)")
        for role, attributes in ATTRIBUTES.items():
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(
                sql.SQL("{} ROLE {} WITH {} PASSWORD {}").format(
                    sql.SQL(verb), sql.Identifier(role), sql.SQL(attributes), sql.Literal(words[role])
                )
            )
        # The owner hands look-up functions to the watch role, and acts as it in data migrations.
        cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(WATCH), sql.Identifier(OWNER)))


def make_database(admin_url: str, database: str) -> None:
    with _connected(admin_url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").format(
                    sql.Identifier(database), sql.Identifier(OWNER)
                )
            )
    open_schema(admin_url, database)


def open_schema(admin_url: str, database: str) -> None:
    """What the owner makes from now on, app and watch may use; a migration takes back what they must not touch."""
    parts = urlsplit(admin_url)
    with _connected(parts._replace(path=f"/{database}").geturl()) as connection, connection.cursor() as cursor:
        grant_to_roles(cursor)


def grant_to_roles(cursor: psycopg2.extensions.cursor) -> None:
    for role in (APP, WATCH):
        for what, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT {rights} ON {what} TO {role}"
            )
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


@contextmanager
def _connected(url: str, *, autocommit: bool = False) -> Iterator[psycopg2.extensions.connection]:
    connection = psycopg2.connect(url)
    connection.autocommit = autocommit
    try:
        yield connection
        if not autocommit:
            connection.commit()
    finally:
        connection.close()  # uncommitted work goes with it


def main() -> None:
    from servicedesk import env

    schemes = ("postgresql", "postgres")
    urls = {role: env.url(name, schemes=schemes) for name, role in VARIABLES.items()}
    for name, role in VARIABLES.items():
        if urlsplit(urls[role]).username != role:
            sys.exit(f"{name} must sign in as {role}.")
    admin = env.url("ADMIN_DATABASE_URL", schemes=schemes)
    make_roles(admin, {role: unquote(urlsplit(url).password or "") for role, url in urls.items()})
    make_database(admin, unquote(urlsplit(urls[APP]).path.strip("/")))


if __name__ == "__main__":
    main()
