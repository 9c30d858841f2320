"""A major incident: its own matter, an update every so many minutes as a clock of its own, a review at the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicedesk.clocks.models import Clock, Step
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.world import make_member
from tickets.models import IncidentLine, MajorIncident, Participant, ReviewAction
from tickets.services import incidents

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FACTS = {"title": "全院影像中断", "why": "门诊与急诊均无法阅片", "every_minutes": 30}
REVIEW = {"happened": "归档存储写满", "impact": "门诊停诊两小时", "cause": "磁盘预警未配置", "lessons": "预警先行"}


@pytest.fixture
def incident(desk):
    return desk.act(incidents.declare_incident, desk.accepted(), by=desk.lead, at=AT + 5 * MINUTE, **FACTS)


def update_clock(desk, incident, **more):
    with desk.inside():
        return Clock.objects.get(matter_id=incident.matter_id, metric=Metric.UPDATE, is_standing=True, **more)


def test_it_has_a_matter_and_a_clock_of_its_own(desk, incident):
    clock = update_clock(desk, incident)
    assert (clock.due_at, clock.cycle, clock.assignee) == (AT + 35 * MINUTE, 1, desk.lead.pk)
    with desk.inside():
        matter = Matter.objects.get(pk=incident.matter_id)
        assert (matter.kind, matter.url) == ("incident", incident.get_absolute_url())
        assert matter.next_due_at == AT + 35 * MINUTE
        assert incident.matter_id != incident.ticket.matter_id
    assert "update" not in desk.clocks(incident.ticket)


def test_each_update_ends_a_turn_and_begins_the_next(desk, incident):
    """A late one is missed, and stays so."""
    desk.act(incidents.update_incident, incident, by=desk.engineer, at=AT + 20 * MINUTE, text="已切换备机")
    assert update_clock(desk, incident).due_at == AT + 50 * MINUTE
    desk.act(incidents.update_incident, incident, by=desk.engineer, at=AT + 60 * MINUTE, text="恢复一半")
    with desk.inside():
        rows = Clock.objects.filter(matter_id=incident.matter_id).order_by("cycle")
        assert list(rows.values_list("cycle", "outcome")) == [(1, "met"), (2, "missed"), (3, None)]
        assert update_clock(desk, incident).due_at == AT + 90 * MINUTE
        assert set(Participant.objects.values_list("name", flat=True)) == {desk.lead.name, desk.engineer.name}


def test_the_ladder_tells_whoever_leads(desk, incident):
    with desk.inside():
        steps = Step.objects.filter(clock__matter_id=incident.matter_id, fired_at=None).order_by("fire_at")
        assert [step.fire_at for step in steps] == [AT + 29 * MINUTE, AT + 35 * MINUTE]
    desk.act(incidents.take_lead, incident, by=desk.manager, at=AT + 6 * MINUTE)
    assert update_clock(desk, incident).assignee == desk.manager.pk
    desk.act(incidents.update_incident, incident, by=desk.manager, at=AT + 8 * MINUTE, text="我来牵头")
    assert update_clock(desk, incident).assignee == desk.manager.pk
    with pytest.raises(Refused, match="already"):
        desk.act(incidents.take_lead, incident, by=desk.manager, at=AT + 9 * MINUTE)


def test_both_sides_hear_of_it_at_once(desk, incident):
    for member in (desk.ward, desk.engineer):
        with desk.acting(member) as person:
            assert InboxItem.objects.visible_to(person).filter(kind="incident_declared").exists()


def test_one_open_incident_per_ticket_and_odd_ones_refused(desk, incident):
    with pytest.raises(Refused, match="already"):
        desk.act(incidents.declare_incident, incident.ticket, by=desk.lead, at=AT, **FACTS)
    ticket = desk.report()
    for odd in ({"title": " "}, {"why": ""}, {"every_minutes": 4}, {"every_minutes": 241}):
        with pytest.raises(Refused):
            desk.act(incidents.declare_incident, ticket, by=desk.lead, at=AT, **(FACTS | odd))


def test_taking_part_twice_corrects_what_one_does(desk, incident):
    desk.act(incidents.take_part, incident, by=desk.it, at=AT, does="通知病区")
    desk.act(incidents.take_part, incident, by=desk.it, at=AT, does="通知病区与门诊")
    with desk.inside():
        assert Participant.objects.get(member=desk.it.pk).does == "通知病区与门诊"
        assert IncidentLine.objects.filter(kind="joined").count() == 1


def test_somebody_without_an_account_is_named_by_either_side(desk, incident):
    """With their company, once; corrected by naming them again, taken back by their side where the name was wrong."""
    who = {"name": "张三", "organisation": "存储厂家"}
    for does in ("换板卡", "换控制器"):
        named = desk.act(incidents.name_participant, incident, by=desk.engineer, at=AT, does=does, **who)
    assert named.in_words == "张三 (存储厂家, 换控制器)"
    desk.act(incidents.name_participant, incident, by=desk.it, at=AT, name="李四")
    with pytest.raises(Refused, match="who"):
        desk.act(incidents.name_participant, incident, by=desk.it, at=AT, name=" ")
    with desk.inside():
        assert set(Participant.objects.filter(member=None).values_list("name", flat=True)) == {"张三", "李四"}
        lead = Participant.objects.get(member=desk.lead.pk)
    with pytest.raises(Refused, match="Whose side"):
        desk.act(incidents.take_name_back, named, by=desk.it, at=AT)
    for _again in range(2):  # two press at once: one line
        desk.act(incidents.take_name_back, named, by=desk.engineer, at=AT)
    with pytest.raises(Refused, match="account"):
        desk.act(incidents.take_name_back, lead, by=desk.it, at=AT)
    with desk.inside():
        said = list(IncidentLine.objects.exclude(kind="declared").values_list("kind", "text"))
        assert said == [("named", "张三 (存储厂家, 换板卡)"), ("named", "李四"), ("unnamed", "张三")]
    desk.act(incidents.update_incident, incident, by=desk.lead, at=AT + 6 * MINUTE, text="x")  # they are told nothing
    desk.act(incidents.end_incident, incident, by=desk.lead, at=AT + 7 * MINUTE, text="x")
    with pytest.raises(Refused, match="over"):
        desk.act(incidents.name_participant, incident, by=desk.it, at=AT, name="王五")


def test_its_end_ends_the_clock_and_opens_the_review(desk, incident):
    """PACS-19: what happened, impact, cause, what changes, by whom until when."""
    with pytest.raises(Refused, match="over first"):
        desk.act(incidents.write_review, incident, by=desk.lead, at=AT, seen=1, **REVIEW)
    ended = desk.act(incidents.end_incident, incident, by=desk.lead, at=AT + 30 * MINUTE, text="全部恢复")
    with desk.inside():
        assert not Clock.objects.filter(matter_id=incident.matter_id, outcome=None).exists()
        assert Matter.objects.get(pk=incident.matter_id).next_due_at is None
    with pytest.raises(Refused):
        desk.act(incidents.update_incident, incident, by=desk.it, at=AT + 31 * MINUTE, text="又坏了")
    fresh = desk.act(incidents.write_review, incident, by=desk.manager, at=AT, seen=ended.version, **REVIEW)
    assert (fresh.cause, fresh.reviewed_name) == ("磁盘预警未配置", desk.manager.name)
    with pytest.raises(Refused, match="kept") as refusal:
        desk.act(incidents.write_review, incident, by=desk.lead, at=AT, seen=ended.version, **REVIEW)
    assert refusal.value.code == "stale"
    due = (AT + timedelta(days=14)).date()
    facts = {"words": "配置磁盘预警", "side": Side.VENDOR, "who": "王工", "due_on": due}
    measure = desk.act(incidents.add_measure, incident, by=desk.lead, at=AT, **facts)
    desk.act(incidents.finish_measure, measure, by=desk.engineer, at=AT + timedelta(days=3))
    with desk.inside():
        assert ReviewAction.objects.get().done_name == desk.engineer.name


def test_another_vendor_sees_nothing_of_it(desk, incident, world):
    other = make_member(Role.VENDOR_ENGINEER, world.v2)
    other_hospital = make_member(Role.IT_LEAD, world.h2)
    for stranger in (other, other_hospital):
        with desk.acting(stranger) as person:
            assert not MajorIncident.objects.visible_to(person).exists()
            assert not IncidentLine.objects.exists()
    with desk.acting(desk.ward) as person:
        assert not MajorIncident.objects.visible_to(person).exists()
