"""HRP-4: the mark of an emergency, and promises that were raised, lowered or taken apart around it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicedesk.sla.promise import Channel, Metric, Severity
from tests.clocks.examples import AT
from tests.tickets.people import Desk, make_desk
from tests.world import make_world
from tickets.services import levels
from tickets.services.splitting import Part, split

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def made_desk(request: pytest.FixtureRequest) -> Desk:
    """Of the one contract that knows emergencies."""
    request.getfixturevalue("module_transaction")
    return make_desk(make_world(), "hrp")


def mark(desk, ticket, at):
    return desk.act(levels.mark_emergency, ticket, by=desk.it, at=at, why="全院无法发药")


def change(desk, ticket, severity, at):
    return desk.act(levels.change_severity, ticket, by=desk.it, at=at, severity=severity, why="只有一处")


def due(desk, ticket, metric=Metric.RESPOND):
    return desk.clock(ticket, metric).due_at


def test_lowered_after_the_mark_the_five_minutes_are_not_those_after_the_report(desk):
    """Two hours as reported; raised to A and marked an hour later; lowered, the visit is what C was promised from the
    report, and the answer is late at no moment at which nobody knew of an emergency."""
    ticket = desk.report(severity=Severity.C)
    desk.raised(ticket, Severity.A, at=AT + HOUR)
    mark(desk, ticket, AT + HOUR + 2 * MINUTE)
    change(desk, ticket, Severity.C, AT + HOUR + 3 * MINUTE)
    assert due(desk, ticket) == AT + HOUR + 5 * MINUTE
    assert due(desk, ticket, Metric.EMERGENCY) == AT + 2 * HOUR + 2 * MINUTE
    visit = desk.clock(ticket, Metric.ON_SITE)
    assert (visit.counts_from, visit.due_at) == (AT, None)


def test_an_emergency_of_a_severity_that_was_lowered_begins_anew_with_the_mark(desk):
    """Severity 1 marks itself†; lowered, nobody starts a service; marked, the hour is the mark's."""
    ticket = desk.report(severity=Severity.ONE, channel=Channel.PHONE)
    change(desk, ticket, Severity.B, AT + 2 * MINUTE)
    assert desk.clocks(ticket)["emergency"] == "superseded"
    mark(desk, ticket, AT + 3 * HOUR)
    assert due(desk, ticket, Metric.EMERGENCY) == AT + 4 * HOUR
    assert due(desk, ticket) == AT + 3 * HOUR + 5 * MINUTE


def test_a_part_of_an_emergency_is_one_since_the_mark(desk):
    ticket = desk.report(severity=Severity.C)
    mark(desk, ticket, AT + HOUR)
    part = desk.act(split, ticket, by=desk.it, at=AT + HOUR + MINUTE, part=Part("工资也无法发放"))
    assert (due(desk, part), due(desk, part, Metric.EMERGENCY)) == (AT + HOUR + 5 * MINUTE, AT + 2 * HOUR)
    change(desk, part, Severity.B, AT + HOUR + 2 * MINUTE)
    assert due(desk, part) == AT + HOUR + 7 * MINUTE  # raised: five minutes from the call that raised it
