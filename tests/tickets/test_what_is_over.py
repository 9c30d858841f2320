"""A ticket that is over asks nobody for anything: its visits end with it, and no list shows what hung on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from tests.accounts.people import browser_of
from tests.tickets.closing import SOLVED
from tests.tickets.people import Desk
from tests.world import make_member
from tickets.at_home import tickets_at_home
from tickets.enums import WaitsOn
from tickets.models import TermsWish, Ticket, Visit
from tickets.services import levels, solving, visiting, working
from tickets.services.calls import Phoned, log_call
from tickets.services.queueing import take_giving_back
from tickets.situation import situation_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


def visited(desk: Desk, now, *, is_there: bool) -> Visit:
    ticket = desk.accepted(at=now - 40 * MINUTE)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now - 30 * MINUTE, why="远程看不出")
    desk.act(visiting.dispatch, visit, by=desk.engineer, at=now - 29 * MINUTE, engineer=desk.engineer)
    if is_there:
        desk.act(visiting.arrive, visit, by=desk.engineer, at=now - 20 * MINUTE, where="放射科")
    return visit


def close(desk: Desk, ticket: Ticket, now) -> None:
    desk.act(solving.resolve, ticket, by=desk.engineer, at=now - 10 * MINUTE, **SOLVED)
    desk.act(solving.close_unsigned, ticket, by=desk.it, at=now, why="报修人已离岗")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_visit_ends_with_its_ticket(desk, now, is_there):
    """PACS-8: who was there and never checked out stands in nobody's list of today's visits for ever."""
    visit = visited(desk, now, is_there=is_there)
    for member in (desk.it, desk.engineer):
        with desk.acting(member) as person:
            assert len(tickets_at_home(person, at=now).visits) == 1
    close(desk, visit.ticket, now)
    for member in (desk.it, desk.engineer):
        with desk.acting(member) as person:
            assert not tickets_at_home(person, at=now).visits
    visit = desk.fresh(visit)
    assert (visit.left_at, visit.dropped_at) == ((now, None) if is_there else (None, now))
    late = {visiting.arrive: {"where": "x"}, visiting.leave: {"work": "x"}, visiting.drop: {"why": "x"}}
    for act, more in late.items():
        with pytest.raises(Refused, match="over"):
            desk.act(act, visit, by=desk.engineer, at=now, **more)


def test_what_was_withdrawn_sends_nobody(desk, now):
    ticket = desk.report(at=now - 5 * MINUTE)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now, why="远程看不出")
    desk.act(working.withdraw, ticket, by=desk.it, at=now, why="是误报")
    assert desk.fresh(visit).dropped_at == now


def test_a_visit_of_before_is_not_shown_of_what_is_over(desk, now):
    """As rows may stand that were there before visits ended with their tickets."""
    visit = visited(desk, now, is_there=True)
    close(desk, visit.ticket, now)
    with desk.inside():
        Visit.objects.filter(pk=visit.pk).update(left_at=None, work="")
    with desk.acting(desk.it) as person:
        assert not tickets_at_home(person, at=now).visits
    with pytest.raises(Refused, match="over"):
        desk.act(visiting.leave, visit, by=desk.engineer, at=now, work="x")


def test_nothing_more_is_said_on_what_is_over(desk, now):
    ticket = desk.accepted(at=now - 20 * MINUTE)
    close(desk, ticket, now)
    with pytest.raises(Refused, match="over"):
        desk.act(working.say, ticket, by=desk.it, at=now, text="又坏了")
    with pytest.raises(Refused, match="over"):
        desk.act(log_call, ticket, by=desk.it, at=now, call=Phoned(now, "刘敏"))
    browser, page = browser_of(desk.it), f"/tickets/{ticket.pk}/"
    assert 'id="reply-text"' not in browser.get(page).content.decode()
    late = browser.post(f"{page}say/", {"text": "又黑屏了"})
    assert late.status_code == 409
    assert "又黑屏了" in late.content.decode(), "what was typed before it closed is not lost"


def test_it_waits_a_year_at_the_most_and_goes_back_to_nobody_who_left(desk, now):
    """By the page as by a program."""
    ticket = desk.accepted(at=now - 20 * MINUTE)
    with pytest.raises(Refused, match="year"):
        desk.act(
            working.ask_back,
            ticket,
            by=desk.engineer,
            at=now,
            why="等",
            who=WaitsOn.REPORTER,
            wakes_at=now + timedelta(days=400),
        )
    given = desk.act(working.give, ticket, by=desk.engineer, at=now, to=desk.colleague)
    gone = make_member(Role.VENDOR_ENGINEER, desk.world.v1, until_at=now)
    with pytest.raises(Refused, match="does not work"):
        desk.act(take_giving_back, given, by=desk.manager, at=now, before=gone, seen=given.version)


def test_nobody_is_asked_for_a_word_on_what_is_over(desk, now):
    """PACS-16: six of them would hide every open one."""
    ticket = desk.accepted(at=now - 20 * MINUTE)
    desk.act(levels.propose_severity, ticket, by=desk.engineer, at=now, severity=Severity.C, why="有替代")
    close(desk, ticket, now)
    with desk.acting(desk.it) as person:
        assert not tickets_at_home(person, at=now).asked
        assert situation_of(Ticket.objects.get(pk=ticket.pk), at=now).wish is None
        wish = TermsWish.objects.get()
    for is_granted in (True, False):
        with pytest.raises(Refused):
            desk.act(levels.decide_wish, wish, by=desk.it, at=now, is_granted=is_granted, said="不")
