"""Merging, splitting, linking: nothing is lost, and no promise is escaped by it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.models import System
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services import waivers
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.tickets.closing import resolved
from tickets.enums import Cause, LinkKind, Remedy, State
from tickets.models import Call, Entry, TicketLink
from tickets.services import levels, linking, solving, visiting, working
from tickets.services.linking import link, merge, undo_merge, unlink
from tickets.services.splitting import Part, split

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def merged(desk, ticket, into, by=None, at=AT + 5 * MINUTE):
    return desk.act(merge, ticket, by=by or desk.it, at=at, into=into, why="同一台工作站")


def test_a_merged_ticket_ends_with_its_promises_and_both_streams_say_so(desk):
    first, second = desk.accepted(), desk.accepted(at=AT + MINUTE)
    merged(desk, second, first, by=desk.engineer)
    second = desk.fresh(second)
    assert (second.state, second.merged_into_id, second.due_at) == (State.MERGED, first.pk, None)
    assert desk.clocks(second) == {"on_site": "superseded", "respond": "met"}
    assert desk.clocks(first) == {"on_site": None, "respond": "met"}
    with desk.inside():
        said = dict(Entry.objects.filter(act__contains="merged").values_list("ticket__number", "facts__number"))
        took = Entry.objects.get(act="tickets.took_in")
    assert said == {second.number: first.number}
    assert (took.ticket_id, took.facts["number"], took.text) == (first.pk, second.number, "同一台工作站")
    with desk.acting(desk.ward) as person:
        assert InboxItem.objects.visible_to(person).filter(kind="ticket_merged").exists()


def test_an_undone_merge_leaves_the_promises_as_they_were(desk):
    """The clocks run on as if nothing had been: same start, same due time, the pause that was."""
    first, second = desk.report(), desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    desk.act(working.pause, second, by=desk.it, at=AT + 3 * MINUTE, why="手术中")
    before = desk.clocks(second)
    merged(desk, second, first)
    desk.act(undo_merge, second, by=desk.it, at=AT + 9 * MINUTE)
    second = desk.fresh(second)
    assert (second.state, second.merged_into_id) == (State.WORKING, None)
    assert desk.clocks(second) == before
    assert desk.clock(second, Metric.ON_SITE).due_at is None
    desk.act(working.resume, second, by=desk.it, at=AT + 63 * MINUTE)
    assert desk.clock(second, Metric.ON_SITE).due_at == AT + timedelta(hours=5)


def test_undoing_has_its_time(desk):
    first, second = desk.accepted(), desk.accepted()
    merged(desk, second, first, by=desk.engineer)
    with pytest.raises(Refused, match="too long ago"):
        desk.act(undo_merge, second, by=desk.engineer, at=AT + 16 * MINUTE)
    desk.act(undo_merge, second, by=desk.it, at=AT + 16 * MINUTE)
    with pytest.raises(Refused):
        desk.act(undo_merge, second, by=desk.it, at=AT + 17 * MINUTE)


def test_a_vendor_does_not_undo_what_the_hospital_merged(desk):
    first, second = desk.report(), desk.report()
    merged(desk, second, first)
    with pytest.raises(Refused, match="only the hospital"):
        desk.act(undo_merge, second, by=desk.engineer, at=AT + 6 * MINUTE)


def test_no_vendor_escapes_a_promise_by_merging(desk):
    """An earlier or graver one goes into a later or lighter one by the hospital's hand only."""
    early, late = desk.accepted(), desk.accepted(at=AT + timedelta(hours=1))
    grave = desk.accepted(severity=Severity.A, channel=Channel.PHONE, at=AT + timedelta(hours=1))
    for ticket, into in ((early, late), (grave, early)):
        with pytest.raises(Forbidden, match="hospital only"):
            merged(desk, ticket, into, by=desk.engineer)
    merged(desk, early, late)


def test_a_vendor_merges_what_it_has_in_work_and_nothing_else(desk):
    """PACS-8, PACS-16: no clock, signature or call is escaped; the hospital may merge all of these."""
    first, fresh = desk.accepted(), desk.report(at=AT + MINUTE)
    awaited = desk.report(severity=Severity.A, channel=Channel.WEB)
    solved = resolved(desk, at=AT - timedelta(hours=2))
    for ticket, into in ((fresh, first), (first, awaited), (solved, first), (first, solved)):
        with pytest.raises(Forbidden, match="Accept both first"):
            merged(desk, ticket, into, by=desk.engineer)
    elsewhere = desk.accepted(at=AT + MINUTE, system=system_of(desk))
    with pytest.raises(Forbidden, match="two systems"):
        merged(desk, elsewhere, first, by=desk.engineer)
    merged(desk, fresh, first)
    merged(desk, solved, first)


def test_a_vendor_merges_into_what_promises_as_much(desk):
    """PACS-8: a visit that is called for here is not lost in a ticket whose visit was made, or is paused."""
    first, second = desk.accepted(), desk.accepted(at=AT + MINUTE)
    visit = desk.act(visiting.call_for_visit, first, by=desk.it, at=AT + 3 * MINUTE, why="需现场")
    desk.act(working.pause, first, by=desk.it, at=AT + 3 * MINUTE, why="手术中")
    with pytest.raises(Forbidden, match="promises less"):
        merged(desk, paused_call(desk, second), first, by=desk.engineer)
    desk.act(working.resume, first, by=desk.it, at=AT + 4 * MINUTE)
    merged(desk, desk.accepted(at=AT + MINUTE * 2), first, by=desk.engineer)
    desk.act(visiting.arrive, visit, by=desk.engineer, at=AT + 6 * MINUTE, where="阅片室")
    with pytest.raises(Forbidden, match="promises less"):
        merged(desk, desk.accepted(at=AT + MINUTE * 2), first, by=desk.engineer)


def paused_call(desk, ticket):
    """Called for, and nobody is on the way any more: its clock runs."""
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="需现场")
    desk.act(visiting.drop, visit, by=desk.it, at=AT + 4 * MINUTE, why="先不来")
    return ticket


def test_a_waiver_that_is_asked_for_is_decided_before_a_merge(desk):
    """PACS-17: by a merge the hospital's word would be lost."""
    first, second = desk.accepted(), desk.accepted(at=AT + MINUTE)
    clock = desk.clock(second, Metric.ON_SITE)
    desk.act(waivers.ask_waiver, clock, by=desk.engineer, at=AT + 5 * MINUTE, solved_at=AT + 5 * MINUTE, why="远程")
    with pytest.raises(Refused, match="decided first"):
        merged(desk, second, first)


def system_of(desk) -> System:
    with desk.inside():
        return System.objects.filter(contract=desk.contract).first() or System.objects.create(
            hospital_id=desk.contract.hospital_id,
            vendor_id=desk.contract.vendor_id,
            contract=desk.contract,
            name="PACS",
        )


def test_odd_merges_are_refused(desk, world):
    ticket, other = desk.report(), desk.report()
    with pytest.raises(Refused, match="itself"):
        merged(desk, ticket, ticket)
    with pytest.raises(Refused, match="why"):
        desk.act(merge, ticket, by=desk.it, at=AT, into=other, why=" ")
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT, why="需现场")
    with pytest.raises(Refused, match="visit"):
        merged(desk, ticket, other)
    merged(desk, other, ticket)
    with pytest.raises(Refused, match="over"):
        merged(desk, desk.report(), other)
    with pytest.raises(Refused):
        merged(desk, other, ticket)


def test_a_part_becomes_a_ticket_with_the_clocks_of_the_report(desk):
    ticket = desk.accepted()
    later = AT + timedelta(hours=2)
    part = Part("打印机也打不出", words="胶片打印无反应")
    fresh = desk.act(split, ticket, by=desk.engineer, at=later, part=part)
    assert (fresh.reported_at, fresh.state, fresh.assignee_name) == (AT, State.WORKING, desk.engineer.name)
    assert desk.clocks(fresh) == {"on_site": None, "respond": "met"}
    assert fresh.contract_id == ticket.contract_id
    with desk.inside():
        row = TicketLink.objects.get()
        assert (row.ticket_id, row.other_id, row.kind) == (fresh.pk, ticket.pk, LinkKind.SPLIT_FROM)
    desk.act(visiting.call_for_visit, fresh, by=desk.it, at=later, why="需现场")
    assert desk.clock(fresh, Metric.ON_SITE).due_at == AT + timedelta(hours=4)


def test_a_phoned_ticket_splits_with_its_call(desk):
    """PACS-16: A may come by phone only; the part carries the same first call and nobody is asked about it again."""
    ticket = desk.report(severity=Severity.A, channel=Channel.PHONE)
    fresh = desk.act(split, ticket, by=desk.it, at=AT + timedelta(hours=1), part=Part("报告也打不开"))
    assert (fresh.state, fresh.reported_at) == (State.REPORTED, AT)
    assert desk.clock(fresh, Metric.RESPOND).due_at == AT + 5 * MINUTE
    with desk.inside():
        call = Call.objects.get(ticket=fresh)
    assert (call.caller, call.called_at, call.needs_word) == ("刘敏", AT, False)


def test_a_part_begins_where_the_whole_began_raised_or_not(desk):
    """PACS-16: raised at noon, the graver promises count from noon in the part too; lowered, from the report."""
    ticket = desk.report(severity=Severity.B, channel=Channel.PHONE)
    noon, hour = AT + timedelta(hours=4), timedelta(hours=1)
    ticket = desk.raised(ticket, Severity.ONE, at=noon)
    fresh = desk.act(split, ticket, by=desk.it, at=noon + MINUTE, part=Part("报告也打不开"))
    assert desk.clocks(fresh) | {"call": "met"} == desk.clocks(ticket)
    assert desk.clock(fresh, Metric.RESPOND).due_at == noon + 5 * MINUTE
    assert desk.clock(fresh, Metric.ON_SITE).due_at == noon + timedelta(hours=4)
    for each in (ticket, fresh):
        desk.act(levels.change_severity, each, by=desk.it, at=noon + 2 * MINUTE, severity=Severity.B, why="只有一台")
        assert desk.clock(each, Metric.RESPOND).due_at == AT + hour


def test_a_part_is_not_reported_anew(desk):
    """No call is asked for that was never needed, and no month is too long ago."""
    ticket = desk.report(severity=Severity.B)
    desk.raised(ticket, Severity.ONE, at=AT + 5 * MINUTE)
    taken = desk.act(working.accept, ticket, by=desk.engineer, at=AT + 6 * MINUTE)
    fresh = desk.act(split, taken, by=desk.engineer, at=AT + timedelta(days=40), part=Part("报告也打不开"))
    assert (fresh.state, fresh.assignee_id, fresh.channel) == (State.WORKING, desk.engineer.pk, "web")
    assert (fresh.reported_at, desk.clocks(fresh)[Metric.RESPOND]) == (AT, "met")
    free = desk.act(split, desk.report(severity=Severity.B), by=desk.it, at=AT + MINUTE, part=Part("另一件"))
    assert free.state == State.REPORTED


def test_what_the_whole_has_done_the_part_has_not(desk):
    """A pause stands for both; a visit that was there and a solution are the whole's alone."""
    ticket = desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 5 * MINUTE, why="需现场")
    desk.act(working.pause, ticket, by=desk.it, at=AT + 10 * MINUTE, why="手术中")
    desk.act(working.resume, ticket, by=desk.it, at=AT + 30 * MINUTE)
    desk.act(visiting.arrive, visit, by=desk.engineer, at=AT + 60 * MINUTE, where="机房")
    fresh = desk.act(split, ticket, by=desk.it, at=AT + 80 * MINUTE, part=Part("打印机也打不出"))
    assert desk.clock(ticket, Metric.ON_SITE).outcome == "met"
    clock = desk.clock(fresh, Metric.ON_SITE)
    assert (clock.outcome, clock.due_at) == (None, desk.clock(ticket, Metric.ON_SITE).due_at)
    assert clock.due_at == AT + timedelta(hours=4, minutes=20)


def test_a_part_of_another_kind_counts_from_the_same_beginning(desk):
    ticket = desk.report(severity=Severity.B, channel=Channel.PHONE)
    ticket = desk.raised(ticket, Severity.A, at=AT + 9 * MINUTE)
    with desk.inside():
        kinds = desk.contract.catalogue.exclude(category=ticket.category)
        other = kinds.order_by("category").values_list("category", flat=True).first()
    fresh = desk.act(split, ticket, by=desk.it, at=AT + 10 * MINUTE, part=Part("要培训", category=other))
    with desk.inside():
        rows = Clock.objects.filter(matter=fresh.matter_id, is_standing=True)
        starts = set(rows.values_list("counts_from", flat=True))
    assert starts == {AT + 9 * MINUTE}


def test_pressed_twice_it_is_one_part(desk):
    ticket, part = desk.report(), Part("打印机也打不出", submission=uuid4())
    parts = [desk.act(split, ticket, by=desk.it, at=AT + n * MINUTE, part=part).pk for n in (1, 2)]
    assert len(set(parts)) == 1
    with desk.inside():
        assert TicketLink.objects.count() == 1


def test_what_cannot_be_split(desk):
    with pytest.raises(Refused, match="about"):
        desk.act(split, desk.report(), by=desk.it, at=AT, part=Part(" "))
    waits = desk.report(severity=Severity.A, channel=Channel.WEB)
    with pytest.raises(Refused, match="called"):
        desk.act(split, waits, by=desk.it, at=AT, part=Part("另一件"))


def test_links_are_seen_from_both_ends_and_once(desk):
    one, other = desk.report(), desk.report()
    row = desk.act(link, one, by=desk.engineer, at=AT, other=other, kind=LinkKind.CAUSED_BY)
    with pytest.raises(Refused, match="already"):
        desk.act(link, other, by=desk.it, at=AT, other=one, kind=LinkKind.RELATED)
    with desk.inside():
        assert Entry.objects.filter(act="tickets.linked").count() == 2
    desk.act(unlink, row, by=desk.it, at=AT)
    with desk.inside():
        assert not TicketLink.objects.exists()


def test_two_merging_each_other_wait_in_one_order(desk):
    one, other = desk.report(), desk.report()
    with desk.inside():
        assert linking.both(one, other) == (one, other)
        assert linking.both(other, one) == (other, one)


def test_a_resolved_ticket_comes_back_resolved(desk):
    first, second = desk.report(), desk.accepted()
    facts = {"words": "重启", "cause": Cause.SOFTWARE, "remedy": Remedy.RESTARTED}
    desk.act(solving.resolve, second, by=desk.engineer, at=AT + 3 * MINUTE, **facts)
    merged(desk, second, first)
    desk.act(undo_merge, second, by=desk.it, at=AT + 6 * MINUTE)
    assert desk.fresh(second).state == State.RESOLVED
    assert desk.clocks(second)["confirm"] is None
