"""PACS-12, HRP-11: a register of interfaces per system; tickets point at one, and what failed there is counted."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contracts.models import System
from tests.accounts.people import browser_of
from tests.tickets.closing import SOLVED, sign_handed
from tests.tickets.test_report_pages import given, tickets
from tests.tickets.test_scanning import stick_open, targets_of_sticker
from tickets.services import solving, working

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def interface(desk) -> System:
    """Written into the register on the contract's page, by its vendor."""
    manager = browser_of(desk.manager)
    path = f"/contracts/{desk.contract.pk}/systems/"
    formset = manager.get(path).context["formset"]
    sent = {field.html_name: field.value() for field in formset.management_form}
    for form in formset.forms:
        sent |= {field.html_name: field.value() or "" for field in form}
    blank = formset.forms[-1].prefix
    whole = formset.forms[0].instance
    sent |= {f"{blank}-name": "检查登记接口", f"{blank}-interface_to": "HIS"}
    refused = manager.post(path, sent)
    assert "接口属于某个系统" in unescape(refused.content.decode())
    assert manager.post(path, sent | {f"{blank}-part_of": str(whole.pk)}).status_code == 302
    with desk.inside():
        return System.objects.get(name="检查登记接口")


def test_an_interface_is_of_a_system(desk, interface):
    assert (interface.interface_to, interface.part_of.contract_id) == ("HIS", desk.contract.pk)
    with desk.inside(), pytest.raises(IntegrityError, match="interface_is_of_a_system"), transaction.atomic():
        System.objects.filter(pk=interface.pk).update(part_of=None)
    page = unescape(browser_of(desk.it).get(f"/contracts/{desk.contract.pk}/").content.decode())
    assert "⇄ HIS" in page


def test_a_ticket_points_at_it_and_its_record_is_counted(desk, interface):
    """The hospital's IT chooses it; a ward, who knows the system alone, is not asked for it."""
    it = browser_of(desk.it)
    it.post("/report/", given(desk, system=str(interface.pk), title="登记信息传不过来"))
    (ticket,) = tickets(desk)
    assert ticket.system_id == interface.pk
    for member in (desk.it, desk.engineer):
        page = unescape(browser_of(member).get(f"/tickets/{ticket.pk}/").content.decode())
        assert "<dt>接口</dt>" in page
        assert f"{interface.part_of.name} › 检查登记接口 ⇄ HIS" in page
    assert "检查登记接口" not in browser_of(desk.ward).get("/report/").content.decode()
    offered = [target.name for target in targets_of_sticker(desk, stick_open(desk))]
    assert (interface.name in offered, interface.part_of.name in offered) == (False, True)
    now = timezone.now()
    other = desk.accepted(at=now - 20 * MINUTE)
    desk.act(working.accept, ticket, by=desk.engineer, at=now)
    for each in (ticket, other):
        desk.act(solving.resolve, each, by=desk.engineer, at=now, **SOLVED)
        sign_handed(desk, each, at=now)
        desk.act(solving.confirm, each, by=desk.it, at=now)
    listed = it.get("/records/", {"contract": str(desk.contract.pk), "kind": "interface"}).content.decode()
    assert (ticket.number in listed, other.number in listed) == (True, False)
    assert it.get("/records/", {"contract": str(desk.contract.pk)}).context["figures"]["interfaces"] == 1
