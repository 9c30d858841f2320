"""Five presses in the same moment, in five connections: one ticket, and nobody gets an error."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from servicedesk.accounts.models import Tries
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tests.tickets.test_scanning import stick
from tests.world import make_world
from tickets.models import Entry, Macro, Scan, Ticket
from tickets.services.macros import keep_macro
from tickets.services.queueing import keep_view
from tickets.services.remote import Wish, ask_remote
from tickets.views import scanning

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])


def at_once(press: Callable[[int], Any], hands: int = 5) -> list[Any]:
    together = Barrier(hands)

    def one(number: int) -> Any:
        try:
            together.wait(10)
            return press(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(one, range(hands)))


def test_a_stickers_limit_holds_though_all_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finds something left when it looks; what is too much is taken back, and nobody is rung for it."""
    Tries.objects.all().delete()
    world = make_world()
    with opened(Context()):
        desk = make_desk(world)
    (one,) = stick(desk)
    monkeypatch.setattr(scanning, "REPORTS", replace(scanning.REPORTS, tries=2))

    def press(_n: int) -> int:
        facts = {"symptom": "slow", "submission": str(uuid4())}
        return Client().post(f"/r/{one.token}/", facts).status_code

    assert sorted(at_once(press)) == [200, 200, 200, 302, 302]
    with desk.inside():
        assert (Ticket.objects.count(), Scan.objects.count()) == (2, 2)


def test_five_at_once_are_one() -> None:
    Tries.objects.all().delete()
    world = make_world()
    with opened(Context()):
        desk = make_desk(world)
    (one,) = stick(desk)
    key = str(uuid4())

    def press(_n: int) -> tuple[int, str]:
        answer = Client().post(f"/r/{one.token}/", {"symptom": "slow", "submission": key})
        return answer.status_code, answer.headers.get("Location", "")

    answers = at_once(press)
    assert {status for status, _where in answers} == {302}
    assert len({where for _status, where in answers}) == 1
    with desk.inside():
        assert (Ticket.objects.count(), Scan.objects.count()) == (1, 1)
        assert Entry.objects.filter(act="tickets.reported").count() == 1


def test_access_asked_for_a_view_and_an_answer_kept_at_once_are_one_each() -> None:
    """ICU-15: look and insert without waiting for each other ended in a broken page."""
    world = make_world()
    with opened(Context()):
        desk = make_desk(world)
    wish = Wish(desk.contract, "数据库服务器", "查看日志", 60, submission=uuid4())
    rows = at_once(lambda _n: desk.act(ask_remote, wish, by=desk.engineer, at=AT).pk)
    assert len(set(rows)) == 1
    views = at_once(lambda n: desk.act(keep_view, "超时", by=desk.engineer, at=AT, query=f"q={n}", is_shared=True).pk)
    assert len(set(views)) == 1

    def keep(_n: int) -> str:
        try:
            desk.act(keep_macro, Macro(name="已重启", words="请再试一次"), by=desk.engineer, at=AT)
        except Refused as refusal:
            return refusal.code
        return "kept"

    assert sorted(at_once(keep)) == ["kept", "name", "name", "name", "name"]
