from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import sync_playwright

from tests.browser.sessions import handed_on
from tests.browser.visitor import Contexts, Visitor
from tests.running.scripting import script
from tests.world import World, make_world

CHROMIUM = next(filter(None, map(shutil.which, script("packages").BROWSERS)), "")
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-quic", "--no-first-run",
    "--disable-sync", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
    "--renderer-process-limit=1", "--js-flags=--max-lazy", "--lang=zh-CN",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # no way out, whatever a page asks
)  # fmt: skip
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = getattr(item, "fixturenames", ())
        if HERE in item.path.parents and "contexts" in names:
            item.add_marker(pytest.mark.browser)
        if HERE in item.path.parents and "visitors" in names:
            item.add_marker(pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"]))


@pytest.fixture(scope="session")
def contexts() -> Iterator[Contexts]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield Contexts(browser)
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _connections_end_with_their_request(django_db_setup: None) -> Iterator[None]:
    """A browser keeps its sockets, the server a thread for each, and a kept connection would outlive the database."""
    for alias in connections:
        connections.settings[alias]["CONN_MAX_AGE"] = 0
    with handed_on():
        yield


@pytest.fixture
def world(db: None) -> World:
    """Committed, because the server answers from another thread and every browser test is transactional."""
    return make_world()


@pytest.fixture
def visitors(contexts: Contexts, live_server: Any, world: World) -> Iterator[Callable[[], Visitor]]:
    """Makes visitors; at the end of the test none may have asked a foreign host or heard an error."""
    made: list[Visitor] = []

    def make() -> Visitor:
        made.append(Visitor(contexts, live_server.url))
        return made[-1]

    yield make
    for visitor in made:
        visitor.close()
    wait_for_the_server()
    for visitor in made:
        visitor.assert_nothing_wrong()


@pytest.fixture
def visitor(visitors: Callable[[], Visitor]) -> Visitor:
    return visitors()


def wait_for_the_server(patience: float = 10) -> None:
    """A request that the browser gave up still runs; emptying the tables under it would be a deadlock."""
    until = time.monotonic() + patience
    while _others_are_connected() and time.monotonic() < until:
        time.sleep(0.02)


def _others_are_connected() -> bool:
    """Asked of each role by itself: PostgreSQL shows nobody what another role's session is doing."""
    return any(_busy_sessions(alias) for alias in connections)


def _busy_sessions(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND state <> 'idle' AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
