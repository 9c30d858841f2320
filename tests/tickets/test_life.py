"""A ticket's life, act by act: each stops its own clock and no other, and both sides hear of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Clock, Waiver
from servicedesk.clocks.services.clocks import start_promise
from servicedesk.notices.models import InboxItem
from servicedesk.notices.words import text_of
from servicedesk.sla.promise import Channel, Metric, Promise, Severity, Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.bulk import together
from servicedesk.tenancy.models import Hospital, Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tickets.enums import Cause, Proof, Remedy, State, WaitsOn
from tickets.models import Call, Entry, Solution, Ticket, Visit
from tickets.numbers import take_next, taken
from tickets.services import calls, levels, solving, visiting, working
from tickets.services.calls import Phoned
from tickets.services.going_on import wake
from tickets.terms import house_terms

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SOLVED = {"words": "重启归档服务，图像恢复", "cause": Cause.SOFTWARE, "remedy": Remedy.RESTARTED}


def test_a_fault_in_the_browser_starts_its_promises(desk):
    """PACS-16, PACS-3: B by the web, one hour to respond; the visit waits until it is called for."""
    ticket = desk.report(severity=Severity.B)
    assert ticket.state == State.REPORTED
    assert desk.clocks(ticket) == {"on_site": None, "respond": None}
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + timedelta(hours=1)
    assert desk.clock(ticket, Metric.ON_SITE).due_at is None
    assert desk.fresh(ticket).due_at == AT + timedelta(hours=1)
    assert ticket.reporter_name == desk.ward.name


def test_numbers_count_per_hospital_and_day(desk):
    """The day is the hospital's own: at five in the afternoon of UTC it is the next one. What a second hospital reports
    leaves no gap in the first one's, and is never numbered as the first one's, however alike their codes."""
    with wall.opened(wall.Context.of_platform()):
        alike = Hospital.objects.create(code="sheng-er", name="省第二人民医院", short_name="省二院")
    first = desk.report().number
    elsewhere = []
    for hospital in (desk.world.h2, alike, alike):
        with wall.opened(wall.Context.of_hospital(hospital.id)), together(using="default"):
            take_next(hospital.id, at=AT, using="default")
            elsewhere.append(taken(using="default"))
    assert (first, desk.report().number) == ("SHEN-20261102-001", "SHEN-20261102-002")
    assert elsewhere == ["ERYU-20261102-001", "SHENA-20261102-001", "SHENA-20261102-002"]
    assert desk.report(at=AT + timedelta(hours=16)).number == "SHEN-20261103-001"


def test_sent_twice_it_is_one_ticket(desk):
    """SMART-11, ALL-6: five presses make one ticket."""
    key = uuid4()
    assert {desk.report(submission=key).pk for _ in range(5)} == {desk.report(submission=key).pk}


@pytest.mark.parametrize("severity", [Severity.ONE, Severity.A])
def test_a_grave_fault_waits_for_the_call(desk, severity):
    """PACS-16: 1 and A come by phone only; nothing runs until the call is logged, but the minute to call does."""
    ticket = desk.report(severity=severity, channel=Channel.WEB)
    assert (ticket.state, ticket.reported_at) == (State.CALL_AWAITED, None)
    assert desk.clocks(ticket) == {"call": None}
    assert desk.clock(ticket, Metric.CALL).due_at == AT + MINUTE
    call = Phoned(called_at=AT + 3 * MINUTE, caller="刘敏", number="8105")
    row = desk.act(calls.log_call, ticket, by=desk.engineer, at=AT + 4 * MINUTE, call=call)
    fresh = desk.fresh(ticket)
    assert (fresh.state, fresh.reported_at, fresh.channel) == (State.REPORTED, AT + 3 * MINUTE, Channel.PHONE)
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + 8 * MINUTE
    assert desk.clock(ticket, Metric.ON_SITE).due_at == AT + 3 * MINUTE + timedelta(hours=4)
    assert desk.clock(ticket, Metric.CALL).outcome == "missed"
    assert not row.needs_word


def test_a_call_logged_late_needs_the_other_sides_word(desk):
    """PACS-6: the first call's time starts the clocks; logged later than it happened, the other side confirms it."""
    ticket = desk.report(severity=Severity.A, channel=Channel.PHONE, at=AT + 10 * MINUTE,
                         call=Phoned(called_at=AT, caller="刘敏"), by=desk.engineer)  # fmt: skip
    with desk.inside():
        call = Call.objects.get(ticket=ticket)
    assert (call.needs_word, call.is_first) == (True, True)
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + 5 * MINUTE
    with pytest.raises(Refused, match="other side"):
        desk.act(calls.agree_to_call, call, by=desk.engineer, at=AT + 11 * MINUTE)
    desk.act(calls.dispute_call, call, by=desk.it, at=AT + 11 * MINUTE, why="电话是九点零五分打的")
    assert desk.fresh(call).disputed_why == "电话是九点零五分打的"
    with pytest.raises(Refused, match="decided"):
        desk.act(calls.agree_to_call, call, by=desk.it, at=AT + 12 * MINUTE)


def test_accepting_is_the_response_and_the_reporter_hears_of_it(desk):
    """PACS-16: respond stops when a person takes it; the visit's clock is untouched."""
    ticket = desk.accepted()
    assert (ticket.state, ticket.assignee_name) == (State.WORKING, desk.engineer.name)
    assert desk.clocks(ticket) == {"on_site": None, "respond": "met"}
    assert f"{desk.engineer.name} accepted {ticket.number} and will be in touch." in told(desk, desk.ward)


def told(desk, member) -> list[str]:
    with desk.acting(member) as person:
        return [text_of(item.kind, item.words) for item in InboxItem.objects.visible_to(person)]


def test_the_second_to_accept_is_told_who_was_first(desk):
    ticket = desk.accepted()
    with pytest.raises(Refused, match=desk.engineer.name):
        desk.act(working.accept, ticket, by=desk.colleague, at=AT + 3 * MINUTE)


def test_a_vendor_has_no_word_to_refuse(desk):
    """SMART-8: 'not ours' goes to the hospital with a reason, and every clock runs on."""
    ticket = desk.accepted()
    before = desk.clocks(ticket)
    with pytest.raises(Refused):
        desk.act(working.hand_over, ticket, by=desk.engineer, at=AT + 3 * MINUTE, why=" ")
    desk.act(working.hand_over, ticket, by=desk.engineer, at=AT + 3 * MINUTE, why="交换机端口故障，属网络")
    assert desk.fresh(ticket).state == State.HANDED_OVER
    assert desk.clocks(ticket) == before
    desk.act(working.give_back, ticket, by=desk.it, at=AT + 5 * MINUTE, why="网络正常，仍是贵司系统")
    assert desk.fresh(ticket).state == State.WORKING


def test_waiting_needs_a_reason_and_an_hour_and_pauses_nothing(desk):
    ticket = desk.accepted()
    for why, wakes in (("", timedelta(hours=1)), ("等待院方提供日志", timedelta())):
        with pytest.raises(Refused):
            desk.act(
                working.ask_back, ticket, by=desk.engineer, at=AT, why=why, who=WaitsOn.REPORTER, wakes_at=AT + wakes
            )
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="远程看不出")
    due = desk.clock(ticket, Metric.ON_SITE).due_at
    wakes_at = AT + timedelta(hours=1)
    desk.act(
        working.ask_back,
        ticket,
        by=desk.engineer,
        at=AT + 4 * MINUTE,
        why="等日志",
        who=WaitsOn.REPORTER,
        wakes_at=wakes_at,
    )
    waiting = desk.fresh(ticket)
    assert (waiting.state, waiting.waits_on, waiting.wakes_at) == (State.WAITING, WaitsOn.REPORTER, wakes_at)
    assert desk.clock(ticket, Metric.ON_SITE).due_at == due
    with desk.acting(desk.it) as person:
        working.say(ticket, "日志已上传", by=person, at=AT + 5 * MINUTE)
    awake = desk.fresh(ticket)
    assert (awake.state, awake.waits_for, awake.waits_on, awake.wakes_at) == (State.WORKING, "", "", None)


def test_only_the_hospital_pauses_and_says_why(desk):
    ticket = desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    with pytest.raises(Forbidden):
        desk.act(working.pause, ticket, by=desk.engineer, at=AT + 5 * MINUTE, why="等")
    desk.act(working.pause, ticket, by=desk.it, at=AT + 5 * MINUTE, why="手术中，设备不能停")
    assert desk.clock(ticket, Metric.ON_SITE).due_at is None
    desk.act(working.resume, ticket, by=desk.it, at=AT + 65 * MINUTE)
    assert desk.clock(ticket, Metric.ON_SITE).due_at == AT + timedelta(hours=5)


def test_a_visit_counts_from_the_report_and_arrival_stops_it(desk):
    """PACS-8, PACS-17: called for late, due four hours after the report; only a proven arrival ends it."""
    ticket = desk.accepted()
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.engineer, at=AT + timedelta(hours=2), why="需换硬盘")
    assert desk.clock(ticket, Metric.ON_SITE).due_at == AT + timedelta(hours=4)
    later = AT + timedelta(hours=3)
    with desk.acting(desk.manager) as person:
        visiting.dispatch(visit, desk.engineer, by=person, at=AT + timedelta(hours=2))
        visiting.dispatch(visit, desk.colleague, planned_at=later, by=person, at=AT + timedelta(hours=2))
    instead = f"{ticket.number}: {desk.colleague.name} is on the way."
    sent = f"{ticket.number}: you are sent on site. Expected there: "
    assert instead in told(desk, desk.ward)
    assert {instead, f"{sent}as soon as possible."} <= set(told(desk, desk.engineer))
    assert [said for said in told(desk, desk.colleague) if "on the way" in said or "sent" in said] == [
        f"{sent}{timezone.localtime(later):%Y-%m-%d %H:%M}."
    ]
    with pytest.raises(Refused, match="where"):
        desk.act(visiting.arrive, visit, by=desk.colleague, at=later, where="")
    desk.act(visiting.arrive, visit, by=desk.colleague, at=later, where="3号楼2层阅片室05")
    assert desk.clocks(ticket) == {"on_site": "met", "respond": "met"}
    desk.act(visiting.leave, visit, by=desk.colleague, at=later + MINUTE, work="更换硬盘，重建阵列")
    row = desk.fresh(visit)
    assert (row.engineer_name, row.proof, row.work) == (desk.colleague.name, Proof.PLACE, "更换硬盘，重建阵列")


def test_the_hospital_may_confirm_the_arrival(desk):
    ticket = desk.accepted()
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="需现场")
    with pytest.raises(Refused):
        desk.act(visiting.arrive, visit, by=desk.it, at=AT + 9 * MINUTE, where="机房", proof=Proof.PLACE)
    desk.act(visiting.arrive, visit, by=desk.it, at=AT + 9 * MINUTE, where="机房", proof=Proof.HOSPITAL)
    assert desk.clocks(ticket)["on_site"] == "met"


def test_solved_remotely_spares_the_visit_until_the_solution_is_refused(desk):
    """PACS-17, ICU-2: the 1/A visit is not needed, contestable; refused, its time comes back in cycle 2."""
    ticket = desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    desk.act(solving.resolve, ticket, by=desk.engineer, at=AT + timedelta(hours=1), is_remote=True, **SOLVED)
    assert desk.clocks(ticket) == {"confirm": None, "on_site": "waived", "respond": "met"}
    desk.act(solving.refuse_solution, ticket, by=desk.it, at=AT + timedelta(hours=2), why="重启后又黑屏")
    fresh = desk.fresh(ticket)
    assert (fresh.state, fresh.cycle) == (State.REPORTED, 2)
    assert desk.clocks(ticket) == {"confirm": "met", "on_site": None, "respond": None}
    assert desk.clock(ticket, Metric.ON_SITE).due_at == AT + timedelta(hours=4)
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + timedelta(hours=2, minutes=5)
    with desk.inside():
        assert not Waiver.objects.get().is_granted
        assert Solution.objects.get(cycle=1).refused_why == "重启后又黑屏"
        first = Clock.objects.get(metric=Metric.RESPOND, cycle=1)
    assert first.outcome == "met"


def test_who_was_there_while_nobody_had_to_be_was_there_in_time(desk):
    ticket = desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.engineer, at=AT + 10 * MINUTE, why="以防万一")
    desk.act(solving.resolve, ticket, by=desk.engineer, at=AT + 20 * MINUTE, is_remote=True, **SOLVED)
    desk.act(visiting.arrive, visit, by=desk.engineer, at=AT + 60 * MINUTE, where="阅片室")
    desk.act(solving.refuse_solution, ticket, by=desk.it, at=AT + timedelta(hours=6), why="仍黑屏")
    with desk.inside():
        first = Clock.objects.get(matter_id=ticket.matter_id, metric=Metric.ON_SITE, cycle=1)
    assert (first.outcome, first.stopped_at) == ("met", AT + 60 * MINUTE)


def test_signed_and_confirmed_it_is_closed_and_nothing_runs(desk):
    """PACS-8, SMART-10: the solution, the signature, the hospital's confirmation."""
    ticket = desk.accepted()
    desk.act(solving.resolve, ticket, by=desk.engineer, at=AT + timedelta(hours=1), **SOLVED)
    with pytest.raises(Refused):
        desk.act(solving.confirm, ticket, by=desk.it, at=AT + timedelta(hours=2))
    with pytest.raises(Refused, match="why"):
        desk.act(solving.close_unsigned, ticket, by=desk.it, at=AT + timedelta(hours=2), why="")
    desk.act(solving.close_unsigned, ticket, by=desk.it, at=AT + timedelta(hours=2), why="报修人已离岗，电话确认")
    fresh = desk.fresh(ticket)
    assert (fresh.state, fresh.closed_why) == (State.CLOSED, "报修人已离岗，电话确认")
    assert None not in desk.clocks(ticket).values()
    assert desk.fresh(ticket).due_at is None


def test_a_raised_severity_counts_from_the_call_that_raised_it(desk):
    """PACS-16: the hospital decides, the vendor proposes; the old result stays."""
    ticket = desk.accepted(severity=Severity.C)
    with pytest.raises(Forbidden):
        desk.act(levels.change_severity, ticket, by=desk.engineer, at=AT + timedelta(hours=1), severity=Severity.B,
                 why="x")  # fmt: skip
    wish = desk.act(
        levels.propose_severity,
        ticket,
        by=desk.engineer,
        at=AT + timedelta(hours=1),
        severity=Severity.A,
        why="全院受影响",
    )
    call = Phoned(called_at=AT + timedelta(hours=2), caller="刘敏")
    desk.act(levels.decide_wish, wish, by=desk.it, at=AT + timedelta(hours=2), is_granted=True)
    desk.act(calls.log_call, ticket, by=desk.it, at=AT + timedelta(hours=2), call=call)
    assert desk.fresh(ticket).severity == Severity.A
    for member in (desk.ward, desk.lead, desk.engineer):  # both sides
        assert f"{ticket.number} has the severity A now." in told(desk, member)
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + timedelta(hours=2, minutes=5)
    assert desk.clock(ticket, Metric.ON_SITE).due_at == AT + timedelta(hours=6)
    with desk.inside():
        results = Clock.objects.filter(matter_id=ticket.matter_id, metric=Metric.RESPOND).order_by("place")
        assert list(results.values_list("outcome", flat=True)) == ["met", None]


def test_an_emergency_starts_its_own_hour(world):
    """HRP-4: marked an emergency, the service starts within the hour of the mark."""
    desk = make_desk(world, "hrp")
    ticket = desk.accepted(severity=Severity.B)
    desk.act(levels.mark_emergency, ticket, by=desk.it, at=AT + timedelta(hours=3), why="全院无法发药")
    assert desk.clock(ticket, Metric.EMERGENCY).due_at == AT + timedelta(hours=4)
    desk.act(solving.start_emergency_service, ticket, by=desk.engineer, at=AT + timedelta(hours=3, minutes=10))
    assert desk.clock(ticket, Metric.EMERGENCY).outcome == "met"


def test_a_workaround_stops_its_own_promise_and_no_other(desk):
    """No blueprint promises one; a contract may."""
    ticket = desk.accepted()
    promise, terms = Promise(Metric.WORKAROUND, 120, Unit.ELAPSED_MINUTES), {"terms": house_terms(ticket, at=AT)}
    desk.act(start_promise, ticket.matter, by=desk.engineer, at=AT, promise=promise, **terms)
    desk.act(solving.work_around, ticket, by=desk.engineer, at=AT + 30 * MINUTE, words="先用备机")
    assert desk.clocks(ticket) == {"on_site": None, "respond": "met", "workaround": "met"}
    assert desk.fresh(ticket).state == State.WORKING


def test_what_was_written_stands_in_one_stream(desk):
    ticket = desk.accepted()
    with desk.acting(desk.engineer) as person:
        working.say(ticket, "正在远程查看", by=person, at=AT + 5 * MINUTE)
        with pytest.raises(Refused):
            working.say(ticket, "  ", by=person, at=AT + 5 * MINUTE)
    with desk.inside():
        lines = [(entry.kind, entry.act or entry.text) for entry in Entry.objects.filter(ticket=ticket)]
    assert lines == [("act", "tickets.reported"), ("act", "tickets.accepted"), ("message", "正在远程查看")]


def test_a_stale_answer_is_stopped(desk):
    ticket = desk.accepted()
    with desk.acting(desk.it) as person:
        working.say(ticket, "又出现一台", by=person, at=AT + 5 * MINUTE)
    with desk.acting(desk.engineer) as person, pytest.raises(Refused, match="meanwhile") as refusal:
        solving.resolve(ticket, by=person, at=AT + 6 * MINUTE, seen=ticket.version, **SOLVED)
    assert refusal.value.code == "stale"


def test_a_note_is_read_by_its_own_side_alone(desk):
    """ALL-1: the wall itself hides it, not only the page."""
    from tickets.models import Note

    ticket = desk.accepted()
    with desk.acting(desk.engineer) as person:
        working.note(ticket, "疑似他们自己改了网关", by=person, at=AT + 5 * MINUTE)
        assert Note.objects.count() == 1
    version = desk.fresh(ticket).version
    assert version == ticket.version
    with desk.acting(desk.it) as person:
        assert Note.objects.count() == 0
        working.note(ticket, "厂商态度一般", by=person, at=AT + 6 * MINUTE)
        assert Note.objects.visible_to(person).count() == 1
    with desk.acting(desk.engineer):
        assert Note.objects.count() == 1


def test_urging_is_one_tap_and_limited(desk):
    ticket = desk.accepted()
    assert desk.act(working.urge, ticket, by=desk.ward, at=AT + 5 * MINUTE)
    assert not desk.act(working.urge, ticket, by=desk.ward, at=AT + 6 * MINUTE)
    assert desk.act(working.urge, ticket, by=desk.ward, at=AT + 16 * MINUTE)


def test_one_visit_at_a_time_and_a_dropped_one_says_why(desk):
    ticket = desk.accepted()
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="需现场")
    with pytest.raises(Refused):
        desk.act(visiting.call_for_visit, ticket, by=desk.engineer, at=AT + 4 * MINUTE, why="再来")
    desk.act(visiting.drop, visit, by=desk.it, at=AT + 5 * MINUTE, why="已自行恢复")
    with desk.inside():
        assert Visit.objects.get().dropped_why == "已自行恢复"
    assert desk.clock(ticket, Metric.ON_SITE).outcome is None


def _drop(desk, visit):
    desk.act(visiting.drop, visit, by=desk.it, at=AT + 6 * MINUTE, why="已自行恢复")


def _withdraw(desk, visit):
    desk.act(working.withdraw, visit.ticket, by=desk.it, at=AT + 6 * MINUTE, why="误报")


def _close(desk, visit):
    desk.act(working.accept, visit.ticket, by=desk.engineer, at=AT + 6 * MINUTE)
    desk.act(solving.resolve, visit.ticket, by=desk.engineer, at=AT + 7 * MINUTE, **SOLVED)
    desk.act(solving.close_unsigned, visit.ticket, by=desk.it, at=AT + 8 * MINUTE, why="报修人已离岗")


def _arrive(desk, visit):
    desk.act(visiting.arrive, visit, by=desk.manager, at=AT + 6 * MINUTE, where="放射科")


@pytest.mark.parametrize(
    ("end", "kind"),
    [(_drop, "ticket_answered"), (_withdraw, "ticket_answered"), (_close, "ticket_closed"), (_arrive, "visit_arrived")],
)
def test_whoever_is_on_the_way_hears_that_they_need_not_come(desk, end, kind):
    """Whoever works on the ticket is somebody else, or nobody yet; the one on the road at night was told nothing."""
    ticket = desk.report()
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="需现场")
    desk.act(visiting.dispatch, visit, by=desk.manager, at=AT + 4 * MINUTE, engineer=desk.colleague)
    end(desk, visit)
    with desk.acting(desk.colleague) as person:
        found = InboxItem.objects.visible_to(person).filter(subject_id=str(ticket.pk))
        assert list(found.order_by("at").values_list("kind", flat=True)) == ["visit_given", kind]


def test_whoever_is_on_duty_stands_in_for_who_has_left(desk):
    """As for the watch: a membership that ends takes no ticket away, and haste at night was told to nobody."""
    ticket = desk.accepted()
    desk.act(working.give, ticket, by=desk.engineer, at=AT + 3 * MINUTE, to=desk.colleague)
    asked = {"why": "日志", "who": WaitsOn.REPORTER, "wakes_at": AT + 10 * MINUTE}
    desk.act(working.ask_back, ticket, by=desk.colleague, at=AT + 4 * MINUTE, **asked)
    with desk.acting(desk.manager):
        Membership.objects.filter(pk=desk.colleague.pk).update(until_at=AT + 5 * MINUTE)
    with desk.inside():
        assert wake(ticket.pk, at=AT + 11 * MINUTE)
    desk.act(working.urge, ticket, by=desk.ward, at=AT + 12 * MINUTE)
    desk.act(working.say, ticket, by=desk.it, at=AT + 13 * MINUTE, text="还没人来")
    with desk.acting(desk.engineer) as person:
        found = InboxItem.objects.visible_to(person).filter(at__gt=AT + 5 * MINUTE)
        assert list(found.order_by("at").values_list("kind", flat=True)) == [
            "ticket_answered", "ticket_urged", "ticket_answered",
        ]  # fmt: skip


def test_foreign_tickets_are_not_seen(desk, world):
    from servicedesk.tenancy.enums import Role
    from tests.world import make_member

    ticket = desk.report()
    strangers = [
        make_member(Role.VENDOR_ENGINEER, world.v2),
        make_member(Role.IT_ENGINEER, world.h2),
        make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id]),
    ]
    for stranger in strangers:
        with desk.acting(stranger) as person:
            assert not Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
    for own in (desk.ward, desk.it, desk.engineer):
        with desk.acting(own) as person:
            assert Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
