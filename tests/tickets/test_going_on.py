"""What goes on by itself: a ticket that waits is asked about again, a solution nobody answers is closed, with why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.models import Contract
from servicedesk.clocks.models import Step
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.notices.words import text_of
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Side
from tests.clocks.examples import AT
from tests.tickets.closing import HOUR, SOLVED, resolved, sign_handed
from tickets import tasks
from tickets.enums import Ending, State, WaitsOn, Way
from tickets.models import MaintenanceRecord, Ticket
from tickets.services import going_on, signing, solving, working
from tickets.signers import Signer

pytestmark = pytest.mark.django_db(databases=["default", "owner", "watch"])
LATER = AT + 2 * HOUR
DAY = timedelta(days=1)


@pytest.fixture
def handed_over(monkeypatch):
    """Who is handed over to which wall: the sweeps commit nothing here, and the watch sees committed rows only."""
    found = []
    for task in ("wake", "close_silent", "remind_to_sign"):
        monkeypatch.setattr(f"tickets.tasks.{task}.inside", lambda context, key: found.append((context, key)))
    return found


def _sweep(sweep, at, monkeypatch):
    monkeypatch.setattr(going_on, "WATCH", "default")
    return sweep(at=at)


def test_a_waiting_ticket_goes_on_at_its_hour_and_not_before(desk, handed_over, monkeypatch):
    ticket = desk.accepted()
    desk.act(working.ask_back, ticket, by=desk.engineer, at=AT, why="等日志", who=WaitsOn.REPORTER, wakes_at=AT + HOUR)
    with desk.inside():
        assert _sweep(going_on.hand_over_waking, AT + HOUR - timedelta(seconds=1), monkeypatch) == 0
        assert _sweep(going_on.hand_over_waking, AT + HOUR, monkeypatch) == 1
    ((context, key),) = handed_over
    assert (context.hospitals, context.side, key) == ((desk.world.h1.id,), Side.HOSPITAL, str(ticket.pk))
    with desk.inside():
        assert not going_on.wake(ticket.pk, at=AT)
        assert going_on.wake(ticket.pk, at=AT + HOUR)
        assert not going_on.wake(ticket.pk, at=AT + HOUR), "told twice, it goes on once"
    assert desk.fresh(ticket).state == State.WORKING


def test_the_ladder_reminds_before_anything_closes(desk):
    """No signature in five working days†: the promise to confirm has rungs at half time and at its end."""
    ticket = resolved(desk)
    clock = desk.clock(ticket, Metric.CONFIRM)
    with desk.inside():
        assert Step.objects.filter(clock=clock).count() == 2
    assert timezone.localtime(clock.due_at).strftime("%m-%d %H:%M") == "11-10 00:00"


def asked_to_sign(desk, member) -> list[str]:
    with desk.acting(member) as person:
        asked = InboxItem.objects.visible_to(person).filter(kind=NoticeKind.SIGNATURE_ASKED)
        return [text_of(item.kind, item.words) for item in asked]


def test_who_has_to_sign_is_reminded_once_before_the_time_runs_out(desk, handed_over, monkeypatch):
    """PACS-8: the ladder tells the hospital's IT; who had the problem is asked for the signature as well."""
    ticket, nobodys = resolved(desk), resolved(desk, reporter=None)
    due = desk.clock(ticket, Metric.CONFIRM).due_at
    begins = due - going_on.REMINDED
    with desk.inside():
        assert _sweep(going_on.hand_over_reminding, begins - timedelta(seconds=1), monkeypatch) == 0
        assert not going_on.remind_to_sign(ticket.pk, at=begins - timedelta(seconds=1))
        assert _sweep(going_on.hand_over_reminding, begins, monkeypatch) == 1
        assert _sweep(going_on.hand_over_reminding, due, monkeypatch) == 0
    assert [key for _context, key in handed_over] == [str(ticket.pk)]
    with desk.inside():
        for hour in range(3):
            assert going_on.remind_to_sign(ticket.pk, at=begins + hour * HOUR)
        assert not going_on.remind_to_sign(nobodys.pk, at=begins)
    assert asked_to_sign(desk, desk.ward) == [f"{ticket.number} waits for your signature."]
    sign_handed(desk, ticket, at=begins + 4 * HOUR)
    with desk.inside():
        assert not going_on.remind_to_sign(ticket.pk, at=begins + 5 * HOUR)


def test_a_visit_that_is_late_does_not_hide_the_reminder(desk, handed_over, monkeypatch):
    """The ticket's own due time is the late visit's; the signature has one of its own."""
    ticket = desk.accepted(severity=Severity.A, channel=Channel.PHONE)
    desk.act(solving.resolve, ticket, by=desk.engineer, at=AT + 9 * HOUR, **SOLVED)
    with desk.inside():
        begins = desk.clock(ticket, Metric.CONFIRM).due_at - going_on.REMINDED
        assert desk.fresh(ticket).due_at < begins
        assert _sweep(going_on.hand_over_reminding, begins, monkeypatch) == 1


def test_the_task_that_closes_what_is_silent_reminds_first(monkeypatch):
    done = []
    for name in ("hand_over_reminding", "hand_over_silent"):
        monkeypatch.setattr(going_on, name, lambda *, at, name=name: done.append(name))
    tasks.close_silent_tickets()
    assert done == ["hand_over_reminding", "hand_over_silent"]


def test_five_working_days_after_the_promise_ran_out_it_is_closed_with_the_reason(desk):
    ticket = resolved(desk)
    with desk.inside():
        closes_at = going_on.closes_by_itself_at(Ticket.objects.get())
        assert timezone.localtime(closes_at).strftime("%m-%d %H:%M") == "11-17 00:00"
        assert not going_on.close_silent(ticket.pk, at=closes_at - timedelta(seconds=1))
        assert going_on.close_silent(ticket.pk, at=closes_at)
        assert not going_on.close_silent(ticket.pk, at=closes_at + DAY)
        record = MaintenanceRecord.objects.get()
    fresh = desk.fresh(ticket)
    assert (fresh.state, record.ending, record.closed_name) == (State.CLOSED, Ending.SILENCE, "")
    assert "in spite of reminders" in record.closed_why == fresh.closed_why


def test_outside_the_contract_the_same_rule_holds(desk):
    """PACS-1, PACS-8: no promise of the contract's runs; the hospital is reminded all the same, then it is closed."""
    with desk.inside():
        over = {"ended_at": AT - DAY, "ended_by": desk.lead.pk, "end_reason": "终止"}
        Contract.objects.filter(pk=desk.contract.pk).update(**over)
    desk.contract.refresh_from_db()
    ticket = resolved(desk, channel=Channel.PHONE)
    assert (ticket.is_outside_contract, desk.clocks(ticket)) == (True, {"confirm": None})
    with desk.inside():
        assert Step.objects.filter(clock=desk.clock(ticket, Metric.CONFIRM)).count() == 2
        closes_at = going_on.closes_by_itself_at(desk.fresh(ticket))
        assert timezone.localtime(closes_at).strftime("%m-%d %H:%M") == "11-17 00:00"
        assert going_on.close_silent(ticket.pk, at=closes_at)
        record = MaintenanceRecord.objects.get()
    assert (record.ending, record.missed) == (Ending.SILENCE, 0)
    assert "in spite of reminders" in record.closed_why


def test_signed_but_never_confirmed_the_reason_is_another_one(desk):
    ticket = resolved(desk)
    sign_handed(desk, ticket)
    with desk.inside():
        assert going_on.close_silent(ticket.pk, at=AT + 40 * DAY)
        record = MaintenanceRecord.objects.get()
    assert (record.ending, record.signer_name) == (Ending.SILENCE, "刘敏")
    assert record.closed_why.startswith("Signed;")


def test_nothing_closes_while_a_refusal_waits_or_the_hospital_paused_it(desk, handed_over, monkeypatch):
    asked, paused = resolved(desk), resolved(desk)
    with desk.acting(desk.engineer) as person:
        signer = Signer(Way.HANDED, "刘敏", person)
        signing.refuse_to_sign(asked, why="仍黑屏", signer=signer, at=LATER)
    desk.act(working.pause, paused, by=desk.it, at=LATER, why="负责人出差")
    with desk.inside():
        assert not going_on.close_silent(asked.pk, at=AT + 90 * DAY)
        assert not going_on.close_silent(paused.pk, at=AT + 90 * DAY)
        assert _sweep(going_on.hand_over_silent, AT + 90 * DAY, monkeypatch) == 0


def test_the_sweep_hands_over_only_what_may_be_due(desk, handed_over, monkeypatch):
    ticket = resolved(desk)
    due = desk.clock(ticket, Metric.CONFIRM).due_at
    with desk.inside():
        assert _sweep(going_on.hand_over_silent, due + 5 * DAY - timedelta(seconds=1), monkeypatch) == 0
        assert _sweep(going_on.hand_over_silent, due + 5 * DAY, monkeypatch) == 1
    assert [key for _context, key in handed_over] == [str(ticket.pk)]


def test_a_ticket_that_is_taken_up_again_is_not_closed(desk):
    ticket = resolved(desk)
    desk.act(solving.refuse_solution, ticket, by=desk.it, at=LATER, why="又黑屏")
    with desk.inside():
        assert not going_on.close_silent(ticket.pk, at=AT + 90 * DAY)
