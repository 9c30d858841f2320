"""Five presses in the same moment, in five connections: one ticket, and nobody gets an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from servicedesk.accounts.models import Tries
from servicedesk.tenancy.wall import Context, opened
from tests.tickets.people import make_desk
from tests.tickets.test_scanning import stick
from tests.world import make_world
from tickets.models import Entry, Scan, Ticket


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_five_at_once_are_one() -> None:
    Tries.objects.all().delete()
    world = make_world()
    with opened(Context()):
        desk = make_desk(world)
    (one,) = stick(desk)
    key, together = str(uuid4()), Barrier(5)

    def press(_n: int) -> tuple[int, str]:
        try:
            together.wait(10)
            answer = Client().post(f"/r/{one.token}/", {"symptom": "slow", "submission": key})
            return answer.status_code, answer.headers.get("Location", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as hands:
        answers = list(hands.map(press, range(5)))
    assert {status for status, _where in answers} == {302}
    assert len({where for _status, where in answers}) == 1
    with desk.inside():
        assert (Ticket.objects.count(), Scan.objects.count()) == (1, 1)
        assert Entry.objects.filter(act="tickets.reported").count() == 1
