"""Many at the same moment: one ticket from five presses, one number each, one who accepts and the rest told who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tests.world import make_member, make_world
from tickets.models import Ticket
from tickets.services.working import accept

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"]), pytest.mark.slow]


@pytest.fixture
def desk(transactional_db):
    with transaction.atomic():
        return make_desk(make_world())


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    gate = Barrier(count)

    def one(number: int) -> Any:
        try:
            gate.wait(timeout=30)
            return act(number)
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_five_presses_at_one_moment_make_one_ticket(desk):
    """PACS-7, SMART-11"""
    key = uuid4()
    tickets = at_once(5, lambda _number: desk.report(submission=key).pk)
    assert len(set(tickets)) == 1
    with desk.inside():
        assert [ticket.number[-3:] for ticket in Ticket.objects.all()] == ["001"]


def test_twenty_reports_at_one_moment_have_twenty_numbers_in_a_row(desk):
    """No gap that tells one hospital how busy another is, and no double."""
    numbers = at_once(20, lambda _number: desk.report().number)
    assert sorted(int(number[-3:]) for number in numbers) == list(range(1, 21))


def test_fifty_accept_at_once_and_one_has_it(desk):
    """PACS-16: the other forty-nine are told who was faster."""
    ticket = desk.report()
    engineers = [make_member(Role.VENDOR_ENGINEER, desk.world.v1) for _ in range(50)]
    answers = at_once(50, lambda number: desk.act(accept, ticket, by=engineers[number], at=AT + timedelta(minutes=1)))
    winner = desk.fresh(ticket).assignee_name
    told = Counter(winner in str(answer.sentence) for answer in answers if isinstance(answer, Refused))
    assert sum(isinstance(answer, Ticket) for answer in answers) == 1
    assert told == {True: 49}
