"""What the contract says is what the record says: no act keeps, waives or moves a promise that is not its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.models import CatalogueItem
from servicedesk.clocks.models import Clock, Waiver
from servicedesk.clocks.services import waivers
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.clocks.test_promise_pages import client_of
from tests.tickets.closing import HOUR, SOLVED, resolved, sign_handed
from tests.tickets.people import make_desk
from tickets.enums import Ending, Proof, State
from tickets.models import Call, Entry, MaintenanceRecord, TermsWish
from tickets.services import calls, levels, outages, solving, timing, visiting
from tickets.services.calls import Phoned

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PHONED = {"severity": Severity.A, "channel": Channel.PHONE}


def solve(desk, ticket, *, at, **more):
    return desk.act(solving.resolve, ticket, by=desk.engineer, at=at, **SOLVED, **more)


def refuse(desk, ticket, *, at, by=None):
    return desk.act(solving.refuse_solution, ticket, by=by or desk.it, at=at, why="仍打不开")


def waiver_of(desk, ticket) -> Waiver:
    with desk.inside():
        return Waiver.objects.select_related("clock").get(clock__matter=ticket.matter_id)


def record_of(desk, ticket) -> MaintenanceRecord:
    with desk.inside():
        return MaintenanceRecord.objects.get(ticket=ticket)


# ── the next cycle ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_visit_of_the_second_cycle_counts_from_the_refusal(desk):
    """PACS-8, PACS-17: solved remotely, nobody was called for; refused three days later, the visit called for then is
    not late before it began."""
    ticket = desk.accepted()
    solve(desk, ticket, at=AT + HOUR)
    refused_at = AT + timedelta(days=3)
    refuse(desk, ticket, at=refused_at)
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=refused_at + MINUTE, why="远程无效")
    assert desk.clock(ticket, Metric.ON_SITE).due_at == refused_at + timedelta(hours=4)
    desk.act(visiting.arrive, visit, by=desk.engineer, at=refused_at + HOUR, where="阅片室")
    assert desk.clocks(ticket)["on_site"] == "met"


def test_a_visit_waived_for_good_is_promised_again_when_the_solution_is_refused(desk):
    """PACS-17: the lead said that nobody needs to come, the nurse that it still does not work: cycle 2 of a severity
    A has its four hours again."""
    ticket = desk.accepted(**PHONED)
    solve(desk, ticket, at=AT + HOUR, is_remote=True)
    desk.act(waivers.grant_waiver, waiver_of(desk, ticket), by=desk.lead, at=AT + 2 * HOUR)
    refuse(desk, ticket, at=AT + 3 * HOUR)
    again = desk.clock(ticket, Metric.ON_SITE)
    assert (again.cycle, again.outcome, again.due_at) == (2, None, AT + 7 * HOUR)


def test_whoever_is_on_the_way_when_the_solution_is_refused_is_called_for_still(desk):
    """PACS-8: nobody can be called for twice, so the call holds for the next cycle."""
    ticket = desk.accepted()
    visit = desk.act(visiting.call_for_visit, ticket, by=desk.it, at=AT + 5 * MINUTE, why="以防万一")
    solve(desk, ticket, at=AT + HOUR, is_remote=True)
    desk.act(waivers.grant_waiver, waiver_of(desk, ticket), by=desk.lead, at=AT + HOUR)
    refuse(desk, ticket, at=AT + 2 * HOUR)
    assert desk.clock(ticket, Metric.ON_SITE).due_at == AT + 6 * HOUR
    desk.act(visiting.arrive, visit, by=desk.it, at=AT + 3 * HOUR, where="", proof=Proof.HOSPITAL)
    assert desk.clocks(ticket)["on_site"] == "met"


# ── waivers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_closing_by_silence_waives_nothing(desk):
    """PACS-17: waived only where the hospital confirmed, and silence is no word of its; nor can the word be given after
    the record was frozen."""
    ticket = desk.accepted(**PHONED)
    solve(desk, ticket, at=AT + HOUR, is_remote=True)
    waiver = waiver_of(desk, ticket)
    closed_at = AT + timedelta(days=20)
    desk.act_alone(solving.close_unsigned, ticket, at=closed_at, why="无人应答")
    assert desk.clocks(ticket)["on_site"] == "missed"
    assert record_of(desk, ticket).missed == 1
    for decide in (waivers.grant_waiver, waivers.refuse_waiver):
        with pytest.raises(Refused, match="It is over"):
            desk.act(decide, waiver, by=desk.lead, at=closed_at + HOUR, said="其实好了")
    assert (desk.fresh(waiver).is_granted, desk.fresh(ticket).due_at) == (False, None)


def test_confirming_a_solution_grants_the_waiver_of_this_solution_and_no_other(desk):
    """PACS-17: what the vendor asked for besides still needs its own word."""
    ticket = desk.accepted(**PHONED)
    desk.act(waivers.ask_waiver, desk.clock(ticket, Metric.ON_SITE), by=desk.engineer, at=AT + 5 * MINUTE,
             solved_at=AT + 5 * MINUTE, why="不用去")  # fmt: skip
    solve(desk, ticket, at=AT + HOUR)
    desk.act(solving.close_unsigned, ticket, by=desk.it, at=AT + 6 * HOUR, why="电话确认")
    assert desk.clocks(ticket)["on_site"] == "missed"
    remote = desk.accepted(**PHONED)
    solve(desk, remote, at=AT + HOUR, is_remote=True)
    desk.act(solving.close_unsigned, remote, by=desk.it, at=AT + 6 * HOUR, why="电话确认")
    assert desk.clocks(remote)["on_site"] == "waived"
    assert waiver_of(desk, remote).is_granted


# ── an act stops its own clock ───────────────────────────────────────────────────────────────────────────────────────
def test_an_emergency_service_nobody_started_was_not_kept(world):
    """HRP-4: a solution is no start of the emergency service."""
    desk = make_desk(world, "hrp")
    ticket = desk.accepted()
    desk.act(levels.mark_emergency, ticket, by=desk.it, at=AT + 5 * MINUTE, why="全院无法发药")
    solve(desk, ticket, at=AT + 20 * MINUTE)
    assert desk.clocks(ticket)["emergency"] == "superseded"
    refuse(desk, ticket, at=AT + HOUR)
    assert desk.clock(ticket, Metric.EMERGENCY).due_at == AT + 2 * HOUR


def test_the_mark_of_an_emergency_misses_nothing_of_the_past(world):
    """HRP-4: five minutes from the mark; the hour that ran until then is not judged by them."""
    desk = make_desk(world, "hrp")
    ticket = desk.report()
    desk.act(levels.mark_emergency, ticket, by=desk.it, at=AT + 30 * MINUTE, why="全院无法发药")
    respond = desk.clock(ticket, Metric.RESPOND)
    assert (respond.due_at, respond.outcome) == (AT + 35 * MINUTE, None)
    with desk.inside():
        assert Clock.objects.get(matter=ticket.matter_id, metric=Metric.RESPOND, place=0).outcome == "superseded"


def test_no_hospital_stops_the_vendors_clock_by_a_workaround(desk):
    """The vendor says how one can work meanwhile; the hospital's words for all tickets of an outage stop nothing."""
    ticket = desk.accepted()
    with pytest.raises(Forbidden, match="vendor"):
        desk.act(outages.work_around_all, ticket, by=desk.it, at=AT + HOUR, words="用备机")


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_first_call_logged_as_just_now_can_be_disputed(desk):
    """PACS-6: called at 10:00, written down by the vendor at 10:25 as 'just now': the hospital has its word too."""
    ticket = desk.report(**PHONED, by=desk.engineer)
    with desk.inside():
        call = Call.objects.get(ticket=ticket)
    assert not call.needs_word
    with pytest.raises(Refused, match="Nobody waits"):
        desk.act(calls.agree_to_call, call, by=desk.it, at=AT + HOUR)
    with pytest.raises(Refused, match="other side"):
        desk.act(calls.dispute_call, call, by=desk.engineer, at=AT + HOUR, why="x")
    desk.act(calls.dispute_call, call, by=desk.it, at=AT + HOUR, why="二十五分钟前打的")
    assert desk.fresh(call).disputed_why == "二十五分钟前打的"


def test_a_dispute_has_its_time_and_needs_a_first_call(desk):
    first = desk.report(**PHONED, by=desk.engineer)
    later = desk.act(calls.log_call, first, by=desk.engineer, at=AT + HOUR, call=Phoned(AT + HOUR, "刘敏"))
    with desk.inside():
        call = Call.objects.get(ticket=first, is_first=True)
    for which, at in ((call, AT + timedelta(days=7)), (later, AT + 2 * HOUR)):
        with pytest.raises(Refused, match="within seven days"):
            desk.act(calls.dispute_call, which, by=desk.it, at=at, why="x")


def test_the_page_offers_the_dispute_to_the_other_side(desk):
    now = timezone.now()
    ticket = desk.report(**PHONED, by=desk.engineer, at=now - HOUR)
    assert "Dispute it" in client_of(desk.it).get("/calls/").content.decode()
    assert "Dispute it" not in client_of(desk.engineer).get("/calls/").content.decode()
    client_of(desk.it).post(f"/tickets/{ticket.pk}/dispute-call/", {"why": "早就打了"})
    with desk.inside():
        assert Call.objects.get(ticket=ticket).disputed_at
    assert "Dispute it" not in client_of(desk.it).get("/calls/").content.decode()


# ── who signed, who wished, who closed ───────────────────────────────────────────────────────────────────────────────
def test_an_engineer_who_called_himself_the_reporter_does_not_sign(desk):
    """PACS-8: who did the work never confirms it; only a reporter by account is told from a namesake."""
    ticket = resolved(desk, reporter=None, reporter_name=desk.engineer.name)
    with pytest.raises(Refused, match="vendor"):
        sign_handed(desk, ticket, name=desk.engineer.name)
    assert desk.fresh(ticket).state == State.RESOLVED


def test_what_was_signed_is_confirmed_or_refused_but_not_closed_unsigned(desk):
    """SMART-10: 'by both sides' and 'without a signature because' are never said of one ticket."""
    ticket = resolved(desk)
    sign_handed(desk, ticket)
    with pytest.raises(Refused, match="signed"):
        desk.act(solving.close_unsigned, ticket, by=desk.it, at=AT + 3 * HOUR, why="x")
    desk.act_alone(solving.close_unsigned, ticket, at=AT + timedelta(days=30), why="无人确认")
    assert record_of(desk, ticket).ending == Ending.SILENCE


@pytest.mark.parametrize(("chosen", "is_granted"), [(Severity.A, True), (Severity.C, False)])
def test_a_wish_is_granted_by_whatever_gives_what_it_wished(desk, chosen, is_granted):
    """PACS-16: the vendor proposed A, the hospital changed the severity to A: that is no refusal."""
    ticket = desk.accepted()
    desk.act(levels.propose_severity, ticket, by=desk.engineer, at=AT + 5 * MINUTE, severity=Severity.A, why="全院")
    desk.act(levels.change_severity, ticket, by=desk.it, at=AT + 6 * MINUTE, severity=chosen, why="同意")
    with desk.inside():
        assert TermsWish.objects.get().is_granted is is_granted


def item_of(desk, ticket) -> CatalogueItem:
    """Another kind of service of the same contract."""
    with desk.inside():
        return CatalogueItem.objects.filter(contract=desk.contract).exclude(category=ticket.category).first()


def test_the_vendor_proposes_another_kind_of_service_and_the_hospital_decides(world):
    """SMART-2, SMART-7: ten minutes before somebody has to be there, a fault does not become a change by the vendor's
    hand; its promises hold until the hospital says so."""
    desk = make_desk(world, "smart")
    ticket = desk.accepted(severity=Severity.NONE)
    with desk.inside():
        change = CatalogueItem.objects.get(contract=desk.contract, category="change")
    before = desk.clocks(ticket)
    asked = {"by": desk.engineer, "at": AT + 50 * MINUTE, "item": change, "why": "属于完善性调整"}
    with pytest.raises(Forbidden, match="the vendor proposes it"):
        desk.act(levels.change_category, ticket, **asked)
    wish = desk.act(levels.propose_category, ticket, **asked)
    assert (desk.clocks(ticket), desk.fresh(ticket).category) == (before, "fault")
    with pytest.raises(Refused, match="proposed already"):
        desk.act(levels.propose_category, ticket, **asked)
    desk.act(levels.decide_wish, wish, by=desk.it, at=AT + HOUR, is_granted=True)
    assert desk.fresh(ticket).category == "change"
    assert desk.fresh(wish).is_granted


def test_a_kind_of_service_that_stays_says_why(desk):
    ticket = desk.accepted()
    wish = desk.act(
        levels.propose_category, ticket, by=desk.engineer, at=AT + HOUR, item=item_of(desk, ticket), why="x"
    )
    with pytest.raises(Refused, match="why"):
        desk.act(levels.decide_wish, wish, by=desk.it, at=AT + HOUR, is_granted=False)
    desk.act(levels.decide_wish, wish, by=desk.it, at=AT + HOUR, is_granted=False, said="确是故障")
    with desk.inside():
        assert Entry.objects.filter(ticket=ticket, act="tickets.category_kept", text="确是故障").exists()


def test_a_kind_of_service_is_proposed_and_decided_on_the_pages(desk):
    ticket = desk.accepted(at=timezone.now() - 5 * MINUTE)
    item = item_of(desk, ticket)
    engineer, it = client_of(desk.engineer), client_of(desk.it)
    assert engineer.post(f"/tickets/{ticket.pk}/change-category/", {"item": item.pk, "why": "x"}).status_code == 403
    sent = engineer.post(f"/tickets/{ticket.pk}/propose-category/", {"item": item.pk, "why": "是模板调整"})
    assert sent.status_code == 302
    assert "是模板调整" in it.get("/").content.decode()
    assert item.name in it.get(f"/tickets/{ticket.pk}/decide-severity/").content.decode()
    assert it.post(f"/tickets/{ticket.pk}/decide-severity/", {"verdict": "yes", "said": ""}).status_code == 302
    assert desk.fresh(ticket).category == item.category


# ── agreed times ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def called(world):
    """A C under the HRP contract for which somebody is called: within 24 hours, or when the parties agree."""
    desk = make_desk(world, "hrp")
    now = timezone.now()
    ticket = desk.accepted(severity=Severity.C, at=now - HOUR)
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now - 30 * MINUTE, why="远程看不出")
    return desk, ticket, now


def test_a_time_is_agreed_by_both_sides_and_by_none_alone(called):
    """HRP-3, PACS-4: one side's wish moves nothing; the other side's acceptance moves the clock, both named on it."""
    desk, ticket, now = called
    due = desk.clock(ticket, Metric.ON_SITE).due_at
    at, time = now, now + 3 * HOUR
    wish = desk.act(timing.propose_time, ticket, by=desk.it, at=at, metric=Metric.ON_SITE, time=time)
    assert desk.clock(ticket, Metric.ON_SITE).due_at == due
    with desk.acting(desk.it) as person, pytest.raises(Forbidden, match="other side"):
        timing.decide_time(ticket, wish, is_granted=True, by=person, at=at)
    with desk.acting(desk.engineer) as person:
        timing.decide_time(ticket, wish, is_granted=True, by=person, at=at)
        with pytest.raises(Refused, match="decided"):
            timing.decide_time(ticket, wish, is_granted=True, by=person, at=at)
    clock = desk.clock(ticket, Metric.ON_SITE)
    assert clock.due_at == time
    page = client_of(desk.engineer).get(f"/clocks/{clock.pk}/").content.decode()
    assert (desk.it.name in page, desk.engineer.name in page) == (True, True)


def test_an_agreed_time_never_passes_the_contracts_limit(called):
    """HRP-3: at the latest 24 hours after the report, whatever both agree on."""
    desk, ticket, now = called
    due = desk.clock(ticket, Metric.ON_SITE).due_at
    wish = desk.act(timing.propose_time, ticket, by=desk.engineer, at=now, metric=Metric.ON_SITE, time=due + HOUR)
    with desk.acting(desk.it) as person:
        timing.decide_time(ticket, wish, is_granted=True, by=person, at=now)
    assert desk.clock(ticket, Metric.ON_SITE).due_at == due


def test_what_is_not_agreed_moves_nothing(called):
    desk, ticket, now = called
    due = desk.clock(ticket, Metric.ON_SITE).due_at
    first = desk.act(timing.propose_time, ticket, by=desk.it, at=now, metric=Metric.ON_SITE, time=now + HOUR)
    second = desk.act(timing.propose_time, ticket, by=desk.engineer, at=now, metric=Metric.ON_SITE, time=now + 5 * HOUR)
    assert desk.fresh(first).is_granted is False
    with desk.acting(desk.it) as person:
        with pytest.raises(Refused, match="time to come"):
            timing.decide_time(ticket, second, is_granted=True, by=person, at=now + 6 * HOUR)
        timing.decide_time(ticket, second, is_granted=False, said="太晚", by=person, at=now)
    assert (desk.clock(ticket, Metric.ON_SITE).due_at, desk.fresh(second).said) == (due, "太晚")
    for metric, time in ((Metric.RESPOND, now + HOUR), (Metric.RESTORE, now + HOUR), (Metric.ON_SITE, now)):
        with pytest.raises(Refused):
            desk.act(timing.propose_time, ticket, by=desk.it, at=now, metric=metric, time=time)
