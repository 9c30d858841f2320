"""PACS-2: the service catalogue says who may report which kind of service, in the form, by programs and by hand."""

from __future__ import annotations

from html import unescape

import pytest

from contracts.models import CatalogueItem
from servicedesk.sla.promise import Channel
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.tickets.people import Desk
from tests.tickets.test_report_pages import browser, given, text, tickets

pytestmark = pytest.mark.django_db
REGISTRATION = "registration"  # 注册码延期


def only_the_lead_reports(desk: Desk) -> None:
    """On the contract's page, by the hospital's lead."""
    page = f"/contracts/{desk.contract.pk}/catalogue/"
    lead = browser(desk.lead)
    formset = lead.get(page).context["formset"]
    typed: dict[str, object] = {field.html_name: field.value() for field in formset.management_form}
    for form in formset.forms:
        typed |= {field.html_name: field.value() for field in form if field.value() is not None}
        if form.instance.category == REGISTRATION:
            typed[form["roles"].html_name] = [Role.IT_LEAD.value]
    assert lead.post(page, typed).url == f"/contracts/{desk.contract.pk}/"


def test_the_lead_says_who_may_report_a_kind_and_nobody_else_is_offered_it(desk: Desk) -> None:
    with desk.inside():
        name = CatalogueItem.objects.get(contract=desk.contract, category=REGISTRATION).name
    assert name in unescape(text(browser(desk.ward).get("/report/")))
    only_the_lead_reports(desk)
    with desk.inside():
        roles = dict(CatalogueItem.objects.filter(contract=desk.contract).values_list("category", "roles"))
    assert roles[REGISTRATION] == [Role.IT_LEAD.value]
    assert Role.WARD_REPORTER.value in roles["fault"]
    for member, offered in ((desk.ward, False), (desk.it, False), (desk.lead, True)):
        assert (name in unescape(text(browser(member).get("/report/")))) is offered
    said = text(browser(desk.ward).post("/report/", given(desk, category=REGISTRATION)))
    assert 'value="阅片工作站无法调图"' in said
    assert tickets(desk) == []


def test_the_service_refuses_what_the_form_does_not_offer(desk: Desk) -> None:
    """Programs come past the form; the vendor writes a call down for whoever called."""
    only_the_lead_reports(desk)
    for member in (desk.ward, desk.it):
        with pytest.raises(Refused, match="service catalogue says who does"):
            desk.report(by=member, category=REGISTRATION)
    assert desk.report(by=desk.lead, category=REGISTRATION, at=AT).category == REGISTRATION
    assert desk.report(by=desk.engineer, category=REGISTRATION, channel=Channel.PHONE).category == REGISTRATION
