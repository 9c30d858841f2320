"""What comes in by a sticker, as rows: idempotent, by the phone rule, counted, and found among known outages."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.contracts.people import in_force
from tests.tickets.people import Desk
from tests.world import make_place
from tickets.enums import State
from tickets.known import known_outages
from tickets.models import Entry, MeToo, Scan, Sticker, Ticket
from tickets.offering import tapped_lately
from tickets.services.scanning import AlsoHit, Tapped, report_by_sticker, say_me_too
from tickets.services.stickers import About, find_sticker, make_anew, make_stickers, revoke_sticker
from tickets.symptoms import Symptom, choices_for

pytestmark = pytest.mark.django_db


def stick(desk: Desk, *labels: str, by: Membership | None = None) -> list:
    with desk.acting(by or desk.it) as person:
        system = desk.contract.systems.first()
        place = make_place(desk.world.h1, desk.world.radiology[desk.world.h1.id])
        about = About(contract=desk.contract, system=system, place=place, phone="8000")
        return make_stickers(about, labels or ("阅片工作站 05",), by=person, at=AT)


def scan(desk: Desk, sticker: Sticker, symptom: Symptom = Symptom.SLOW, *, at=AT, **more) -> Ticket:
    more.setdefault("submission", uuid4())
    with desk.inside():
        return report_by_sticker(sticker, Tapped(symptom=symptom, **more), at=at)


def test_a_scan_is_a_whole_ticket(desk: Desk) -> None:
    """PACS-7: it knows place, department and system; nobody is signed in, and the clocks run."""
    (one,) = stick(desk)
    ticket = scan(desk, one.sticker, name="刘敏", phone="8105")
    assert (ticket.state, ticket.severity, ticket.channel) == (State.REPORTED, "B", "web")
    assert (ticket.place_id, ticket.department_id) == (one.sticker.place_id, one.sticker.department_id)
    assert (ticket.system_id, ticket.reporter_name, ticket.reporter_phone) == (one.sticker.system_id, "刘敏", "8105")
    assert desk.clock(ticket, Metric.RESPOND).due_at == AT + timedelta(hours=1)


def test_five_sendings_are_one_ticket(desk: Desk) -> None:
    (one,) = stick(desk)
    key = uuid4()
    tickets = {scan(desk, one.sticker, submission=key, at=AT + timedelta(seconds=n)).pk for n in range(5)}
    with desk.inside():
        assert (len(tickets), Ticket.objects.count(), Scan.objects.count()) == (1, 1, 1)


def test_what_affects_patients_waits_for_the_call(desk: Desk) -> None:
    """PACS-16: A can only come by phone; the minute runs, the promises do not yet."""
    (one,) = stick(desk)
    ticket = scan(desk, one.sticker, halts_care=True)
    assert (ticket.state, ticket.severity, ticket.reported_at) == (State.CALL_AWAITED, "A", None)
    assert desk.clocks(ticket) == {"call": None}
    assert desk.clock(ticket, Metric.CALL).due_at == AT + timedelta(minutes=1)


def test_the_token_finds_its_sticker_and_nothing_after_it_is_revoked(desk: Desk) -> None:
    first, second = stick(desk, "01", "02")
    assert find_sticker(first.token).sticker_id == first.sticker.pk
    assert find_sticker(first.token).hospital_id == desk.world.h1.id
    assert find_sticker(first.sticker.token_hash) is None
    desk.act(revoke_sticker, first.sticker, by=desk.it, at=AT)
    assert find_sticker(first.token) is None
    assert find_sticker(second.token) is not None
    with pytest.raises(Refused, match="revoked already"):
        desk.act(revoke_sticker, first.sticker, by=desk.it, at=AT)


def test_printed_anew_the_old_paper_opens_nothing(desk: Desk) -> None:
    (one,) = stick(desk)
    (again,) = desk.act(make_anew, [one.sticker], by=desk.it, at=AT)
    assert find_sticker(one.token) is None
    assert find_sticker(again.token).sticker_id == one.sticker.pk
    desk.act(revoke_sticker, one.sticker, by=desk.it, at=AT)
    with pytest.raises(Refused, match="not printed again"):
        desk.act(make_anew, [one.sticker], by=desk.it, at=AT)


def test_a_revoked_sticker_reports_nothing(desk: Desk) -> None:
    (one,) = stick(desk)
    desk.act(revoke_sticker, one.sticker, by=desk.it, at=AT)
    with pytest.raises(Refused):
        scan(desk, one.sticker)


def test_me_too_counts_once_per_browser_and_stops_nobody_who_writes(desk: Desk) -> None:
    (one,) = stick(desk)
    ticket, me = scan(desk, one.sticker), uuid4()
    with desk.inside():
        said = [say_me_too(ticket, AlsoHit(submission=me, where="药剂科"), by=None, at=AT) for _ in range(3)]
        assert said == [True, False, False]
        assert say_me_too(ticket, AlsoHit(submission=uuid4(), where="CT 室"), by=None, at=AT)
        assert MeToo.objects.count() == 2
        assert Entry.objects.filter(act="tickets.me_too").count() == 2
    assert desk.fresh(ticket).version == ticket.version


def test_known_outages_are_recent_open_and_weighty(desk: Desk) -> None:
    (one,) = stick(desk)
    system, later = one.sticker.system, AT + timedelta(minutes=5)

    def known(at=later) -> list:
        with desk.inside():
            return [one.ticket.pk for one in known_outages(desk.contract, system, at=at)]

    first = scan(desk, one.sticker, Symptom.NO_IMAGES)
    assert known() == []
    scan(desk, one.sticker, Symptom.NO_PRINT)
    assert known() == []
    scan(desk, one.sticker, Symptom.NO_IMAGES)
    assert known() == [first.pk]
    assert known(at=AT + timedelta(hours=5)) == []
    grave = scan(desk, one.sticker, Symptom.SLOW, halts_care=True)
    assert known() == [first.pk, grave.pk]
    with desk.inside():
        (one, _grave) = known_outages(desk.contract, system, at=later)
    assert (one.title, one.also) == ("Images do not come", 1)


def test_the_most_frequent_come_first(desk: Desk) -> None:
    (one,) = stick(desk)
    for symptom in (Symptom.NO_SIGN_IN, Symptom.NO_SIGN_IN, Symptom.NO_PRINT):
        scan(desk, one.sticker, symptom)
    with desk.inside():
        lately = tapped_lately(desk.contract, one.sticker.system, at=AT + timedelta(days=1))
        assert choices_for("pacs", lately)[:2] == [Symptom.NO_SIGN_IN, Symptom.NO_PRINT]
        assert choices_for("pacs", lately)[-1] == Symptom.OTHER
        assert len(choices_for("pacs", lately)) == 6
        assert tapped_lately(desk.contract, one.sticker.system, at=AT + timedelta(days=91)) == {}
    assert Symptom.NO_IMAGES not in choices_for("hrp", lately)


def test_another_hospital_finds_nothing_of_it(desk: Desk) -> None:
    """ALL-1: neither the other hospital of the same vendor, nor another vendor of this hospital."""
    from servicedesk.tenancy import wall
    from servicedesk.tenancy.wall import Context

    (one,) = stick(desk)
    scan(desk, one.sticker)
    world = desk.world
    for context in (Context.of_hospital(world.h2.id), Context.of_vendor(world.v2.id, world.h1.id, world.h3.id)):
        with wall.opened(context):
            assert [model.objects.count() for model in (Sticker, Scan, MeToo, Ticket)] == [0, 0, 0, 0]


@pytest.mark.parametrize("code", ["icu", "hrp", "smart", "pacs-checklist"])
@pytest.mark.parametrize("halts_care", [False, True])
def test_every_kind_of_contract_takes_it(desk: Desk, code: str, halts_care: bool) -> None:
    """PACS-16, HRP-12, ICU-16, SMART-6: only where the contract says so does it wait for the telephone."""
    contract, *_ = in_force(desk.world.h1, desk.world.v1, code, number=f"HT-{code}")
    with desk.acting(desk.it) as person:
        (one,) = make_stickers(About(contract, contract.systems.first(), phone="8000"), ["01"], by=person, at=AT)
    ticket = scan(desk, one.sticker, halts_care=halts_care)
    waits = halts_care and code == "hrp"
    assert ticket.state == (State.CALL_AWAITED if waits else State.REPORTED)
    assert set(desk.clocks(ticket)) >= ({"call"} if waits else set() if code == "pacs-checklist" else {"respond"})


def test_the_page_costs_the_same_with_three_tickets_and_with_thirty(desk: Desk) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    (one,) = stick(desk)

    def cost(count: int) -> int:
        for _ in range(count):
            scan(desk, one.sticker, at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(f"/r/{one.token}/").status_code == 200
        return len(queries)

    assert cost(3) == cost(27)
