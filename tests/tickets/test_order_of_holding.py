"""ADR 18: calendars, matter, ticket, what hangs on it, the day's count, the hospital's files. An act that takes them in
another order waits for another one in a ring; here the order is read off what each act says to the database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.contracts.people import in_force
from tests.tickets.closing import resolved
from tickets.enums import Cause, Remedy, WaitsOn
from tickets.models import Call, Ticket
from tickets.services import (
    attaching,
    calls,
    going_on,
    incidents,
    levels,
    outages,
    queueing,
    siblings,
    solving,
    splitting,
    visiting,
    working,
)
from tickets.services.calls import Phoned

pytestmark = pytest.mark.django_db
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ORDER = ("calendars", "matter", "ticket", "hanging", "count", "files")
HOUR = timedelta(hours=1)
LATER = AT + HOUR


def taken(act, *args, **more):
    """What the act takes hold of, each at its first time."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act(*args, **more)
    said = [one for query in asked.captured_queries for one in query["sql"].split("; ")]
    return list(dict.fromkeys(name for one in said if (name := _named(one))))


# What is said so often that its plan is kept, by its name.
KEPT = {"hold_calendars": "calendars", "hold_matter": "matter", "hold_ticket": "ticket",
        "insert_tickets_daycount": "count"}  # fmt: skip


def _named(sql):
    if kept := next((name for label, name in KEPT.items() if sql.startswith(f'EXECUTE "{label}')), None):
        return kept
    if "pg_advisory_xact_lock(hashtextextended('files " in sql:
        return "files"
    if "FOR NO KEY UPDATE" not in sql and "FOR UPDATE" not in sql:
        return None
    tables = {"tenancy_matter": "matter", "tickets_ticket": "ticket", "tickets_call": "hanging",
              "tickets_majorincident": "hanging"}  # fmt: skip
    source = sql.partition(" FROM ")[2]
    return next((name for table, name in tables.items() if source.startswith(f'"{table}"')), None)


def _waiting(desk):
    ticket = desk.accepted()
    return desk.act(
        working.ask_back, ticket, by=desk.engineer, at=AT + HOUR / 2, why="等日志", who=WaitsOn.REPORTER, wakes_at=LATER
    )


def _called_late(desk):
    """The hospital wrote a call down that was twenty minutes before."""
    call = Phoned(called_at=AT - HOUR / 3, caller="刘敏")
    ticket = desk.report(severity=Severity.A, channel=Channel.PHONE, call=call)
    return Call.objects.select_related("ticket").get(ticket=ticket)


def _incident(desk):
    ticket = desk.accepted(severity=Severity.ONE, channel=Channel.PHONE)
    return desk.act(incidents.declare_incident, ticket, by=desk.lead, at=AT + HOUR / 2, title="宕机", why="全院停")


def _by(member, service, **more):
    def act(desk, row):
        desk.act(service, row, by=getattr(desk, member), at=LATER, **more)

    return act


def _inside(service):
    def act(desk, row):
        with desk.inside():
            service(row.pk, at=AT + timedelta(days=60))

    return act


def _open_sibling(desk, ticket):
    other, *_rest = in_force(desk.world.h1, desk.world.v2, "pacs")
    desk.act(siblings.open_sibling, ticket, by=desk.it, at=LATER, contract=other, category="fault", title="接口不通",
             severity=Severity.B)  # fmt: skip


def _raised(desk):
    return desk.act(
        levels.change_severity, desk.accepted(), by=desk.it, at=AT + HOUR / 2, severity=Severity.A, why="重"
    )


WHY = {"why": "当时没有人打电话"}
CALLED = {"call": Phoned(called_at=LATER, caller="刘敏")}
ACTS = {
    "a raise is called about": (_raised, _by("it", calls.log_call, **CALLED)),
    "a solution is refused": (resolved, _by("it", solving.refuse_solution, **WHY)),
    "it is closed unsigned": (resolved, _by("it", solving.close_unsigned, **WHY)),
    "somebody is called for": (Ticket, _by("it", visiting.call_for_visit, **WHY)),
    "it is withdrawn": (Ticket, _by("it", working.withdraw, **WHY)),
    "it is lowered": (Ticket, _by("it", levels.change_severity, severity=Severity.C, **WHY)),
    "it goes on by itself": (_waiting, _inside(going_on.wake)),
    "it is closed by silence": (resolved, _inside(going_on.close_silent)),
    "a call is agreed to": (_called_late, _by("engineer", calls.agree_to_call)),
    "a call is disputed": (_called_late, _by("engineer", calls.dispute_call, **WHY)),
    "an incident is told of": (_incident, _by("lead", incidents.update_incident, text="正在恢复")),
    "an incident is led": (_incident, _by("manager", incidents.take_lead)),
    "an incident ends": (_incident, _by("lead", incidents.end_incident, text="已恢复")),
    "another vendor is asked": (Ticket, _open_sibling),
    "files are added": (
        Ticket,
        _by("engineer", attaching.attach, uploads=[SimpleUploadedFile("a.log", b"2026 error")]),
    ),
    "a part is taken out": (Ticket, _by("it", splitting.split, part=splitting.Part("打印机"))),
}


@pytest.mark.parametrize("name", ACTS)
def test_it_is_held_in_the_one_order(desk, name):
    make, act = ACTS[name]
    with desk.inside():
        row = desk.report() if make is Ticket else make(desk)
    got = taken(act, desk, row)
    assert got == sorted(got, key=ORDER.index)
    assert got[:3] == ["calendars", "matter", "ticket"]
    assert ("files" in got) == (name == "files are added")


def held_by(act, *args, **more):
    """The tickets it takes hold of, each at its first time."""
    with CaptureQueriesContext(connection) as asked:
        act(*args, **more)
    said = [one for query in asked.captured_queries for one in query["sql"].split("; ")]
    return list(dict.fromkeys(UUIDS.search(one)[0] for one in said if one.startswith('EXECUTE "hold_ticket')))


def test_many_are_held_in_one_order_whatever_their_page_shows_first(desk):
    """Two who tick the same rows, each sorted their own way; and a word to all children of an outage meets both."""
    tickets = [desk.report() for _ in range(3)]
    keys = [one.pk for one in tickets]
    first, parent, last = tickets
    with desk.acting(desk.engineer) as person:
        shown = [last.pk, first.pk, parent.pk]
        got = held_by(lambda: queueing.on_each(shown, lambda one: working.accept(one, by=person, at=LATER), by=person))
        assert got == sorted(map(str, keys))
    for child in (first, last):
        desk.act(outages.put_under, child, by=desk.engineer, at=LATER, parent=parent)
    for act, more in {
        outages.say_to_all: {"text": "存储故障"},
        outages.work_around_all: {"words": "用胶片"},
        solving.resolve: {"words": "换盘", "cause": Cause.HARDWARE, "remedy": Remedy.REPLACED},
        outages.resolve_children: {},
    }.items():
        got = held_by(desk.act, act, parent, by=desk.engineer, at=LATER, **more)
        assert got == sorted(map(str, [parent.pk] if act is solving.resolve else keys)), act


def test_who_only_looks_holds_nothing(desk):
    """The form for another severity says what begins with a call; a change of the calendars takes seconds, and no page
    waits for it."""
    ticket = desk.accepted(at=timezone.now())
    it = browser_of(desk.it)
    seen = []
    assert taken(lambda: seen.append(it.get(f"/tickets/{ticket.pk}/change-severity/"))) == []
    assert "仅限电话" in seen[0].content.decode()


def test_what_was_not_read_before_is_not_held(desk):
    """Without its parties it would be the ticket alone that is held, and nothing before it."""
    ticket = desk.report()
    with wall.opened(Context.of_hospital(desk.world.h1.id)), pytest.raises(AssertionError):
        from tickets.stream import locked

        locked(Ticket(pk=ticket.pk))
