"""The queue: by time left, to each its own, and what comes next is what matters most."""

from __future__ import annotations

from datetime import timedelta
from re import findall
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from tests.accounts.people import browser_of
from tests.tickets.examples import make_ticket
from tests.tickets.queueing import ids, page, reported, shown
from tests.world import make_member
from tickets.enums import State
from tickets.models import Ticket
from tickets.services import working

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]
MINUTE = timedelta(minutes=1)


# ── order, chips, dots ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_nearest_deadline_comes_first(desk, now):
    """Issue 4, Queue: the default order is the time left of the nearest clock, whenever it was reported."""
    slow = reported(desk, now - 5 * MINUTE)
    grave = reported(desk, now, Severity.A)
    late = reported(desk, now - 70 * MINUTE)
    assert shown(page(browser_of(desk.engineer))) == ids(late, grave, slow)


def test_the_nearest_clock_is_the_chip_and_the_others_are_dots(desk, now):
    """Each clock is shown: the response as the chip, the visit nobody called for as a dot with words."""
    reported(desk, now - 45 * MINUTE)
    text = page(browser_of(desk.engineer))
    assert findall(r'class="countdown" data-state="(\w+)"', text) == ["soon"]
    assert findall(r'class="clock-dot (\w+)" role="img" title="([^"]+)"', text) == [("waiting", "到场：尚未要求")]
    assert '<span class="clock-name">响应</span>' in text


def test_the_hospital_is_named_in_its_own_colour(desk, world, now):
    """Issue 4: always, so that nobody answers the wrong one; vendors stay grey."""
    ticket = reported(desk, now)
    make_ticket(world.h2, world.v1)
    found = [coloured(rows_of(page(browser_of(member)))) for member in (desk.engineer, desk.it)]
    assert found == [{("14", "省医"), ("10", "二院")}, {("", "东软")}]
    own = browser_of(desk.engineer).get(f"/tickets/{ticket.pk}/").content.decode()
    line = own.partition('id="ticket-line"')[2].partition("</header>")[0]
    assert coloured(line) == {("14", "省医")}


def rows_of(text):
    return text.partition('class="queue-rows"')[2].partition("</ul>")[0]


def coloured(text):
    """Each tag with the place of its hue among the twenty-four."""
    return set(findall(r'<span class="tag-org(?: hue-(\d+))?">([^<]+)<', text))


@pytest.mark.parametrize(("minutes", "state"), [(10, "calm"), (31, "soon"), (49, "close"), (75, "over")])
def test_the_chip_turns_at_half_and_at_a_fifth_of_its_own_time(desk, now, minutes, state):
    """Issue 4: grey → amber at 50 % → red; an hour is promised."""
    reported(desk, now - minutes * MINUTE)
    assert findall(r'class="countdown" data-state="(\w+)"', page(browser_of(desk.engineer))) == [state]


def test_a_paused_clock_says_why_and_when_it_would_be_due(desk, now):
    ticket = reported(desk, now - 5 * MINUTE)
    desk.act(working.pause, ticket, by=desk.lead, at=now - MINUTE, why="等第三方窗口")
    client = browser_of(desk.engineer)
    text = page(client)
    with CaptureQueriesContext(connection) as asked:
        page(client)
    assert len(asked) <= 12
    assert "暂停 · 恢复则" in text
    assert '<span class="clock-name">等第三方窗口</span>' in text


def test_closed_tickets_are_found_the_newest_first(desk, world, now):
    old, new = (
        make_ticket(world.h1, world.v1, contract=desk.contract, state=State.CLOSED, closed_at=now) for _ in range(2)
    )
    reported(desk, now)
    assert shown(page(browser_of(desk.engineer), "view=closed")) == ids(new, old)
    assert shown(page(browser_of(desk.it), "state=closed")) == ids(new, old)


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_party_sees_its_own_and_the_stranger_nothing(desk, world):
    """ALL-1"""
    mine = make_ticket(world.h1, world.v1)
    of_v2 = make_ticket(world.h1, world.v2)
    of_h2 = make_ticket(world.h2, world.v1)
    strange = make_ticket(world.h3, world.v2)
    lists = {
        member: set(shown(page(browser_of(make_member(role, organisation)))))
        for member, role, organisation in (
            ("h1", Role.IT_LEAD, world.h1),
            ("h2", Role.IT_ENGINEER, world.h2),
            ("h3", Role.HOSPITAL_AUDITOR, world.h3),
            ("v1", Role.VENDOR_ENGINEER, world.v1),
            ("v2", Role.PROJECT_MANAGER, world.v2),
        )
    }
    assert lists == {
        "h1": set(ids(mine, of_v2)),
        "h2": set(ids(of_h2)),
        "h3": set(ids(strange)),
        "v1": set(ids(mine, of_h2)),
        "v2": set(ids(of_v2, strange)),
    }


def test_a_foreign_filter_shows_nothing(desk, world):
    make_ticket(world.h3, world.v2)
    client = browser_of(desk.engineer)
    assert shown(page(client, f"hospital={world.h3.pk}")) == []
    assert world.h3.short_name not in page(client, f"hospital={world.h3.pk}")


def test_a_reporter_sees_a_page_of_their_own(desk, world, now):
    own = reported(desk, now, reporter=desk.ward)
    theirs = make_ticket(world.h1, world.v1, department=world.pharmacy[world.h1.id])
    beside = make_ticket(world.h1, world.v1, department=world.radiology[world.h1.id])
    client = browser_of(desk.ward)
    assert shown(page(client)) == ids(own)
    assert set(shown(page(client, "view=department"))) == set(ids(own, beside))
    assert str(theirs.pk) not in page(client, "view=department")
    assert "queue-acts" not in page(client)


# ── what comes next ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_next_is_what_matters_most(desk, now):
    """The rule of tickets/queue/next.py, step by step: each is taken away and the following one comes."""
    rest = reported(desk, now)
    urged = reported(desk, now + MINUTE)
    desk.act(working.urge, urged, by=desk.it, at=now)
    late = desk.accepted(at=now - 600 * MINUTE)
    grave = reported(desk, now, Severity.A)
    others = reported(desk, now - 100 * MINUTE)
    desk.act(working.accept, others, by=desk.colleague, at=now)
    with desk.inside():
        Ticket.objects.filter(pk__in=[rest.pk, urged.pk]).update(due_at=now + MINUTE * 600)
        Ticket.objects.filter(pk=late.pk).update(due_at=now - MINUTE)
    client = browser_of(desk.engineer)
    for ticket in (grave, late, urged, rest):
        assert client.get("/tickets/next/").headers["Location"] == f"/tickets/{ticket.pk}/"
        with desk.inside():
            Ticket.objects.filter(pk=ticket.pk).update(state=State.HANDED_OVER)
    assert client.get("/tickets/next/").headers["Location"] == "/tickets/"


def test_next_is_not_the_one_before_you(desk, now):
    first, second = reported(desk, now), reported(desk, now + MINUTE)
    client = browser_of(desk.engineer)
    assert client.get(f"/tickets/next/?after={first.pk}").headers["Location"] == f"/tickets/{second.pk}/"
    assert client.get(f"/tickets/next/?after={uuid4()}").headers["Location"] == f"/tickets/{first.pk}/"
    assert client.get("/tickets/next/?after=%00").headers["Location"] == f"/tickets/{first.pk}/"
