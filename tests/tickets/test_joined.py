"""The parts of the room together on a ticket's page: what one of them has, whoever it is for finds there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Role
from tests.tickets.closing import HOUR, resolved, sign_handed
from tests.tickets.people import Desk, make_desk
from tests.tickets.test_report_pages import browser, given, text, tickets
from tests.world import World, make_member
from tickets.models import Ticket
from tickets.services import recurring, solving
from tickets.services.elsewhere import set_number_elsewhere
from tickets.services.scanning import AlsoHit, say_me_too

pytestmark = pytest.mark.django_db
LOG = "归档服务超时\n".encode()


def page(member, ticket: Ticket) -> str:
    """With what is fetched once it comes into sight."""
    visit = browser(member).get
    return text(visit(ticket.get_absolute_url())) + text(visit(reverse("ticket_around", args=[ticket.pk])))


def way(name: str, ticket: Ticket) -> str:
    return f'"{reverse(name, args=[ticket.pk])}"'


def test_what_came_with_the_report_is_there_to_be_opened(desk: Desk) -> None:
    """PACS-14: the problem's log, for who looks at it from afar, and for the hospital's IT."""
    radiology = desk.world.radiology[desk.world.h1.id]
    sent = given(desk, department=radiology.pk, file=[SimpleUploadedFile("问题.log", LOG)])
    browser(desk.ward).post("/report/", sent)
    (ticket,) = tickets(desk)
    for member in (desk.engineer, desk.it):
        said = page(member, ticket)
        (href,) = re.findall(r'href="(/files/[^"]+)">[^\n]*问题\.log', said)
        answer = browser(member).get(href)
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, LOG)
        assert way("ticket_files", ticket) in said
    (href,) = re.findall(r'href="(/files/[^"]+)">[^\n]*问题\.log', page(desk.ward, ticket))
    assert browser(desk.ward).get(href).status_code == 200  # its own, and no other's
    colleague = make_member(Role.WARD_REPORTER, desk.world.h1, department=radiology)
    assert "问题.log" not in page(colleague, ticket)
    assert browser(colleague).get(href).status_code == 404


def test_what_is_added_later_is_a_line_of_the_stream(desk: Desk) -> None:
    """By page and by program; a refused file leaves neither file nor line."""
    ticket = desk.accepted(at=timezone.now())
    files, it = reverse("ticket_files", args=[ticket.pk]), browser(desk.it)
    assert it.post(f"{files}add/").status_code == 409
    nasty = [SimpleUploadedFile("x.log", LOG), SimpleUploadedFile("a.png", b"MZ no picture")]
    assert "x.log" not in it.post(f"{files}add/", {"file": nasty}).content.decode()
    assert it.post(f"{files}add/", {"file": SimpleUploadedFile("归档.log", LOG)}).status_code == 302
    said = page(desk.engineer, ticket)
    assert "added: 归档.log" in said
    assert "归档.log" in text(it.get(files))
    assert "归档.log" not in text(browser(desk.ward).get(files))


def test_each_finds_their_way_to_the_end(desk: Desk) -> None:
    """PACS-8, SMART-10, HRP-6: to hand over, to sign, to confirm, to the record."""
    ticket = resolved(desk, at=timezone.now() - 2 * HOUR)
    assert way("sign_here", ticket) in page(desk.engineer, ticket)
    assert way("make_signing_link", ticket) in page(desk.it, ticket)
    assert way("sign", ticket) in page(desk.ward, ticket)
    sign_handed(desk, ticket, at=timezone.now())
    assert way("ticket_confirm", ticket) in page(desk.it, ticket)
    assert "Waits for the confirmation" in page(desk.engineer, ticket)
    desk.act(solving.confirm, ticket, by=desk.it, at=timezone.now())
    for member in (desk.it, desk.engineer):
        assert re.search(r'"/records/[^"]+"', page(member, ticket))


def test_a_fault_that_is_back_is_seen_on_both(desk: Desk) -> None:
    """ICU-2"""
    with desk.inside():
        system = desk.contract.systems.first()
    earlier = resolved(desk, at=timezone.now() - 9 * HOUR, system=system)
    sign_handed(desk, earlier, at=timezone.now() - 8 * HOUR)
    desk.act(solving.confirm, earlier, by=desk.it, at=timezone.now() - 7 * HOUR)
    again = desk.report(at=timezone.now() - HOUR, system=system)
    assert way("say_recurrence", again) in page(desk.engineer, again)
    desk.act(recurring.say_same, again, by=desk.it, at=timezone.now(), earlier=desk.fresh(earlier))
    assert f'Return of <a href="{earlier.get_absolute_url()}">' in page(desk.engineer, again)
    assert f'Came back as <a href="{again.get_absolute_url()}">' in page(desk.it, earlier)


def test_who_is_hit_as_well_and_what_it_is_called_elsewhere(desk: Desk) -> None:
    """ALL-6, SMART-11"""
    ticket = desk.accepted(at=timezone.now() - HOUR)
    with desk.inside():
        hit = AlsoHit(desk.ward.pk, where="急诊阅片室", phone="8120")
        say_me_too(ticket, hit, by=None, at=timezone.now())
    desk.act(set_number_elsewhere, ticket, by=desk.it, at=timezone.now(), number="OA-17", source="oa")
    for member in (desk.engineer, desk.it):
        said = page(member, ticket)
        assert "急诊阅片室" in said
        assert "8120" in said
        assert "OA-17" in said
    assert way("number_elsewhere", ticket) in page(desk.it, ticket)


def test_a_consultation_is_answered_within_the_hour(world: World) -> None:
    """ICU-1, ICU-16: what the contract names is there to be picked, and promised as it says."""
    icu = make_desk(world, "icu")
    with icu.inside():
        (item,) = icu.contract.catalogue.filter(name="软件咨询")
        key = str((icu.contract.systems.first() or icu.contract).pk)
    typed = given(icu, system=key, category=item.category, title="医嘱模板怎么改", severity="")
    assert browser(icu.it).post("/report/", typed).status_code == 302
    (ticket,) = tickets(icu)
    respond = icu.clock(ticket, Metric.RESPOND)
    assert (ticket.category_name, respond.due_at - ticket.reported_at) == ("软件咨询", timedelta(hours=1))
    assert list(icu.clocks(ticket)) == ["respond"]
