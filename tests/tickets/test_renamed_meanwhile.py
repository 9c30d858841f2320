"""A system is renamed while others write its tickets down: none of them is missed, and nobody waits in a ring."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction

from servicedesk.tenancy.wall import Context, opened
from tests.clocks.examples import AT
from tests.tickets.people import Desk, make_desk
from tests.tickets.test_search_renamed import FIRST, NOW, found, go_on, rename, the_system
from tests.world import make_world
from tickets.services.working import accept, give

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
PATIENCE = 30
WAITS = """
SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE NOT l.granted AND a.datname = current_database())
"""


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    with opened(Context()):
        return make_desk(make_world())


@pytest.fixture
def beside() -> Any:
    """Somebody else, by a connection of their own."""
    with ThreadPoolExecutor(1) as other:
        yield lambda act: other.submit(alone, act)


def alone(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


def test_a_report_written_in_that_very_moment_is_found_by_the_new_name(desk: Desk, beside: Any) -> None:
    """It read the earlier name, and nobody sees it before its commit."""
    written, renamed = Event(), Event()
    system, was = the_system(desk), the_system(desk).name

    def slowly() -> Any:
        with transaction.atomic():
            ticket = desk.report(system=system)
            written.set()
            assert renamed.wait(PATIENCE)
        return ticket

    before, slow = desk.report(system=system), beside(slowly)
    try:
        assert written.wait(PATIENCE)
        rename(desk, FIRST)
        rename(desk, NOW)
        assert go_on(desk)
        assert found(desk, NOW) == {before.pk}
    finally:
        renamed.set()
    tickets = {before.pk, slow.result(PATIENCE).pk}
    assert go_on(desk) is False
    assert [found(desk, name) for name in (was, FIRST, NOW)] == [tickets] * 3


def test_who_writes_to_several_tickets_meets_a_renaming_in_no_ring(desk: Desk, beside: Any) -> None:
    """ADR 18: whoever holds several holds them in one order, however the rows lie and are joined."""
    first, second = (desk.report(system=the_system(desk)) for _ in range(2))
    desk.act(accept, first, by=desk.engineer, at=AT + timedelta(minutes=1))  # written anew: it lies behind the second
    rename(desk, NOW)

    def renames() -> bool:
        connection.cursor().execute("SET enable_nestloop = off; SET enable_mergejoin = off")
        return go_on(desk)

    with transaction.atomic():
        desk.act(give, first, by=desk.engineer, at=AT + timedelta(minutes=2), to=desk.colleague)
        renaming = beside(renames)
        wait_until_somebody_waits()
        desk.act(give, second, by=desk.engineer, at=AT + timedelta(minutes=2), to=desk.colleague)
    assert renaming.result(PATIENCE)  # that other one may have read the earlier name: it is looked through again
    assert go_on(desk) is False
    assert found(desk, NOW) == {first.pk, second.pk}


def wait_until_somebody_waits() -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with connections["owner"].cursor() as cursor:
            cursor.execute(WAITS)
            if cursor.fetchone() == (True,):
                return
        sleep(0.01)
    raise AssertionError("nobody waits")
