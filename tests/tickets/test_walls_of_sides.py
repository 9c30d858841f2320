"""What one side keeps to itself the other learns by no way: not by the trail, not by a sticker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicedesk.audit.models import Record
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.refusals import Forbidden
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.tickets.test_scanning import scan, stick
from tickets.at_place import targets_at
from tickets.known import announced_at, similar_lately
from tickets.services import outages, working
from tickets.symptoms import Symptom

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)
NOTE = "tickets.note_written"


@pytest.mark.parametrize(("writer", "colleague", "other"), [("engineer", "manager", "lead"), ("it", "lead", "manager")])
def test_the_trail_of_an_internal_note_is_its_own_sides(desk, writer, colleague, other):
    """Not even that somebody wrote one, when and from where."""
    ticket = desk.accepted()
    desk.act(working.note, ticket, by=getattr(desk, writer), at=LATER, text="客户很急，先稳住")
    for reader, count in ((colleague, 1), (other, 0)):
        with desk.acting(getattr(desk, reader)) as person:
            found = Record.objects.visible_to(person).filter(act=NOTE)
            assert found.count() == count
            assert Record.objects.filter(act=NOTE).count() == count, "the wall says the same"


def test_a_sticker_reads_no_title_that_somebody_typed(desk):
    """PACS-7: a sticker reports and never reads: what was tapped, and what the hospital announced."""
    (one,) = stick(desk)
    system = one.sticker.system
    typed = desk.report(title="3 床张三 CT 报告丢失", system=system, severity=Severity.B)
    again = desk.report(title="3 床张三 CT 报告丢失", system=system, severity=Severity.B)
    tapped = scan(desk, one.sticker, Symptom.NO_IMAGES, halts_care=True)

    def known():
        with desk.inside():
            targets = targets_at(one.sticker, at=LATER)
            shown = (*announced_at(desk.world.h1.id, targets), *similar_lately(targets, at=LATER))
            return {row.title for row in shown}

    assert {typed.severity, again.severity} == {"B"}
    assert known() == {"Images do not come"}
    assert tapped.pk
    with desk.acting(desk.it) as person:
        outages.announce_outage(typed, title="报告打不开", words="", by=person, at=LATER)
    assert known() == {"Images do not come", "报告打不开"}


def test_asking_for_haste_is_the_hospitals_alone(desk):
    """催办: the vendor cannot use it up by pressing it first."""
    ticket = desk.accepted()
    with pytest.raises(Forbidden):
        desk.act(working.urge, ticket, by=desk.engineer, at=LATER)
    assert desk.act(working.urge, ticket, by=desk.ward, at=LATER)


def test_the_vendors_page_and_program_cannot_ask_for_haste(desk):
    from tests.tickets.machines import TICKETS, make_machine

    ticket = desk.accepted()
    assert browser_of(desk.engineer).post(f"/tickets/{ticket.pk}/urge/").status_code == 403
    assert make_machine(desk.manager).post(f"{TICKETS}{ticket.pk}/urge/").status_code == 403
    assert desk.fresh(ticket).urged_at is None
    assert make_machine(desk.lead).post(f"{TICKETS}{ticket.pk}/urge/").status_code == 200
