"""The acts as people do them on the page: each form does its service, each button says why not."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import override

from contracts.models import CatalogueItem
from servicedesk.clocks.models import Clock
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Refused
from tests.clocks.test_promise_pages import client_of
from tests.tickets.people import make_desk
from tickets import states
from tickets.acts import BUTTONS, offers
from tickets.enums import State, WaitsOn
from tickets.models import Call, Entry, Ticket, Visit
from tickets.services import solving, visiting, working
from tickets.services.calls import Phoned
from tickets.situation import situation_of
from tickets.views.acts import ACTS
from tickets.words import sentence

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOLVED = {"words": "重启归档服务", "cause": "software", "remedy": "restarted"}


@pytest.fixture
def ticket(desk):
    return desk.accepted(at=timezone.now() - 10 * MINUTE)


def press(member, ticket, name, **fields):
    return client_of(member).post(f"/tickets/{ticket.pk}/{name}/", fields)


def done(desk, member, ticket, name, **fields):
    response = press(member, ticket, name, **fields)
    assert response.status_code == 302, unescape(response.content.decode())[-3000:]
    return desk.fresh(ticket)


def field_time(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def found(desk, member, ticket) -> dict[str, str]:
    """Each act of this person with the sentence that says why not."""
    with desk.acting(member) as person:
        situation = situation_of(Ticket.objects.get(pk=ticket.pk), at=timezone.now())
        return {offer.button.url_name: offer.why_not for offer in offers(situation, person)}


def test_every_button_has_a_page_and_every_page_a_button():
    ours = {act.url_name for act in ACTS}
    assert ours <= {button.url_name for button in BUTTONS}
    for button in BUTTONS:
        address = "/remote/ask/" if button.url_name == "ask_remote" else reverse(button.url_name, args=[uuid4()])
        assert resolve(address).func.rule.who is button.who, button.url_name  # nobody is offered what turns them away
    assert {act.url_name for act in ACTS if act.form is None} == {
        button.url_name for button in BUTTONS if button.is_direct and button.url_name in ours
    }
    for side in Side:
        keys = [button.key for button in BUTTONS if button.key and button.side in (None, side)]
        assert len(keys) == len(set(keys))
    keys = [button.key for button in BUTTONS if button.key]
    assert not set(keys) & {"g", "r", "n", "x", "m", "?"}


def test_a_button_that_says_no_says_what_the_act_would_say(desk, ticket):
    """The tooltip and the refusal are one sentence: acts that move the ticket, pressed where they can't."""
    moves = {"ticket_accept": working.accept, "ticket_confirm": solving.confirm, "ticket_go_on": working.go_on}
    for name, service in moves.items():
        member = desk.it if name == "ticket_confirm" else desk.engineer
        with desk.acting(member) as by:
            button = next(one for one in BUTTONS if one.url_name == name)
            sentence = button.why_not(ticket, by, situation_of(Ticket.objects.get(pk=ticket.pk), at=timezone.now()))
            with pytest.raises(Refused) as refused:
                service(ticket, by=by, at=timezone.now())
        assert sentence == str(refused.value.sentence) == str(states.NOT_NOW[State.WORKING])


def test_each_side_finds_its_own_acts(desk, ticket):
    engineer, it, ward = (found(desk, member, ticket) for member in (desk.engineer, desk.it, desk.ward))
    assert engineer["ticket_resolve"] == it["ticket_pause"] == ward["ticket_urge"] == ""
    assert engineer["ticket_accept"] == it["ticket_confirm"] == "It is in work already."
    assert not {"ticket_pause", "ticket_change_severity", "ticket_confirm"} & set(engineer)
    assert not {"ticket_accept", "ticket_resolve", "ticket_give"} & set(it)
    assert set(ward) == {"ticket_urge", "ticket_withdraw", "ticket_refuse", "sign", "call_about"}
    assert {"ticket_links", "ask_remote", "call_about", "make_signing_link"} <= set(engineer)
    assert {"ticket_outage", "shared_fault", "add_hospital_task", "sign"} <= set(it)
    assert found(desk, desk.lead, ticket)["declare_incident"] == ""
    for button in BUTTONS:  # what the table says of sides is what the roles hold
        assert button.side in (None, Side.VENDOR, Side.HOSPITAL)


def test_from_report_to_closure_through_the_pages(desk):
    """PACS-8, PACS-17: accept, visit, arrival, leaving, solution, refusal, the second one, closing unsigned."""
    ticket = desk.report(at=timezone.now() - 20 * MINUTE)
    assert done(desk, desk.engineer, ticket, "accept").assignee_id == desk.engineer.pk
    assert done(desk, desk.it, ticket, "call-visit", why="远程看不出")
    assert desk.clock(ticket, Metric.ON_SITE).due_at is not None
    at = field_time(timezone.now() + HOUR)
    done(desk, desk.engineer, ticket, "dispatch", engineer=desk.colleague.pk, planned_at=at)
    done(desk, desk.colleague, ticket, "arrive", where="3号楼2层")
    assert desk.clock(ticket, Metric.ON_SITE).outcome == "met"
    done(desk, desk.colleague, ticket, "leave", work="更换了读卡器")
    with desk.inside():
        visit = Visit.objects.get(ticket=ticket)
    assert (visit.engineer_id, visit.where, visit.work) == (desk.colleague.pk, "3号楼2层", "更换了读卡器")
    assert done(desk, desk.engineer, ticket, "resolve", **SOLVED).state == State.RESOLVED
    assert done(desk, desk.it, ticket, "refuse", why="还是打不开").cycle == 2
    done(desk, desk.engineer, ticket, "accept")
    done(desk, desk.engineer, ticket, "resolve", **SOLVED)
    assert done(desk, desk.it, ticket, "close-unsigned", why="报修人已离院").state == State.CLOSED


def test_waiting_handing_over_and_back(desk, ticket):
    wakes = timezone.now() + 3 * HOUR
    asked = done(desk, desk.engineer, ticket, "ask-back", why="等影像号", who="hospital", wakes_at=field_time(wakes))
    assert (asked.state, asked.waits_for, asked.waits_on) == (State.WAITING, "等影像号", "hospital")
    page = unescape(client_of(desk.ward).get(f"/tickets/{ticket.pk}/").content.decode())
    assert "Waits for the hospital's IT" in page
    assert "waits for the hospital's IT, and asks again" in page
    assert done(desk, desk.it, ticket, "go-on").state == State.WORKING
    assert done(desk, desk.engineer, ticket, "hand-over", why="是网络的问题").state == State.HANDED_OVER
    assert done(desk, desk.it, ticket, "give-back", why="网络已查，正常").state == State.WORKING
    assert done(desk, desk.engineer, ticket, "give", to=desk.colleague.pk).assignee_id == desk.colleague.pk


def test_severities_categories_and_emergencies(desk, ticket):
    done(desk, desk.engineer, ticket, "propose-severity", severity="A", why="影响全院")
    assert "decided" in found(desk, desk.engineer, ticket)["ticket_propose_severity"]
    assert done(desk, desk.it, ticket, "decide-severity", verdict="yes").severity == "B"  # until somebody calls
    assert done(desk, desk.it, ticket, "calls/new", when="now", caller="刘敏").severity == "A"
    assert done(desk, desk.it, ticket, "change-severity", severity="C", why="只有一台").severity == "C"
    assert done(desk, desk.it, ticket, "mark-emergency", why="抢救间").is_emergency
    with desk.inside():
        item = CatalogueItem.objects.filter(contract=desk.contract).exclude(category=ticket.category).first()
    assert done(desk, desk.it, ticket, "change-category", item=item.pk, why="是使用咨询").category == item.category


def test_times(desk, ticket):
    """Only the hospital pauses, agrees and moves; each is a line both sides read."""
    done(desk, desk.it, ticket, "call-visit", why="远程看不出")
    done(desk, desk.it, ticket, "pause", why="机房停电检修")
    assert found(desk, desk.it, ticket)["ticket_resume"] == ""
    done(desk, desk.it, ticket, "resume")
    done(desk, desk.it, ticket, "move-start", why="是我们叫晚了")
    visit = desk.clock(ticket, Metric.ON_SITE)
    assert visit.counts_from == visit.called_at
    page = unescape(client_of(desk.engineer).get(f"/tickets/{ticket.pk}/").content.decode())
    assert "lets the visit count from the call" in page
    assert "机房停电检修" in page
    assert "ticket_propose_time" not in found(desk, desk.it, ticket)


def test_one_promise_is_paused_and_on_the_ticket_alone(desk, ticket):
    """One way to pause: the clock's page leads to the ticket's act, where both sides are told."""
    done(desk, desk.it, ticket, "call-visit", why="远程看不出")
    clock = desk.clock(ticket, Metric.ON_SITE)
    act = f"/tickets/{ticket.pk}/pause/?metric=on_site"
    for member, leads_there in ((desk.lead, True), (desk.it, True), (desk.engineer, False)):
        page = client_of(member).get(f"/clocks/{clock.pk}/").content.decode()
        assert (act in page, f"/clocks/{clock.pk}/pause/" in page) == (leads_there, False)
    old = client_of(desk.lead).post(f"/clocks/{clock.pk}/pause/", {"why": "机房停电检修"})
    assert (old.status_code, "own page" in unescape(old.content.decode())) == (409, True)
    assert client_of(desk.lead).post(f"/clocks/{clock.pk}/resume/").status_code == 409
    chosen = [one for one in client_of(desk.it).get(act).content.decode().split("<input") if "checked" in one]
    assert [one.count('value="on_site"') for one in chosen] == [1]
    desk.act(
        working.ask_back,
        ticket,
        by=desk.engineer,
        at=timezone.now(),
        why="x",
        who=WaitsOn.REPORTER,
        wakes_at=timezone.now() + HOUR,
    )
    done(desk, desk.it, ticket, "pause", why="机房停电检修", metric="on_site")
    assert (desk.clock(ticket, Metric.ON_SITE).due_at, desk.fresh(ticket).due_at) == (None, None)
    assert press(desk.it, ticket, "pause", why="x", metric="respond").status_code == 400


def test_a_time_by_agreement(world):
    """HRP-3: when somebody comes is agreed, within 24 hours at the latest."""
    desk = make_desk(world, "hrp")
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE, severity=Severity.C)
    done(desk, desk.it, ticket, "call-visit", why="远程看不出")
    time = (timezone.now() + 3 * HOUR).replace(second=0, microsecond=0)
    assert press(desk.it, ticket, "propose-time", metric="respond", time=field_time(time)).status_code == 400
    done(desk, desk.it, ticket, "propose-time", metric="on_site", time=field_time(time))
    assert desk.clock(ticket, Metric.ON_SITE).due_at != time
    assert "ticket_decide_time" not in found(desk, desk.it, ticket)
    assert found(desk, desk.engineer, ticket)["ticket_decide_time"] == ""
    assert press(desk.it, ticket, "decide-time", verdict="yes").status_code == 403
    assert desk.it.name in client_of(desk.engineer).get(f"/tickets/{ticket.pk}/decide-time/").content.decode()
    done(desk, desk.engineer, ticket, "decide-time", verdict="yes")
    assert desk.clock(ticket, Metric.ON_SITE).due_at == time
    assert f"agreed with {desk.it.name}" in client_of(desk.it).get(f"/tickets/{ticket.pk}/").content.decode()


def test_a_late_call_waits_for_the_other_sides_word(desk):
    call = Phoned(called_at=timezone.now() - 20 * MINUTE, caller="刘敏")
    severe = {"severity": Severity.A, "channel": Channel.PHONE, "at": timezone.now() - 5 * MINUTE}
    ticket = desk.report(call=call, by=desk.engineer, **severe)
    assert "ticket_agree_call" not in found(desk, desk.engineer, ticket)
    assert found(desk, desk.it, ticket)["ticket_agree_call"] == ""
    done(desk, desk.it, ticket, "dispute-call", why="是九点零五分打的")
    with desk.inside():
        assert Call.objects.get(ticket=ticket).disputed_why == "是九点零五分打的"
    assert press(desk.it, ticket, "agree-call").status_code == 302  # and says that nothing waits any more
    other = desk.report(call=call, by=desk.engineer, **severe)
    done(desk, desk.it, other, "agree-call")
    with desk.inside():
        assert Call.objects.get(ticket=other).agreed_at


def test_urging_and_withdrawing_are_the_reporters_too(desk):
    ticket = desk.report(at=timezone.now() - 5 * MINUTE)
    assert done(desk, desk.ward, ticket, "urge").urged_at
    assert "ten minutes" in found(desk, desk.ward, ticket)["ticket_urge"]
    assert done(desk, desk.ward, ticket, "withdraw", why="自己好了").state == State.WITHDRAWN
    assert set(found(desk, desk.it, ticket).values()) != {""}
    with desk.inside():
        assert not Clock.objects.filter(matter_id=ticket.matter_id, outcome=None).exists()


def test_the_hospital_confirms_an_arrival(desk, ticket):
    done(desk, desk.it, ticket, "call-visit", why="远程看不出")
    done(desk, desk.it, ticket, "arrived")
    with desk.inside():
        assert Visit.objects.get(ticket=ticket).proof == "hospital"
        said = Entry.objects.get(ticket=ticket, act="tickets.visit_arrived")
    assert desk.clock(ticket, Metric.ON_SITE).outcome == "met"
    with override("en"):
        assert sentence(said) == "is on site (the hospital confirmed it)"


def test_nobody_needs_to_come_any_more(desk, ticket):
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=timezone.now(), why="远程看不出")
    done(desk, desk.engineer, ticket, "drop-visit", why="远程已恢复")
    with desk.inside():
        assert Visit.objects.get(ticket=ticket).dropped_why == "远程已恢复"


ODD = [
    ("hand-over", {"why": ""}, "required"),
    ("hand-over", {"why": "a\x01b"}, "cannot be shown"),
    ("hand-over", {"why": "字" * 301}, "300"),
    ("ask-back", {"why": "等", "who": "", "wakes_at": "2999-01-01T00:00"}, "required"),
    ("ask-back", {"why": "等", "who": "nobody", "wakes_at": "2999-01-01T00:00"}, "not one of"),
    ("ask-back", {"why": "等", "wakes_at": "1999-01-01T00:00"}, "time to come"),
    ("ask-back", {"why": "等", "wakes_at": "9999-12-31T23:59"}, "year ahead"),
    ("ask-back", {"why": "等", "wakes_at": "next week"}, "valid date"),
    ("give", {"to": "00000000-0000-0000-0000-000000000000"}, "not one of"),
    ("give", {"to": "nobody"}, "not"),
    ("resolve", {"words": "好了", "cause": "magic", "remedy": "restarted"}, "not one of"),
    ("resolve", {"words": "", "cause": "", "remedy": ""}, "required"),
    ("propose-severity", {"severity": "Z", "why": "x"}, "not one of"),
    ("propose-category", {"item": "00000000-0000-0000-0000-000000000000", "why": "x"}, "not one of"),
]


@pytest.mark.parametrize(("name", "fields", "sentence"), ODD, ids=[f"{n} {s}" for n, _, s in ODD])
def test_what_is_odd_is_refused_beside_its_field(desk, ticket, name, fields, sentence):
    response = press(desk.engineer, ticket, name, **fields)
    page = unescape(response.content.decode())
    assert response.status_code == 400
    assert sentence in page
    for text in fields.values():  # nothing typed is lost
        assert text in ("nobody", "magic", "Z", "a\x01b") or text.startswith("0000") or text in page
    assert desk.fresh(ticket).state == State.WORKING


def test_a_foreign_colleague_cannot_be_sent(desk, ticket, world):
    """An id of somebody else's engineer is as good as none."""
    from servicedesk.tenancy.enums import Role
    from tests.world import make_member

    stranger = make_member(Role.VENDOR_ENGINEER, world.v2)
    assert press(desk.engineer, ticket, "give", to=stranger.pk).status_code == 400


def test_an_act_that_is_not_possible_any_more_keeps_what_was_typed(desk, ticket):
    done(desk, desk.colleague, ticket, "resolve", **SOLVED)
    response = press(desk.engineer, ticket, "hand-over", why="是网络的问题")
    page = unescape(response.content.decode())
    assert response.status_code == 409
    assert "是网络的问题" in page
    assert "A solution is on record" in page
