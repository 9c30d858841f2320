"""What comes in by a sticker, as rows: idempotent, by the phone rule, counted, and found among known outages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from contracts.services.renewing import renew_contract
from servicedesk.sla.promise import Channel, Metric, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from tests.clocks.examples import AT
from tests.contracts.people import in_force
from tests.tickets.people import Desk
from tests.world import make_place
from tickets.at_place import tapped_lately, targets_at
from tickets.enums import State
from tickets.known import announced_at, similar_lately
from tickets.models import Entry, MeToo, Scan, Sticker, Ticket
from tickets.services.outages import announce_outage
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


def test_a_hint_is_recent_open_weighty_and_never_somebodys_words(desk: Desk) -> None:
    """Only what the hospital announced is called known; what others report is a hint, worded by what was tapped."""
    (one,) = stick(desk)
    targets, later = targets_of_sticker(desk, one.sticker), AT + timedelta(minutes=5)

    def hinted(at=later) -> list:
        with desk.inside():
            return [one.ticket.pk for one in similar_lately(targets, at=at)]

    first = scan(desk, one.sticker, Symptom.NO_IMAGES)
    assert hinted() == []
    scan(desk, one.sticker, Symptom.NO_PRINT)
    assert hinted() == []
    scan(desk, one.sticker, Symptom.NO_IMAGES)
    assert hinted() == [first.pk]
    assert hinted(at=AT + timedelta(hours=5)) == []
    phoned = desk.report(channel=Channel.PHONE, severity=Severity.A, title="张三的片子", system=one.sticker.system)
    with desk.inside():
        found = similar_lately(targets, at=later)
        assert [(one.title, one.also) for one in found] == [("Images do not come", 1), ("A grave fault", 0)]
        assert announced_at(desk.world.h1.id, targets) == []
    desk.act(announce_outage, phoned, by=desk.it, at=later, title="全院调不出图")
    with desk.inside():
        assert [one.title for one in announced_at(desk.world.h1.id, targets)] == ["全院调不出图"]
        assert phoned.pk not in [one.ticket.pk for one in similar_lately(targets, at=later)]


def test_what_is_announced_of_this_system_comes_first(desk: Desk) -> None:
    (one,) = stick(desk)
    hrp, *_ = in_force(desk.world.h1, desk.world.v2, "hrp")
    with desk.acting(desk.it) as person:
        (far,) = make_stickers(About(hrp, hrp.systems.first()), ["财务科"], by=person, at=AT)
    here, elsewhere = desk.report(system=one.sticker.system), scan(desk, far.sticker)
    for minute, ticket in enumerate((here, elsewhere)):
        desk.act(announce_outage, ticket, by=desk.it, at=AT + timedelta(minutes=minute), title=ticket.number)
    with desk.inside():
        found = announced_at(desk.world.h1.id, targets_at(one.sticker, at=AT))
    assert [one.number for one in found] == [here.number, elsewhere.number]


# ── which system, under which contract ───────────────────────────────────────────────────────────────────────────────
def stick_open(desk: Desk, label: str = "") -> Any:
    with desk.acting(desk.it) as person:
        place = make_place(desk.world.h1, desk.world.radiology[desk.world.h1.id])
        return make_stickers(About(place=place), [label], by=person, at=AT)[0].sticker


def targets_of_sticker(desk: Desk, sticker: Sticker, *, at=AT) -> list:
    with desk.inside():
        return targets_at(Sticker.objects.select_related("contract__desk", "system").get(pk=sticker.pk), at=at)


def test_a_place_offers_every_system_whoever_keeps_it_the_most_frequent_first(desk: Desk) -> None:
    """PACS-7, ALL-1: two vendors' contracts at one door, each ticket at its own vendor."""
    hrp, *_ = in_force(desk.world.h1, desk.world.v2, "hrp")
    sticker = stick_open(desk)
    assert (sticker.vendor_id, sticker.contract_id) == (None, None)
    targets = targets_of_sticker(desk, sticker)
    assert {target.contract.pk for target in targets} == {desk.contract.pk, hrp.pk}
    wanted = next(target for target in reversed(targets) if target.contract.pk == hrp.pk)
    ticket = scan(desk, sticker, system=wanted.key)
    assert (ticket.contract_id, ticket.vendor_id, ticket.system_id) == (hrp.pk, desk.world.v2.id, wanted.system.pk)
    assert targets_of_sticker(desk, sticker, at=AT + timedelta(minutes=1))[0].key == wanted.key
    for odd in ("", "x", str(uuid4())):
        with pytest.raises(Refused, match="which system"):
            scan(desk, sticker, system=odd)


def test_a_place_offers_nothing_that_wards_may_not_report_or_that_is_not_kept(desk: Desk) -> None:
    hrp, *_ = in_force(desk.world.h1, desk.world.v2, "hrp")
    smart, *_ = in_force(desk.world.h1, desk.world.v2, "smart")
    with desk.inside():
        hrp.catalogue.update(roles=[Role.IT_LEAD.value])
        type(smart).objects.filter(pk=smart.pk).update(ends_on=AT.date() - timedelta(days=1))
    assert {target.contract.pk for target in targets_of_sticker(desk, stick_open(desk))} == {desk.contract.pk}


def renewed(desk: Desk) -> Any:
    with desk.acting(desk.manager) as person:
        ends = desk.contract.ends_on
        term = {"starts_on": ends + timedelta(days=1), "ends_on": ends + timedelta(days=365)}
        return renew_contract(desk.contract, number="HT-NEXT", by=person, at=AT, **term)


@pytest.mark.parametrize("is_renamed", [False, True])
def test_a_renewed_contract_keeps_its_stickers(desk: Desk, is_renamed: bool) -> None:
    """PACS-1: from its first day the next contract takes the report, also when the system got another name since."""
    (one,) = stick(desk)
    after = renewed(desk)
    later = AT + (desk.contract.ends_on - AT.date()) + timedelta(days=2)
    with desk.inside():
        follower = after.systems.get(name=one.sticker.system.name)
        if is_renamed:
            follower.name = "医学影像平台"
            follower.save()
    assert scan(desk, one.sticker).contract_id == desk.contract.pk
    ticket = scan(desk, one.sticker, at=later)
    assert (ticket.contract_id, ticket.system_id) == (after.pk, follower.pk)
    assert desk.clocks(ticket)["respond"] is None


def test_let_to_another_vendor_the_sticker_goes_with_its_system(desk: Desk) -> None:
    (one,) = stick(desk)
    with desk.inside():
        type(desk.contract).objects.filter(pk=desk.contract.pk).update(ends_on=AT.date() - timedelta(days=1))
    theirs, *_ = in_force(desk.world.h1, desk.world.v2, "pacs", number="HT-V2")
    ticket = scan(desk, one.sticker)
    assert (ticket.contract_id, ticket.vendor_id) == (theirs.pk, desk.world.v2.id)
    with desk.inside():
        assert Scan.objects.get().sticker_id == one.sticker.pk


def test_lapsed_and_not_renewed_it_says_whom_to_call(desk: Desk) -> None:
    """PACS-1"""
    (one,) = stick(desk)
    with pytest.raises(Refused, match="400-800-1234"):
        scan(desk, one.sticker, at=AT + (desk.contract.ends_on - AT.date()) + timedelta(days=2))


def test_the_most_frequent_come_first(desk: Desk) -> None:
    (one,) = stick(desk)
    for symptom in (Symptom.NO_SIGN_IN, Symptom.NO_SIGN_IN, Symptom.NO_PRINT):
        scan(desk, one.sticker, symptom)
    with desk.inside():
        lately = tapped_lately(one.sticker, at=AT + timedelta(days=1))
        assert choices_for({"pacs"}, lately)[:2] == [Symptom.NO_SIGN_IN, Symptom.NO_PRINT]
        assert choices_for({"pacs"}, lately)[-1] == Symptom.OTHER
        assert len(choices_for({"pacs"}, lately)) == 6
        assert tapped_lately(one.sticker, at=AT + timedelta(days=91)) == {}
    assert Symptom.NO_IMAGES not in choices_for({"hrp"}, lately)
    assert Symptom.NO_IMAGES in choices_for({"hrp", "pacs"}, lately - lately)


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
