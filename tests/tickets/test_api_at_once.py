"""The same key by many at once is one ticket: real transactions, real threads. PACS-7."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from tests.tickets.machines import make_machine
from tests.tickets.people import make_desk
from tests.world import make_world
from tickets.models import DayCount, KeptAnswer, Ticket
from tickets.services.forgetting import forget_answers


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_five_presses_make_one_ticket():
    with transaction.atomic():
        desk = make_desk(make_world())
        machine = make_machine(desk.lead)
    connection.close()

    def press(key: str) -> tuple[int, str]:
        try:
            answer = type(machine)(machine.token, machine.secret).report(desk.contract, key)
            return answer.status_code, answer.json().get("id", answer.content)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(press, ["same"] * 5))
    # The first is done; who comes meanwhile is told so, and who comes after it is answered the same.
    assert {status for status, _ in answers} <= {201, 409}
    assert len({pk for status, pk in answers if status == 201}) == 1
    assert press("same")[0] == 201
    with ThreadPoolExecutor(5) as pool:
        assert {status for status, _ in pool.map(press, "abcde")} == {201}
    with desk.inside():
        assert Ticket.objects.count() == 6
        assert DayCount.objects.get().last == 6  # no gap and no double
        assert KeptAnswer.objects.count() == 6
    now = timezone.now()
    assert [forget_answers(at=at) for at in (now, now + timedelta(days=4))] == [0, 6]
