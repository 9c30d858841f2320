"""What only the phone may report, only the phone may raise a ticket to: a click keeps it for the call. PACS-6, -16."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from contracts.models import CatalogueItem
from servicedesk.clocks.models import Clock
from servicedesk.clocks.services.waivers import ask_waiver
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.clocks.test_promise_pages import client_of
from tests.tickets.machines import at as address
from tickets.calls import awaited, raise_awaited
from tickets.enums import Cause, Remedy, State, WaitsOn
from tickets.models import Call, Entry, TermsWish
from tickets.services import calls, levels, phoning, solving, working
from tickets.services.calls import Phoned
from tickets.services.linking import merge
from tickets.services.visiting import call_for_visit
from tickets.words import sentence

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WHY = "全院停诊"


def clicked(desk, ticket, severity=Severity.ONE, *, at=AT + 10 * MINUTE):
    return desk.act(levels.change_severity, ticket, by=desk.it, at=at, severity=severity, why=WHY)


def logged(desk, ticket, *, called_at, at, by=None):
    call = Phoned(called_at=called_at, caller="刘敏", number="8105")
    return desk.act(calls.log_call, ticket, by=by or desk.engineer, at=at, call=call)


def refused(desk, ticket, *, solved_at, at):
    desk.act(solving.resolve, ticket, by=desk.engineer, at=solved_at, words="重启", cause=Cause.SOFTWARE,
             remedy=Remedy.RESTARTED)  # fmt: skip
    desk.act(solving.refuse_solution, ticket, by=desk.it, at=at, why="又不行了")


def pending(desk, ticket):
    with desk.inside():
        return raise_awaited(ticket)


def standing(desk, ticket):
    fresh = desk.fresh(ticket)
    return fresh.severity, fresh.state, desk.clock(fresh, Metric.RESPOND).due_at


# ── a click ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_click_raises_nothing_and_is_kept_for_the_call(desk):
    """PACS-6: severity and promises are as before; the minute to call runs, and what was written is kept."""
    ticket = desk.accepted()
    before = standing(desk, ticket)
    clicked(desk, ticket)
    assert standing(desk, ticket) == before
    wish = pending(desk, ticket)
    assert (wish.severity, wish.why, wish.asked_name, wish.is_granted) == ("1", WHY, desk.it.name, True)
    assert desk.clock(ticket, Metric.CALL).due_at == AT + 11 * MINUTE
    with desk.acting(desk.engineer) as person:
        told = set(InboxItem.objects.visible_to(person).values_list("kind", flat=True))
        assert [one.pk for one in awaited(person)] == [ticket.pk]
    assert NoticeKind.TICKET_ANSWERED in told


@pytest.mark.parametrize("side", ["it", "engineer"])
def test_the_calls_time_is_when_the_graver_promises_begin(desk, side):
    """PACS-16: logged by either side; the vendor's log carries out what the hospital decided."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    row = logged(desk, ticket, called_at=AT + 12 * MINUTE, at=AT + 12 * MINUTE, by=getattr(desk, side))
    assert (row.is_first, row.needs_word) == (True, False)
    assert standing(desk, ticket) == ("1", State.WORKING, AT + 17 * MINUTE)
    assert desk.clock(ticket, Metric.CALL).outcome == "missed"
    assert pending(desk, ticket) is None
    with desk.inside():
        raised = Entry.objects.get(ticket=ticket, act="tickets.severity_changed")
    assert (raised.text, raised.by_name) == (WHY, desk.it.name if side == "it" else "")


def test_logged_late_the_other_side_is_asked(desk):
    """PACS-6: called before the click, written down half an hour later: from the call on; the vendor is asked."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    row = logged(desk, ticket, called_at=AT + 8 * MINUTE, at=AT + 40 * MINUTE, by=desk.it)
    assert row.needs_word
    assert standing(desk, ticket)[2] == AT + 13 * MINUTE
    assert desk.clock(ticket, Metric.CALL).outcome == "met"
    desk.act(calls.agree_to_call, row, by=desk.engineer, at=AT + HOUR)
    assert desk.fresh(row).agreed_by == desk.engineer.pk


def test_just_now_can_be_disputed_like_any_first_call(desk):
    ticket = desk.report(severity=Severity.B, channel=Channel.PHONE)
    clicked(desk, ticket)
    row = logged(desk, ticket, called_at=AT + 11 * MINUTE, at=AT + 11 * MINUTE)
    desk.act(calls.dispute_call, row, by=desk.it, at=AT + HOUR, why="十分钟前打的")
    with desk.inside():
        assert Call.objects.filter(ticket=ticket, is_first=True).count() == 2


def test_a_call_before_the_report_raises_nothing(desk):
    ticket = desk.accepted()
    clicked(desk, ticket)
    with pytest.raises(Refused, match="before the fault was reported"):
        logged(desk, ticket, called_at=AT - MINUTE, at=AT + 12 * MINUTE)
    assert desk.fresh(ticket).severity == "B"


# ── what goes on by a click, and what ends the wait ──────────────────────────────────────────────────────────────────
def test_lowering_is_no_report(desk):
    ticket = desk.accepted(severity=Severity.ONE, channel=Channel.PHONE)
    clicked(desk, ticket, Severity.A)
    assert desk.fresh(ticket).severity == "A"
    clicked(desk, ticket, Severity.ONE, at=AT + 20 * MINUTE)
    assert desk.fresh(ticket).severity == "A"


def test_where_the_contract_names_other_ways_a_click_is_enough(desk):
    ticket = desk.accepted(severity=Severity.C)
    clicked(desk, ticket, Severity.B)
    assert (desk.fresh(ticket).severity, desk.clocks(ticket).get("call")) == ("B", None)


def test_the_hospital_may_leave_it_as_it_is(desk):
    ticket = desk.accepted()
    with pytest.raises(Refused, match="No raise waits"):
        desk.act(phoning.keep_level, ticket, by=desk.it, at=AT + 5 * MINUTE, why="误判")
    clicked(desk, ticket)
    with pytest.raises(Forbidden):
        desk.act(phoning.keep_level, ticket, by=desk.engineer, at=AT + 11 * MINUTE, why="不严重")
    desk.act(phoning.keep_level, ticket, by=desk.it, at=AT + 11 * MINUTE, why="误判")
    logged(desk, ticket, called_at=AT + 12 * MINUTE, at=AT + 12 * MINUTE)
    assert desk.fresh(ticket).severity == "B"
    with desk.inside():
        assert list(TermsWish.objects.values_list("is_granted", "said")) == [(False, "误判")]


def test_another_level_or_a_solution_ends_the_wait(desk):
    ticket, solved = desk.accepted(), desk.accepted()
    for each in (ticket, solved):
        clicked(desk, each)
    clicked(desk, ticket, Severity.C, at=AT + 12 * MINUTE)
    solution = {"words": "重启", "cause": Cause.SOFTWARE, "remedy": Remedy.RESTARTED}
    desk.act(solving.resolve, solved, by=desk.engineer, at=AT + 12 * MINUTE, **solution)
    for each in (ticket, solved):
        logged(desk, each, called_at=AT + 13 * MINUTE, at=AT + 13 * MINUTE)
    assert (desk.fresh(ticket).severity, desk.fresh(solved).severity) == ("C", "B")
    with desk.inside():
        assert not Call.objects.filter(is_first=True).exists()


def test_a_granted_proposal_begins_with_the_call_they_agreed_on(desk):
    """The vendor proposes A on the phone, the hospital agrees and clicks: the contract knows no other way, so the call
    they spoke in is logged, and its time counts."""
    ticket = desk.accepted()
    wish = desk.act(
        levels.propose_severity, ticket, by=desk.engineer, at=AT + 5 * MINUTE, severity=Severity.A, why="重"
    )
    desk.act(levels.decide_wish, wish, by=desk.it, at=AT + 6 * MINUTE, is_granted=True, said="同意")
    assert (desk.fresh(ticket).severity, pending(desk, ticket).pk) == ("B", wish.pk)
    row = logged(desk, ticket, called_at=AT + 5 * MINUTE, at=AT + 7 * MINUTE)
    assert (desk.fresh(ticket).severity, row.needs_word) == ("A", True)
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + 10 * MINUTE


# ── pages and programs ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_pages_show_whom_to_call_until_somebody_did(desk):
    ticket = desk.accepted(at=timezone.now() - HOUR)
    it, engineer = client_of(desk.it), client_of(desk.engineer)
    page, call_now = f"/tickets/{ticket.pk}/", f"/tickets/{ticket.pk}/call-now/"
    assert "by phone only" in it.get(f"{page}change-severity/").content.decode()
    answer = it.post(f"{page}change-severity/", {"severity": "1", "why": WHY})
    assert answer.url == call_now
    shown = it.get(call_now).content.decode()
    assert f'name="caller" value="{desk.it.name}"' in shown
    assert all(words in shown for words in (WHY, "Hotline", "On duty: ", "keep-level", "Severity 1 begins with a call"))
    assert "Nobody has called yet." in engineer.get(page).content.decode()
    assert ticket.title in engineer.get("/calls/").content.decode()
    assert it.get(call_now, headers={"HX-Request": "true"}).headers.get("HX-Redirect") is None
    engineer.post(f"{page}calls/new/", {"when": "now", "caller": "刘敏"})
    assert desk.fresh(ticket).severity == "1"
    assert it.get(call_now).url == page
    assert "begins with a call" not in it.get(page).content.decode().split("ticket-stream")[0]


def test_a_program_hears_202_until_the_call_is_logged(desk, hospital):
    """PACS-7: the same rule by the interface; with the call it is done at once."""
    pk = hospital.report(desk.contract).json()["id"]
    answer = hospital.post(address(pk, "change-severity"), {"severity": "A", "why": WHY})
    assert (answer.status_code, answer.json()["severity"]) == (202, "B")
    call = {"called_at": timezone.now().isoformat(), "caller": "刘敏"}
    assert hospital.post(address(pk, "log-call"), call).status_code == 200
    assert hospital.get(address(pk)).json()["severity"] == "A"
    call["called_at"] = timezone.now().isoformat()
    answer = hospital.post(address(pk, "change-severity"), {"severity": "1", "why": WHY, "call": call})
    assert (answer.status_code, answer.json()["severity"]) == (200, "1")


# ── who answers it ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("state", [State.WORKING, State.WAITING, State.HANDED_OVER])
def test_whoever_takes_what_was_raised_has_answered(desk, state):
    """PACS-16: five minutes from the call that raised it, though it was in work before; whoever is on duty may. The
    second is told who."""
    ticket = desk.accepted()
    if state is State.WAITING:
        asked = {"why": "日志", "who": WaitsOn.REPORTER, "wakes_at": AT + HOUR}
        desk.act(working.ask_back, ticket, by=desk.engineer, at=AT + 5 * MINUTE, **asked)
    elif state is State.HANDED_OVER:
        desk.act(working.hand_over, ticket, by=desk.engineer, at=AT + 5 * MINUTE, why="网络")
    desk.raised(ticket, Severity.ONE, at=AT + 10 * MINUTE)
    taken = desk.act(working.accept, ticket, by=desk.colleague, at=AT + 12 * MINUTE)
    assert (taken.state, taken.assignee_id, taken.waits_for) == (State.WORKING, desk.colleague.pk, "")
    assert taken.accepted_at == ticket.accepted_at, "what is signed says when it first was"
    with desk.acting(desk.engineer) as person:
        assert InboxItem.objects.visible_to(person).filter(kind=NoticeKind.TICKET_TAKEN_OVER).exists()
    assert (desk.clock(ticket, Metric.RESPOND).outcome, desk.clock(ticket, Metric.ON_SITE).outcome) == ("met", None)
    with pytest.raises(Refused, match=f"{desk.colleague.name} accepted it"):
        desk.act(working.accept, ticket, by=desk.engineer, at=AT + 13 * MINUTE)


def test_the_page_offers_to_accept_what_was_raised(desk):
    at = timezone.now() - HOUR
    ticket = desk.raised(desk.accepted(at=at), Severity.ONE, at=at + 10 * MINUTE)
    accept, engineer = f"/tickets/{ticket.pk}/accept/", client_of(desk.engineer)
    assert f'action="{accept}"' in engineer.get(f"/tickets/{ticket.pk}/").content.decode()
    engineer.post(accept)
    assert desk.clocks(ticket)["respond"] == "missed"


def test_who_puts_a_solution_on_record_has_answered_as_well(desk):
    ticket = desk.raised(desk.accepted(), Severity.ONE, at=AT + 10 * MINUTE)
    desk.act(solving.resolve, ticket, by=desk.engineer, at=AT + 14 * MINUTE, words="重启", cause=Cause.SOFTWARE,
             remedy=Remedy.RESTARTED)  # fmt: skip
    assert desk.clocks(ticket)["respond"] == "met"


# ── what would make it vanish ────────────────────────────────────────────────────────────────────────────────────────
def test_correcting_the_kind_of_service_does_not_undo_a_raise_that_waits(desk):
    """PACS-6: said aloud or phoned, never lost in passing."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    with desk.inside():
        item = CatalogueItem.objects.get(contract=desk.contract, category="consultation")
    with pytest.raises(Refused, match="waits for its call"):
        desk.act(levels.change_category, ticket, by=desk.it, at=AT + 11 * MINUTE, item=item, why="其实是咨询")
    logged(desk, ticket, called_at=AT + 12 * MINUTE, at=AT + 12 * MINUTE)
    assert desk.fresh(ticket).severity == "1"


@pytest.mark.parametrize("side", ["it", "engineer"])
def test_no_merge_takes_a_raise_that_waits_away(desk, side):
    """PACS-16"""
    into, ticket = desk.accepted(), desk.accepted()
    clicked(desk, ticket)
    with pytest.raises(Refused, match="waits for its call"):
        desk.act(merge, ticket, by=getattr(desk, side), at=AT + 11 * MINUTE, into=into, why="同一件事")


def test_the_minute_to_call_is_neither_paused_nor_waived(desk):
    """PACS-6: nothing would alarm any more, and the true time of the call could not be written down."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    desk.act(working.pause, ticket, by=desk.it, at=AT + 12 * MINUTE, why="等厂家")
    minute = desk.clock(ticket, Metric.CALL)
    assert minute.due_at == AT + 11 * MINUTE
    with pytest.raises(Refused, match="not waived"):
        desk.act(ask_waiver, minute, by=desk.engineer, at=AT + 13 * MINUTE, solved_at=AT + 10 * MINUTE, why="x")


# ── a call that is told to have been before what happened since ──────────────────────────────────────────────────────
def test_a_pause_between_the_call_and_its_log_stands(desk):
    """PACS-6: what was paused meanwhile was paused; the graver promise counts from its end."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    desk.act(working.pause, ticket, by=desk.it, at=AT + 12 * MINUTE, why="等厂家")
    desk.act(working.resume, ticket, by=desk.it, at=AT + 14 * MINUTE)
    logged(desk, ticket, called_at=AT + 11 * MINUTE, at=AT + 15 * MINUTE)
    assert standing(desk, ticket)[::2] == ("1", AT + 19 * MINUTE)


def test_what_was_promised_anew_after_a_refusal_is_not_counted_from_before_it(desk):
    """PACS-16: cycle 2 begins with the refusal, whenever the call is said to have been."""
    ticket = desk.accepted()
    refused(desk, ticket, solved_at=AT + 20 * MINUTE, at=AT + 30 * MINUTE)
    clicked(desk, ticket, at=AT + 40 * MINUTE)
    logged(desk, ticket, called_at=AT + 25 * MINUTE, at=AT + 41 * MINUTE)
    with desk.inside():
        odd = Clock.objects.filter(matter_id=ticket.matter_id, stopped_at__lt=F("counts_from"))
        assert list(odd) == []
        anew = Clock.objects.filter(matter_id=ticket.matter_id, is_standing=True, cycle=2).exclude(metric="call")
        assert {clock.counts_from for clock in anew} == {AT + 30 * MINUTE}


@pytest.mark.parametrize(("called", "paused", "since"), [(11, (12, None), 15), (11, (9, None), 11), (11, (9, 13), 13)])
def test_a_pause_ends_with_the_call_unless_it_was_begun_or_ended_since(desk, called, paused, since):
    """PACS-6: logged at the fifteenth minute; the hospital called while its own pause was there, or paused after it."""
    ticket, (begun, ended) = desk.accepted(), paused
    desk.act(call_for_visit, ticket, by=desk.it, at=AT + 3 * MINUTE, why="要来")
    raising = levels.change_severity, {"severity": Severity.A, "why": WHY}
    acts = {10: raising, begun: (working.pause, {"why": "等厂家"}), ended: (working.resume, {})}
    for minute in sorted(filter(None, acts)):
        act, facts = acts[minute]
        desk.act(act, ticket, by=desk.it, at=AT + minute * MINUTE, **facts)
    logged(desk, ticket, called_at=AT + called * MINUTE, at=AT + 15 * MINUTE)
    visit = desk.clock(ticket, Metric.ON_SITE)
    assert (visit.counts_from, visit.due_at) == (AT + since * MINUTE, AT + since * MINUTE + 4 * HOUR)


def test_no_call_told_to_have_been_earlier_undoes_what_was_missed(desk):
    """PACS-16: nobody had answered within the hour when the call was written down, whenever it had been."""
    ticket = desk.report()
    clicked(desk, ticket, at=AT + 50 * MINUTE)
    logged(desk, ticket, called_at=AT + 51 * MINUTE, at=AT + 70 * MINUTE)
    assert standing(desk, ticket)[2] == AT + 56 * MINUTE
    with desk.inside():
        was = Clock.objects.get(matter_id=ticket.matter_id, metric=Metric.RESPOND, place=0)
    assert (was.outcome, was.stopped_at) == ("missed", AT + 70 * MINUTE)


def test_a_raise_counts_from_no_moment_at_which_something_lighter_was_decided(desk):
    """PACS-16: raised, lowered, and raised again by a call that is said to have been before the lowering."""
    ticket = desk.raised(desk.accepted(), Severity.A, at=AT + 10 * MINUTE)
    clicked(desk, ticket, Severity.B, at=AT + 20 * MINUTE)
    clicked(desk, ticket, at=AT + 30 * MINUTE)
    logged(desk, ticket, called_at=AT + 15 * MINUTE, at=AT + 31 * MINUTE)
    assert standing(desk, ticket)[::2] == ("1", AT + 25 * MINUTE)


@pytest.mark.parametrize(("side", "asked"), [("engineer", True), ("it", False)])
def test_the_vendors_call_from_before_the_decision_waits_for_the_hospitals_word(desk, side, asked):
    """PACS-6: written down within the minute, but told to have been before the hospital had decided anything."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    call = {"called_at": AT + 10 * MINUTE - MINUTE / 4, "at": AT + 10 * MINUTE + MINUTE / 4}
    assert logged(desk, ticket, **call, by=getattr(desk, side)).needs_word is asked


def test_a_refused_solution_does_not_make_the_raise_forgotten(desk):
    """PACS-6, PACS-16: it waits for its call in the next cycle too, with a minute of its own; the call counts from no
    moment of the cycle before."""
    ticket = desk.accepted()
    clicked(desk, ticket)
    wish = pending(desk, ticket)
    refused(desk, ticket, solved_at=AT + 12 * MINUTE, at=AT + 20 * MINUTE)
    assert pending(desk, ticket) == wish
    minute = desk.clock(ticket, Metric.CALL)
    assert (minute.due_at, minute.cycle) == (AT + 21 * MINUTE, 2)
    with desk.inside():
        line = Entry.objects.filter(ticket=ticket).order_by("-at", "-id")[0]
    assert (sentence(line), line.text) == ("asks again for the call that makes it severity 1", WHY)
    assert logged(desk, ticket, called_at=AT + 11 * MINUTE, at=AT + 22 * MINUTE).needs_word
    assert standing(desk, ticket) == ("1", State.REPORTED, AT + 25 * MINUTE)
    assert desk.clock(ticket, Metric.CALL).outcome == "met"
    refused(desk, desk.act(working.accept, ticket, by=desk.engineer, at=AT + 23 * MINUTE), solved_at=AT + HOUR,
            at=AT + 2 * HOUR)  # fmt: skip
    assert pending(desk, ticket) is None


def test_who_refuses_a_solution_is_asked_for_the_call(desk):
    ticket = desk.accepted(at=timezone.now() - HOUR)
    it = client_of(desk.it)
    it.post(f"/tickets/{ticket.pk}/change-severity/", {"severity": "1", "why": WHY})
    desk.act(solving.resolve, ticket, by=desk.engineer, at=timezone.now(), words="重启", cause=Cause.SOFTWARE,
             remedy=Remedy.RESTARTED)  # fmt: skip
    assert it.post(f"/tickets/{ticket.pk}/refuse/", {"why": "又不行了"}).url == f"/tickets/{ticket.pk}/call-now/"
    assert WHY in it.get(f"/tickets/{ticket.pk}/call-now/").content.decode()
