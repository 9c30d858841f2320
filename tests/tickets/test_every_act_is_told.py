"""The closed list of acts that programs are told of: each is done once, and each leads to an event of its own, once per
party and to nobody else. SMART-11."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from servicedesk.audit.enums import Act
from servicedesk.notices import nudge as nudging
from servicedesk.notices.acts import KEPT_INSIDE, ON_CLOCKS, ON_TICKETS, TOLD
from servicedesk.notices.notify import publish
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Side
from tests.clocks.examples import AT
from tests.contracts.people import in_force
from tests.tickets.closing import closed, handed, resolved, sign_handed
from tests.tickets.people import make_desk
from tests.tickets.test_api_events import acts, subscribe, told
from tickets.enums import LinkKind, Proof, WaitsOn
from tickets.models import HospitalTask, MajorIncident, Objection, PlanTick, ReviewAction
from tickets.plans import Step
from tickets.services import (
    attaching,
    calls,
    elsewhere,
    emergencies,
    incidents,
    levels,
    linking,
    outages,
    queueing,
    recurring,
    remote,
    siblings,
    signing,
    solving,
    splitting,
    timing,
    visiting,
    waiving,
    working,
)
from tickets.services.calls import Phoned
from tickets.services.remote import Wish
from tickets.services.scanning import hit_of, say_me_too

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_is_handed_over(monkeypatch):
    monkeypatch.setattr(nudging, "_silent_until", float("inf"))


@pytest.fixture
def hrp(world):
    desk = make_desk(world, "hrp")
    turn = SimpleNamespace(n=0)

    def act(service, subject, *, by=desk.it, **more):
        turn.n += 1
        return desk.act(service, subject, by=by, at=AT + 5 * MINUTE + turn.n * timedelta(seconds=1), **more)

    desk.do = act
    return desk


def daily(desk):
    ticket, other = desk.accepted(), desk.report()
    desk.do(working.urge, ticket)
    urged_at = desk.fresh(ticket).urged_at
    desk.do(queueing.take_urge_back, ticket, before=None, urged_at=urged_at)
    desk.do(attaching.attach, ticket, uploads=[SimpleUploadedFile("a.log", b"2026 error")])
    desk.do(working.say, ticket, text="见附件")
    desk.do(working.give, ticket, to=desk.colleague, by=desk.engineer)
    seen = desk.fresh(ticket).version
    desk.do(queueing.take_giving_back, ticket, before=desk.engineer, seen=seen, by=desk.manager)
    desk.do(working.ask_back, ticket, why="截图", who=WaitsOn.REPORTER, wakes_at=AT + 9 * HOUR, by=desk.engineer)
    desk.do(working.go_on, ticket, by=desk.engineer)
    desk.do(working.hand_over, ticket, why="不是我们的", by=desk.engineer)
    desk.do(working.give_back, ticket, why="是你们的")
    desk.do(working.pause, ticket, why="停机窗口")
    desk.do(working.resume, ticket)
    desk.do(working.withdraw, other, why="误报")
    desk.do(elsewhere.set_number_elsewhere, ticket, number="OA-1", source="oa")
    with desk.inside():
        item = desk.contract.catalogue.exclude(category="fault").first()
    desk.do(levels.change_category, desk.report(), item=item, why="是需求")


def phoned(desk):
    late = {"called_at": AT - 2 * HOUR, "caller": "刘敏"}
    for word in (calls.agree_to_call, calls.dispute_call):
        ticket = desk.report(channel=Channel.PHONE, call=Phoned(**late))
        more = {"why": "没有打过"} if word is calls.dispute_call else {}
        with desk.inside():
            call = ticket.call_set.get()
        desk.do(word, call, by=desk.engineer, **more)
        desk.do(calls.log_call, ticket, call=Phoned(called_at=AT, caller="刘敏"))


def severities(desk):
    for granted in (True, False):
        ticket = desk.accepted()
        wish = desk.do(levels.propose_severity, ticket, severity=Severity.C, why="单机", by=desk.engineer)
        desk.do(levels.decide_wish, wish, is_granted=granted, said="维持")
        other = desk.contract.catalogue.exclude(category=ticket.category).first()
        wish = desk.do(levels.propose_category, ticket, item=other, why="是需求", by=desk.engineer)
        desk.do(levels.decide_wish, wish, is_granted=granted, said="维持")
    desk.do(levels.change_severity, desk.report(), severity=Severity.ONE, why="全院停诊")  # waits for its call


def visits(desk):
    ticket = desk.accepted()
    visit = desk.do(visiting.call_for_visit, ticket, why="远程看不出")
    desk.do(timing.move_start_to_call, ticket, why="院方同意")
    for granted in (False, True):
        wish = desk.do(timing.propose_time, ticket, metric=Metric.ON_SITE, time=AT + 5 * HOUR)
        desk.do(timing.decide_time, ticket, wish=wish, is_granted=granted, by=desk.engineer)
    for granted in (False, True):
        asked = {"metric": Metric.ON_SITE, "solved_at": AT + 5 * MINUTE, "why": "远程可解决"}
        desk.do(waiving.ask_waiver, ticket, by=desk.engineer, **asked)
        desk.do(waiving.decide_waiver, ticket, metric=Metric.ON_SITE, is_granted=granted, said="仍需", by=desk.lead)
    desk.do(visiting.dispatch, visit, engineer=desk.engineer, by=desk.engineer)
    desk.do(visiting.arrive, visit, where="机房", proof=Proof.PLACE, by=desk.engineer)
    desk.do(visiting.leave, visit, work="换了网线", by=desk.engineer)
    again = desk.do(visiting.call_for_visit, ticket, why="又不行")
    desk.do(visiting.drop, again, why="远程好了", by=desk.engineer)


def endings(desk):
    ticket = resolved(desk)
    desk.do(signing.make_link, ticket)
    for upheld in (False, True):
        with desk.acting(desk.engineer) as person:
            signing.refuse_to_sign(ticket, why="又卡了", signer=handed(person), at=AT + 2 * HOUR)
        with desk.inside():
            objection = Objection.objects.get(decided_at=None)
        desk.do(signing.decide_objection, objection, is_upheld=upheld, said="已验证")
    other = resolved(desk)
    sign_handed(desk, other)
    desk.do(solving.confirm, other)


def emergency(desk):
    plan = {"title": "预案", "steps": [Step("手工登记", Side.HOSPITAL, 10)], "was": 0}
    desk.do(emergencies.revise_plan, desk.contract, **plan)
    ticket = desk.accepted()
    desk.do(levels.mark_emergency, ticket, why="全院")
    desk.do(solving.start_emergency_service, ticket, by=desk.engineer)
    desk.do(solving.work_around, ticket, words="手工", by=desk.engineer)
    desk.do(emergencies.set_task, ticket, words="启用备用")
    with desk.inside():
        step, task = PlanTick.objects.get(ticket=ticket), HospitalTask.objects.get(words="启用备用")
    for is_done in (True, False):
        desk.do(emergencies.tick, step, is_done=is_done)
        desk.do(emergencies.do_task, task, is_done=is_done)


def together(desk):
    first, second = desk.accepted(), desk.report(at=AT + MINUTE)
    row = desk.do(linking.link, first, other=second, kind=LinkKind.RELATED)
    desk.do(linking.unlink, row)
    desk.do(linking.merge, second, into=first, why="同一台")
    desk.do(linking.undo_merge, second)
    desk.do(splitting.split, first, part=splitting.Part("打印机"))
    desk.do(outages.put_under, second, parent=first)
    desk.do(outages.take_out, second)
    outage = desk.do(outages.announce_outage, first, title="全院停")
    with desk.acting(desk.ward) as person:
        say_me_too(first, hit_of(person), by=person, at=AT + HOUR)
    desk.do(outages.end_outage, outage)
    contract, _, _ = in_force(desk.world.h1, desk.world.v2, "smart")
    facts = {"category": "fault", "title": "链路丢包"}
    sibling = desk.do(siblings.open_sibling, first, contract=contract, **facts)
    desk.do(siblings.say_turn, first, number=sibling.number, words="请先查")


def returns(desk):
    with desk.inside():
        owners = {"hospital": desk.contract.hospital, "vendor": desk.contract.vendor}
        system = desk.contract.systems.create(**owners, name="HRP-2")
    earlier = closed(desk, system=system)
    again = desk.report(system=system, at=AT + 4 * HOUR)
    desk.act(recurring.say_same, again, by=desk.it, at=AT + 5 * HOUR, earlier=earlier)
    desk.act(recurring.say_different, again, by=desk.it, at=AT + 5 * HOUR, earlier=earlier)


def major(desk):
    ticket = desk.accepted()
    incident = desk.do(incidents.declare_incident, ticket, title="全院停", why="无法发药", by=desk.lead)
    desk.do(incidents.take_part, incident, by=desk.engineer)
    desk.do(
        incidents.take_name_back,
        desk.do(incidents.name_participant, incident, name="张三", by=desk.engineer),
        by=desk.engineer,
    )
    desk.do(incidents.take_lead, incident, by=desk.it)
    desk.do(incidents.update_incident, incident, text="已定位")
    desk.do(incidents.end_incident, incident, text="好了", by=desk.lead)
    with desk.inside():
        version = MajorIncident.objects.get().version
    review = {"happened": "x", "impact": "y", "cause": "z", "seen": version}
    desk.do(incidents.write_review, incident, **review)
    day = (AT + timedelta(days=9)).date()
    desk.do(incidents.add_measure, incident, words="加告警", side=Side.VENDOR, who="王工", due_on=day)
    with desk.inside():
        measure = ReviewAction.objects.get()
    desk.do(incidents.finish_measure, measure)


def from_afar(desk):
    """With a ticket and without one."""
    for ticket in (desk.accepted(), None):
        wish = {"contract": desk.contract, "what": "数据库", "why": "慢查询", "minutes": 60, "ticket": ticket}
        first, second, third, last = (desk.do(remote.ask_remote, Wish(**wish), by=desk.engineer) for _ in range(4))
        desk.do(remote.refuse_remote, first, said="夜里不行")
        desk.do(remote.grant_remote, second, minutes=30)
        desk.do(remote.start_remote, second, by=desk.engineer)
        desk.do(remote.end_remote, second, work="加了索引", by=desk.engineer)
        desk.do(remote.grant_remote, third, minutes=30)
        desk.do(remote.revoke_remote, third, why="手术中")
        desk.do(remote.grant_remote, last, minutes=30)
        with desk.inside():
            remote.tell_ran_out(last.pk, at=AT + 20 * HOUR)


WALKS = (daily, phoned, severities, visits, endings, emergency, together, returns, major, from_afar)


def test_each_act_of_the_list_leads_to_an_event(hrp):
    programs = [subscribe(organisation) for organisation in (hrp.world.h1, hrp.world.v1)]
    strangers = [subscribe(organisation) for organisation in (hrp.world.h2, hrp.world.h3)]
    for walk in WALKS:
        walk(hrp)
    for program in programs:
        found = Counter(acts(program))
        assert [act.value for act in TOLD if not found[act.value]] == []
        assert set(found) <= {act.value for act in TOLD}
    assert [told(program) for program in strangers] == [[], []]
    messages = told(programs[0])
    assert len({message.event_key for message in messages}) == len(messages)
    assert all({"act", "matter", "by_side", "by_token"} <= set(message.words) for message in messages)
    afar = [message for message in messages if message.words["act"] == "tickets.remote_asked"]
    assert Counter("ticket" in message.words for message in afar) == {True: 4, False: 4}


def test_the_list_is_closed():
    """A new act of tickets is told unless it is said here that it stays inside."""
    ours = {act for act in Act if act.value.startswith("tickets.")}
    assert set(ON_TICKETS) | KEPT_INSIDE == ours
    assert not set(ON_TICKETS) & KEPT_INSIDE
    assert {act.value.partition(".")[0] for act in ON_CLOCKS} == {"clocks"}


def test_what_is_not_on_the_list_is_told_to_nobody(desk):
    ticket = desk.report()
    with desk.inside(), pytest.raises(ValueError, match="list of acts"):
        publish("x", Act.NOTE_WRITTEN, subject=ticket, words={"matter": "x"}, url="/x", at=AT)


def test_a_machine_knows_its_own_echo(desk, hospital):
    program = subscribe(desk.world.h1)
    pk = hospital.report(desk.contract).json()["id"]
    desk.report()
    assert [message.words["by_token"] for message in told(program)] == [str(hospital.token.pk), ""]
    assert told(program)[0].words["ticket"] == pk
