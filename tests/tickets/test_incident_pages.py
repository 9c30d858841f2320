"""Incidents, emergency plans and their checklists in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from servicedesk.sla.promise import Channel, Severity
from tests.tickets.visits import go, signed_in
from tickets.models import EmergencyPlan, MajorIncident, Ticket
from tickets.services import emergencies

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_an_incident_from_declaring_to_its_printed_review(desk, now):
    ticket = desk.accepted(at=now - 30 * MINUTE)
    lead, engineer = signed_in(desk.lead), signed_in(desk.engineer)
    assert go(engineer, "declare_incident", ticket, title="x", why="x", every_minutes=30).status_code == 403
    assert go(lead, "declare_incident", ticket, title="全院中断", why="", every_minutes=30).status_code == 409
    assert go(lead, "declare_incident", ticket, title="全院中断", why="停诊", every_minutes=7).status_code == 409
    assert go(lead, "declare_incident", ticket, title="全院中断", why="停诊", every_minutes=30).status_code == 302
    with desk.inside():
        incident = MajorIncident.objects.get()
    assert go(engineer, "update_incident", incident, text=" ").status_code == 409
    assert go(engineer, "update_incident", incident, text="已切换备机").status_code == 302
    live = reverse("incident_live", args=[incident.pk])
    fresh = lead.get(live, {"seen": "1"})
    assert "已切换备机" in fresh.content.decode()
    assert lead.get(live, {"seen": "2"}).status_code == 204
    assert go(engineer, "join_incident", incident, does="查存储").status_code == 302
    assert "查存储" in lead.get(live, {"seen": "2"}).content.decode()  # who joined is seen by those who look on
    address = reverse("name_in_incident", args=[incident.pk])
    assert engineer.post(address, {"name": "a\x00"}).status_code == 409
    assert engineer.post(address, {"name": "张三", "organisation": "存储厂家"}).status_code == 302
    assert "张三（存储厂家）" in lead.get(incident.get_absolute_url()).content.decode()
    assert go(engineer, "lead_incident", incident).status_code == 302
    assert go(engineer, "end_incident", incident, text="好了").status_code == 403
    assert go(lead, "end_incident", incident, text="全部恢复").status_code == 302
    version = desk.fresh(incident).version
    review = {"happened": "写满", "impact": "停诊", "cause": "无预警", "seen": version}
    assert go(engineer, "review_incident", incident, **(review | {"cause": ""})).status_code == 409
    assert go(engineer, "review_incident", incident, **review).status_code == 302
    stale = go(lead, "review_incident", incident, **(review | {"happened": "我写的"}))
    assert stale.status_code == 409
    assert "我写的" in stale.content.decode()
    measure = {"words": "加预警", "side": "vendor", "who": "王工", "due_on": "2027-01-31"}
    assert go(lead, "add_measure", incident, **(measure | {"side": "moon"})).status_code == 409
    for odd in ("0001-01-01", "9999-12-31", "2026-02-30", ""):
        assert go(lead, "add_measure", incident, **(measure | {"due_on": odd})).status_code == 409
    assert go(lead, "add_measure", incident, **measure).status_code == 302
    printed = lead.get(reverse("print_incident", args=[incident.pk])).content.decode()
    for word in ("张三", "写满", "无预警", "加预警", "2027-01-31", "已切换备机"):
        assert word in printed


def test_the_plan_is_written_and_revised_in_the_browser(desk):
    client = signed_in(desk.it)
    url = reverse("revise_plan", args=[desk.contract.pk])
    steps = "院方 10分钟：启用手工登记\n\n厂商：切换备机\n通知临床: 科室主任"
    assert client.post(url, {"title": "预案", "steps": steps, "was": 0}).status_code == 302
    with desk.inside():
        plan = EmergencyPlan.objects.get()
    assert plan.steps == [
        {"words": "启用手工登记", "side": "hospital", "minutes": 10},
        {"words": "切换备机", "side": "vendor", "minutes": None},
        {"words": "通知临床: 科室主任", "side": "vendor", "minutes": None},
    ]
    form = client.get(url).context["form"]
    assert form.initial["steps"].splitlines()[0] == "1. 院方 10分钟：启用手工登记"
    stale = client.post(url, {"title": "预案", "steps": "别的", "was": 0, "why": "x"})
    assert (stale.status_code, "别的" in stale.content.decode()) == (409, True)
    assert client.post(url, {"title": "预案", "steps": "长" * 301, "was": 1, "why": "x"}).status_code == 409
    vendor = signed_in(desk.engineer)
    assert "启用手工登记" in vendor.get(reverse("emergency_plan", args=[desk.contract.pk])).content.decode()
    assert vendor.get(url).status_code == 403


def test_the_checklist_and_the_tasks_are_ticked_on_the_ticket(desk, now):
    from tickets.panels_linked import emergency, hospital_tasks
    from tickets.plans import Step

    facts = {"title": "预案", "steps": [Step("启用备机")], "was": 0}
    desk.act(emergencies.revise_plan, desk.contract, by=desk.it, at=now, **facts)
    ticket = desk.report(severity=Severity.ONE, channel=Channel.PHONE, at=now)
    with desk.acting(desk.it) as person:
        panel, tasks = emergency(ticket, person, now), hospital_tasks(ticket, person, now)
    assert (len(panel["ticks"]), panel["done"], panel["may_tick"]) == (1, 0, True)
    assert tasks["tasks"]
    engineer = signed_in(desk.engineer)
    assert go(engineer, "tick_plan_step", panel["ticks"][0], done="yes").status_code == 302
    assert go(engineer, "do_hospital_task", tasks["tasks"][0], done="yes").status_code == 403
    assert go(signed_in(desk.it), "do_hospital_task", tasks["tasks"][0], done="yes").status_code == 302
    assert go(signed_in(desk.it), "add_hospital_task", ticket, words="腾机房").status_code == 302
    with desk.acting(desk.ward) as person:
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert hospital_tasks(ticket, person, now) is None
        assert emergency(ticket, person, now) is None
