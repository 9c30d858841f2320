"""Many at the same moment: one ticket from five presses, one number each, one who accepts and the rest told who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from servicedesk.clocks.models import ExtraDay
from servicedesk.clocks.services import clocks
from servicedesk.clocks.services.calendar_changes import Stale, keep_extra_day, plan_with_day
from servicedesk.clocks.services.calendars import LOCK
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tests.world import make_member, make_world
from tickets.enums import State, WaitsOn
from tickets.models import Ticket
from tickets.services.going_on import wake
from tickets.services.working import accept, ask_back, pause, resume, say

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
    """PACS-16, issue 4: one winner, the other forty-nine are told who was faster."""
    ticket = desk.report()
    engineers = [make_member(Role.VENDOR_ENGINEER, desk.world.v1) for _ in range(50)]
    answers = at_once(50, lambda number: desk.act(accept, ticket, by=engineers[number], at=AT + timedelta(minutes=1)))
    winner = desk.fresh(ticket).assignee_name
    told = Counter(winner in str(answer.sentence) for answer in answers if isinstance(answer, Refused))
    assert sum(isinstance(answer, Ticket) for answer in answers) == 1
    assert told == {True: 49}
    assert desk.clocks(ticket)["respond"] == "met"


def test_no_calendar_changes_while_a_ticket_starts_its_clocks(desk):
    """PACS-16: else the clock would keep the version that was replaced beside it."""
    with transaction.atomic():
        desk.report()
        with connections["owner"].cursor() as other:
            other.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, desk.world.h1.pk])
            assert other.fetchone() == (False,)
    with connections["owner"].cursor() as other:
        other.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, desk.world.h1.pk])
        assert other.fetchone() == (True,)
        other.execute("SELECT pg_advisory_unlock_all()")


def test_acts_on_a_ticket_its_clocks_and_the_calendars_wait_for_each_other_in_no_ring(desk):
    """The ticket's page, the clock's page and a change of the calendar lock the same rows from three ends."""
    ticket = desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    days = iter([date(2026, 12, day) for day in range(1, 32)])

    def one(number: int) -> None:
        match number % 3:
            case 0:
                desk.act(
                    pause if number % 2 else resume, ticket, by=desk.it, at=AT + timedelta(minutes=5), **why(number)
                )
            case 1:
                clocks_act = clocks.pause_clocks if number % 2 else clocks.resume_clocks
                desk.act(clocks_act, ticket.matter, by=desk.it, at=AT + timedelta(minutes=5), **why(number))
            case 2:
                day = ExtraDay(hospital=desk.world.h1, on=next(days), why="院庆")
                with desk.acting(desk.lead) as person:
                    keep_extra_day(day, mark=plan_with_day(day, at=AT).mark, by=person, at=AT)

    answers = [answer for _round in range(3) for answer in at_once(12, one)]
    assert {type(answer) for answer in answers} <= {type(None), Refused, Stale}


def slowly(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Whoever holds something keeps it a moment: a ring that can close, closes."""
    answer = execute(sql, params, many, context)
    if any(word in sql for word in ("FOR NO KEY UPDATE", "FOR UPDATE", "hold_", "tickets_daycount")):
        sleep(0.03)
    return answer


def test_what_goes_on_by_itself_meets_an_answer_in_no_ring(desk):
    """ADR 18: the nurse answers in the second at which the ticket wakes; neither of the two is lost."""
    ticket = desk.accepted()
    wakes_at = AT + timedelta(hours=1)
    desk.act(
        ask_back,
        ticket,
        by=desk.engineer,
        at=AT + timedelta(minutes=5),
        why="等日志",
        who=WaitsOn.REPORTER,
        wakes_at=wakes_at,
    )

    def one(number: int) -> Any:
        with connection.execute_wrapper(slowly):
            if number % 2:
                return desk.act(say, ticket, by=desk.it, at=wakes_at, text="日志已发")
            with desk.inside(), transaction.atomic():
                return wake(ticket.pk, at=wakes_at)

    answers = at_once(4, one)
    assert [type(answer).__name__ for answer in answers[1::2]] == ["Entry", "Entry"]
    assert {type(answer) for answer in answers[::2]} == {bool}
    assert desk.fresh(ticket).state == State.WORKING


def why(number: int) -> dict[str, str]:
    return {"why": "手术中"} if number % 2 else {}
