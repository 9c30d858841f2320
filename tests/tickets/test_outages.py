"""One outage, many tickets: written once, done for each on its own record; and what the wards are told."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.world import make_member
from tickets.enums import Cause, Remedy, State
from tickets.models import Entry, MeToo, Outage, Solution, Ticket
from tickets.outages import known_outages, known_outages_of
from tickets.services import outages, solving
from tickets.services.scanning import AlsoHit, hit_of, say_me_too

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SOLVED = {"words": "存储阵列换盘，归档恢复", "cause": Cause.HARDWARE, "remedy": Remedy.REPLACED}


@pytest.fixture
def family(desk):
    """A parent that is worked on, a child nobody took, one in work, one that is over."""
    parent, fresh, taken, over = desk.accepted(), desk.report(), desk.accepted(), desk.report()
    for child in (fresh, taken, over):
        desk.act(outages.put_under, child, by=desk.engineer, at=AT + 3 * MINUTE, parent=parent)
    from tickets.services.working import withdraw

    desk.act(withdraw, over, by=desk.it, at=AT + 4 * MINUTE, why="误报")
    return parent, fresh, taken, over


def test_one_word_reaches_all_children(desk, family):
    parent, fresh, taken, _over = family
    desk.act(outages.say_to_all, parent, by=desk.engineer, at=AT + 5 * MINUTE, text="存储阵列故障，预计一小时恢复")
    with desk.inside():
        told = set(Entry.objects.filter(kind="message").values_list("ticket_id", flat=True))
    assert told == {parent.pk, fresh.pk, taken.pk}


def test_the_solution_is_written_once_and_recorded_for_each(desk, family):
    """Each child has its own solution, its own clocks, and waits for its own signature."""
    parent, fresh, taken, over = family
    with pytest.raises(Refused, match="own solution"):
        desk.act(outages.resolve_children, parent, by=desk.engineer, at=AT + 9 * MINUTE)
    desk.act(solving.resolve, parent, by=desk.engineer, at=AT + 10 * MINUTE, **SOLVED)
    results = desk.act(outages.resolve_children, parent, by=desk.engineer, at=AT + 10 * MINUTE)
    assert [result.why_not for result in results] == ["", ""]
    for child in (fresh, taken):
        assert desk.fresh(child).state == State.RESOLVED
        assert desk.clocks(child)["respond"] == "met"
        assert desk.clocks(child)["confirm"] is None
    assert desk.fresh(over).state == State.WITHDRAWN
    assert desk.act(outages.resolve_children, parent, by=desk.engineer, at=AT + 11 * MINUTE) == []
    with desk.inside():
        assert Solution.objects.filter(words=SOLVED["words"]).count() == 3
        assert Entry.objects.filter(act="tickets.resolved").count() == 3


def test_a_child_that_cannot_follow_stops_no_other(desk, family):
    parent, fresh, taken, _ = family
    waits = desk.report(severity=Severity.A, channel=Channel.WEB)
    desk.act(outages.put_under, waits, by=desk.it, at=AT, parent=parent)
    desk.act(solving.resolve, parent, by=desk.engineer, at=AT + 10 * MINUTE, **SOLVED)
    results = desk.act(outages.resolve_children, parent, by=desk.engineer, at=AT + 10 * MINUTE)
    said = {result.ticket.pk: result.why_not for result in results}
    assert "called" in said[waits.pk]
    assert said[fresh.pk] == said[taken.pk] == ""
    assert desk.fresh(waits).state == State.CALL_AWAITED


def test_a_workaround_reaches_all(desk, family):
    parent, fresh, _taken, _ = family
    desk.act(outages.work_around_all, parent, by=desk.engineer, at=AT + 6 * MINUTE, words="先用胶片")
    with desk.inside():
        assert Entry.objects.filter(act="tickets.worked_around", text="先用胶片").count() == 3
    assert desk.fresh(fresh).assignee_name == desk.engineer.name


def test_families_have_two_generations(desk, family):
    parent, fresh, _taken, _ = family
    other = desk.report()
    for child, above in ((fresh, other), (other, fresh), (parent, other)):
        with pytest.raises(Refused):
            desk.act(outages.put_under, child, by=desk.it, at=AT, parent=above)
    desk.act(outages.take_out, fresh, by=desk.it, at=AT)
    assert desk.fresh(fresh).parent_id is None
    with pytest.raises(Refused):
        desk.act(outages.take_out, fresh, by=desk.it, at=AT)


def announced(desk, ticket, **more):
    facts = {"title": "全院影像调不出", "words": "请先用胶片", "expected_at": AT + timedelta(hours=2)} | more
    return desk.act(outages.announce_outage, ticket, by=desk.it, at=AT + 5 * MINUTE, **facts)


def test_wards_read_of_the_outage_and_nothing_of_its_ticket(desk, world):
    ticket = desk.accepted()
    outage = announced(desk, ticket)
    pharmacy = make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id])
    with desk.acting(pharmacy) as person:
        assert [row.title for row in known_outages(person)] == ["全院影像调不出"]
        assert not Ticket.objects.visible_to(person).exists()
        assert not Entry.objects.visible_to(person).exists()
    elsewhere = make_member(Role.WARD_REPORTER, world.h2, department=world.pharmacy[world.h2.id])
    other_vendor = make_member(Role.VENDOR_ENGINEER, world.v2)
    for stranger in (elsewhere, other_vendor):
        with desk.acting(stranger) as person:
            assert not known_outages(person).exists()
            assert not Outage.objects.exists()
    desk.act(outages.end_outage, outage, by=desk.it, at=AT + timedelta(hours=1))
    with desk.acting(pharmacy) as person:
        assert not known_outages(person).exists()


def test_announced_again_the_words_are_replaced(desk):
    ticket = desk.accepted()
    announced(desk, ticket)
    announced(desk, ticket, title="仅CT调不出")
    with desk.inside():
        assert Outage.objects.get().title == "仅CT调不出"
    with pytest.raises(Forbidden):
        desk.act(outages.announce_outage, ticket, by=desk.engineer, at=AT, title="x")
    for odd in ({"title": " "}, {"expected_at": AT}):
        with pytest.raises(Refused):
            announced(desk, ticket, **odd)


def test_me_too_is_counted_once_however_often_it_is_pressed(desk):
    """ALL-6: five presses are one, signed in or over a sticker."""
    outage = announced(desk, desk.accepted())
    hit = AlsoHit(submission=uuid4(), name="陈护士", phone="8106")
    with desk.inside():
        for _ in range(5):
            say_me_too(outage.ticket, hit, by=None, at=AT + 6 * MINUTE)
    with desk.acting(desk.ward) as person:
        for _ in range(2):
            say_me_too(outage.ticket, hit_of(person), by=person, at=AT + 7 * MINUTE)
        assert known_outages(person).get().how_many == 2
    with desk.inside():
        assert known_outages_of(desk.world.h1.id).get().how_many == 2
        assert not known_outages_of(desk.world.h1.id, systems=[uuid4()]).exists()
        assert MeToo.objects.count() == 2


def test_a_child_reads_what_the_wards_are_told_and_a_closed_outage_is_known_no_more(desk, family):
    from tickets.panels_linked import pressing
    from tickets.services.solving import close_unsigned

    parent, fresh, *_ = family
    announced(desk, parent)
    with desk.acting(desk.ward) as person:
        assert pressing(desk.fresh(fresh), person)["outage"].title == "全院影像调不出"
        assert pressing(desk.fresh(desk.report()), person) is None
    desk.act(solving.resolve, parent, by=desk.engineer, at=AT + 10 * MINUTE, **SOLVED)
    desk.act(close_unsigned, parent, by=desk.it, at=AT + 11 * MINUTE, why="已恢复")
    with desk.acting(desk.ward) as person:
        assert not known_outages(person).exists()
        assert pressing(desk.fresh(fresh), person) is None
