"""HRP-4: the hospital's plan, versioned, as a checklist in an emergency. PACS-16: 客户措施 as tasks of the hospital."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from contracts.models import Level
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tests.tickets.visits import signed_in
from tickets.forms.emergency import PlanForm
from tickets.models import EmergencyPlan, HospitalTask, PlanTick
from tickets.plans import Step, changes, current_plan
from tickets.services import emergencies, levels, solving

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
STEPS = [Step("启用手工登记", Side.HOSPITAL, 10), Step("切换备用数据库", Side.VENDOR, 30)]


def revised(desk, *, was=0, by=None, **more):
    facts = {"title": "HRP应急预案", "steps": STEPS, "why": "演练后调整"} | more
    return desk.act(emergencies.revise_plan, desk.contract, by=by or desk.it, at=AT, was=was, **facts)


def ticks(desk, ticket):
    with desk.inside():
        rows = PlanTick.objects.filter(ticket=ticket)
        return list(rows.values_list("place", "words", "side", "minutes", "done_name"))


@pytest.fixture
def hrp(world):
    return make_desk(world, "hrp")


def test_each_revision_is_a_version_and_says_why(desk):
    revised(desk, why="")
    with pytest.raises(Refused, match="Nothing"):
        revised(desk, was=1)
    with pytest.raises(Refused, match="why"):
        revised(desk, was=1, steps=STEPS[:1], why=" ")
    with pytest.raises(Refused, match="meanwhile"):
        revised(desk, was=0, steps=STEPS[:1])
    with pytest.raises(Forbidden):
        revised(desk, was=1, by=desk.engineer)
    for odd in ({"title": " "}, {"steps": []}, {"steps": STEPS * 21}):
        with pytest.raises(Refused):
            revised(desk, was=1, **odd)
    assert revised(desk, was=1, steps=STEPS[:1]).version == 2
    with desk.inside():
        assert EmergencyPlan.objects.count() == 2
        assert EmergencyPlan.history.count() == 2
        assert current_plan(desk.contract).version == 2


def test_two_versions_stand_side_by_side():
    """HRP-4: worded anew, dropped, added, and what stays; an inserted step makes no other one new."""
    manual, switch = STEPS
    called, anew = Step("逐一电话通知急诊与手术室"), Step("切换至备用数据库服务器", Side.VENDOR, 20)
    found = changes([manual, switch, Step("抄录纸质单")], [called, manual, anew])
    assert [(one.old and one.old[0], one.new and one.new[0], one.is_same) for one in found] == [
        (None, 1, False), (1, 2, True), (2, 3, False), (3, None, False),
    ]  # fmt: skip
    assert changes([], []) == []


def test_the_page_says_what_changed_and_compares_with_any_version(desk):
    manual, switch = STEPS
    for was, steps in enumerate(([manual], [manual, switch], [Step("启用手工登记本", Side.HOSPITAL, 5), switch])):
        plan = revised(desk, was=was, steps=steps)
    client = signed_in(desk.engineer)
    page = client.get(reverse("emergency_plan", args=[desk.contract.pk])).content.decode()
    said = page.partition('id="changes"')[2].partition("</ul>")[0]
    assert ("与 V2 比较" in said, "启用手工登记本" in said, "切换备用数据库" in said) == (True, True, False)
    for against, shown in (("1", "V1"), ("9", "V2"), ("x", "V2")):
        page = client.get(reverse("emergency_plan_version", args=[plan.pk]), {"against": against}).content.decode()
        assert f"与 {shown} 比较" in page


ON_PAPER = """影像系统应急预案
一、 院方 10分钟：通知全院改用手工登记
   急诊、手术室由总值班逐一电话确认
二、厂商 30分钟：切换到备用归档服务器

（三）核对最近 1.5 小时的影像
1.5 小时内补传完毕"""


def test_a_plan_is_written_as_one_page_and_pasted_as_it_stands():
    """HRP-4: numbers begin steps, what follows belongs to them; written out again, it is the same plan."""
    form = PlanForm({"title": "预案", "steps": ON_PAPER, "was": 0})
    assert form.is_valid(), form.errors
    heading, first, second, third = form.cleaned_data["steps"]
    assert heading == Step("影像系统应急预案")
    assert first == Step("通知全院改用手工登记\n急诊、手术室由总值班逐一电话确认", Side.HOSPITAL, 10)
    assert second == Step("切换到备用归档服务器", Side.VENDOR, 30)
    assert third.words == "核对最近 1.5 小时的影像\n1.5 小时内补传完毕"
    plan = EmergencyPlan(title="预案", version=1, steps=[step.stored() for step in form.cleaned_data["steps"]])
    again = PlanForm({**PlanForm.of(plan, "").initial, "why": "x"})
    assert again.is_valid(), again.errors
    assert again.cleaned_data["steps"] == form.cleaned_data["steps"]


def test_a_list_without_numbers_is_a_step_a_line():
    form = PlanForm({"title": "预案", "steps": "启用手工登记\n3号楼：切换\n\n院方：签字", "was": 0})
    assert form.is_valid()
    assert form.cleaned_data["steps"] == [Step("启用手工登记"), Step("3号楼：切换"), Step("签字", Side.HOSPITAL)]


def test_the_plan_becomes_a_checklist_and_a_revision_leaves_it(hrp):
    """HRP-4: an emergency lays out the plan as it is; who ticked what and when stays."""
    revised(hrp)
    ticket = hrp.accepted()
    assert ticks(hrp, ticket) == []
    hrp.act(levels.mark_emergency, ticket, by=hrp.it, at=AT + 3 * MINUTE, why="工资无法发放")
    assert [row[1] for row in ticks(hrp, ticket)] == ["启用手工登记", "切换备用数据库"]
    with hrp.inside():
        first, second = PlanTick.objects.filter(ticket=ticket)
    hrp.act(emergencies.tick, first, by=hrp.it, at=AT + 4 * MINUTE, is_done=True)
    hrp.act(emergencies.tick, second, by=hrp.engineer, at=AT + 5 * MINUTE, is_done=True)
    hrp.act(emergencies.tick, second, by=hrp.it, at=AT + 6 * MINUTE, is_done=True)
    revised(hrp, was=1, steps=[Step("全新的一步")])
    assert hrp.clock(ticket, Metric.EMERGENCY).outcome is None
    hrp.act(solving.start_emergency_service, ticket, by=hrp.engineer, at=AT + 10 * MINUTE)
    assert [(row[1], row[4]) for row in ticks(hrp, ticket)] == [
        ("启用手工登记", hrp.it.name),
        ("切换备用数据库", hrp.engineer.name),
    ]
    with hrp.inside():
        assert PlanTick.objects.get(pk=second.pk).done_at == AT + 5 * MINUTE
    hrp.act(emergencies.tick, first, by=hrp.engineer, at=AT + 11 * MINUTE, is_done=False)
    with hrp.inside():
        assert PlanTick.objects.get(pk=first.pk).done_at is None


def test_severity_one_lays_it_out_by_itself(desk):
    revised(desk)
    grave = desk.report(severity=Severity.ONE, channel=Channel.PHONE)
    less = desk.report(severity=Severity.A, channel=Channel.PHONE)
    assert len(ticks(desk, grave)) == 2
    assert ticks(desk, less) == []


def test_what_the_contract_asks_of_the_hospital_stands_as_tasks(desk):
    """PACS-16: 客户措施 of severity A, word for word, done by whom and when; B asks for none by itself."""
    ticket = desk.report(severity=Severity.A, channel=Channel.PHONE)
    with desk.inside():
        words = Level.objects.get(contract=desk.contract, severity="A").hospital_acts
        tasks = list(HospitalTask.objects.filter(ticket=ticket))
    assert tasks
    assert all(task.words in words for task in tasks)
    task = desk.act(emergencies.do_task, tasks[0], by=desk.it, at=AT + 5 * MINUTE, is_done=True)
    assert (task.done_name, task.done_at) == (desk.it.name, AT + 5 * MINUTE)
    with pytest.raises(Forbidden):
        desk.act(emergencies.do_task, tasks[0], by=desk.engineer, at=AT, is_done=False)
    light = desk.report(severity=Severity.B)
    with desk.inside():
        assert not HospitalTask.objects.filter(ticket=light).exists()


def test_a_raised_severity_adds_its_tasks_and_the_hospital_its_own(desk):
    ticket = desk.report(severity=Severity.B)
    desk.raised(ticket, Severity.A, at=AT + MINUTE)
    with desk.inside():
        count = HospitalTask.objects.filter(ticket=ticket).count()
    assert count
    due = AT + timedelta(hours=1)
    own = desk.act(emergencies.set_task, ticket, by=desk.it, at=AT, words="腾出机房钥匙", due_at=due)
    assert (own.place, own.severity, own.due_at) == (count + 1, "", due)
    with pytest.raises(Refused):
        desk.act(emergencies.set_task, ticket, by=desk.it, at=AT, words=" ")
