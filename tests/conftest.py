"""The tests sign in as the application's role; each worker clones its database from a template the owner migrated."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
import psycopg2
import pytest
from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.test import TransactionTestCase
from psycopg2 import sql

hypothesis.settings.register_profile("suite", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("suite")
PROJECT = Path(__file__).resolve().parent.parent
ALIASES = ("default", "owner", "watch")
WRITES_MIGRATIONS = ("at_once", "keys", "policies", "provision")
KEPT = ("django_migrations", "django_content_type", "clocks_landyear")  # what migrations bring

USED = f"""SELECT string_agg(format('SELECT %L WHERE EXISTS (SELECT FROM %1$I)', tablename), ' UNION ALL ')
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (ARRAY{list(KEPT)})"""
BEGIN_ANEW = f"""SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
      AND regexp_replace(sequencename, '_id_seq$', '') <> ALL (ARRAY{list(KEPT)})"""
LAND = "DELETE FROM clocks_landyear WHERE version > 1"  # the land's years as shipped stay


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Any:
    """Nothing that is collected is garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What the suite has imported and collected by now stays: looking through it for garbage again and again took a
    quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _migrations_digest() -> str:
    """A change to any migration, or to what one imports, makes a new template."""
    digest = hashlib.sha256()
    for file in sorted([*PROJECT.glob("servicedesk/**/migrations/*.py"), *PROJECT.glob("*/migrations/*.py"),
                        *(PROJECT / f"servicedesk/tenancy/{name}.py" for name in WRITES_MIGRATIONS),
                        PROJECT / "requirements/app.txt"]):  # fmt: skip
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


class Cluster:
    """What the owner does outside Django: make, clone and drop databases."""

    def __init__(self) -> None:
        owner = settings.DATABASES["owner"]
        self.login = {"user": owner["USER"], "password": owner["PASSWORD"], "host": owner["HOST"] or None}
        if owner["PORT"]:
            self.login["port"] = owner["PORT"]
        self.home = owner["NAME"]

    def run(self, statement: str, *names: str) -> list[Any]:
        connection = psycopg2.connect(dbname=self.home, **self.login)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def has(self, database: str) -> bool:
        return (database,) in self.run("SELECT datname FROM pg_database")

    def create(self, database: str, template: str) -> None:
        self.run("DROP DATABASE IF EXISTS {}", database)
        self.run("CREATE DATABASE {} TEMPLATE {}", database, template)


def _point_at(database: str) -> None:
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


def _migrated_template(cluster: Cluster) -> str:
    from django.core.management import call_command

    template = f"template_{_migrations_digest()}"
    lock = psycopg2.connect(dbname=cluster.home, **cluster.login)
    with lock.cursor() as cursor:  # workers of one run start together; one migrates, the others wait
        cursor.execute("SELECT pg_advisory_lock(7202)")
        if not cluster.has(template):
            half = f"{template}_half"
            cluster.create(half, "template0")
            _open_schema(cluster, half)
            _point_at(half)
            call_command("migrate", database="owner", verbosity=0)
            _point_at(cluster.home)
            cluster.run("ALTER DATABASE {} RENAME TO {}", half, template)
    lock.close()
    return template


def _open_schema(cluster: Cluster, database: str) -> None:
    from servicedesk.tenancy.provision import grant_to_roles

    connection = psycopg2.connect(dbname=database, **cluster.login)
    with connection, connection.cursor() as cursor:
        grant_to_roles(cursor)
    connection.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        cluster = Cluster()
        database = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        cluster.create(database, _migrated_template(cluster))
        _point_at(database)
        yield
        _point_at(cluster.home)
        Sweeper.end_all()
        # A live server's thread may still hold on, and the owner may not end another role's session.
        with suppress(psycopg2.Error):
            cluster.run("DROP DATABASE IF EXISTS {}", database)


def flush(case: TransactionTestCase | None = None) -> None:
    """TRUNCATE is the owner's: the application's role may not, and the trail may never."""
    assert not connections["default"].in_atomic_block, "a test that commits belongs into a module that does not keep"
    for attempt in range(3):
        try:
            return _empty()
        except (OperationalError, psycopg2.OperationalError):
            # A request that a browser no longer waits for came in between: a deadlock, once.
            if attempt == 2:
                raise


def _empty() -> None:
    """TRUNCATE makes a thousand files anew, half a second each time. The server's administrator may just delete what is
    there, past policies and triggers; on a server that was given, the owner truncates."""
    if "TESTS_ADMIN_URL" in os.environ:
        return Sweeper.at(connections["owner"].settings_dict["NAME"]).sweep()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        cursor.execute(LAND)


class Sweeper:
    """The administrator's session, kept: a new one would first have to learn what each table is."""

    by_database: ClassVar[dict[str, Sweeper]] = {}

    def __init__(self, database: str) -> None:
        self.connection = psycopg2.connect(os.environ["TESTS_ADMIN_URL"], dbname=database)
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(USED)
            cursor.execute(f"PREPARE used AS {cursor.fetchone()[0]}")
            cursor.execute("SET session_replication_role = replica")

    @classmethod
    def at(cls, database: str) -> Sweeper:
        if database not in cls.by_database:
            cls.by_database[database] = cls(database)
        return cls.by_database[database]

    def sweep(self) -> None:
        try:
            with self.connection, self.connection.cursor() as cursor:
                cursor.execute("EXECUTE used")
                used = [f'DELETE FROM "{table}"' for (table,) in cursor.fetchall()]
                cursor.execute("; ".join([*used, LAND, BEGIN_ANEW]))
        except psycopg2.Error:
            self.end_all()
            raise

    @classmethod
    def end_all(cls) -> None:
        for sweeper in cls.by_database.values():
            sweeper.connection.close()
        cls.by_database.clear()


TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


@pytest.fixture
def world(db: None) -> Any:
    from tests.world import make_world

    return make_world()


def commits(item: Any) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What a module's own fixtures make is there for all its tests and taken back at its end. A test marked `django_db`
    runs in a savepoint inside; one that commits (`transaction=True`) belongs into another module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: Any) -> Any:
    """After all fixtures, when no transaction of the test or its module stands in the way any more. After the last test
    the database is gone as well."""
    result = yield
    from tests.examples import forget_committed

    if nextitem and not connections["default"].in_atomic_block:
        forget_committed()
    return result
