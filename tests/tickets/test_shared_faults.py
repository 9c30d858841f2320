"""ALL-17: one fault, several vendors; tickets under their own contracts, the hospital leading, the wall between."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import serializers

from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tests.contracts.people import in_force
from tests.world import make_member
from tickets.models import Entry, FaultPart, Ticket
from tickets.services import siblings, working

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SECRET = "§v1的内情"


@pytest.fixture
def network(world):
    """Another vendor's contract at the same hospital."""
    contract, manager, _ = in_force(world.h1, world.v2, "smart")
    return contract, manager, make_member(Role.VENDOR_ENGINEER, world.v2)


@pytest.fixture
def shared(desk, network):
    ticket = desk.report(title=f"调图慢{SECRET}", words=f"详情{SECRET}")
    desk.act(working.accept, ticket, by=desk.engineer, at=AT + MINUTE)
    with desk.acting(desk.engineer) as person:
        working.say(ticket, f"疑似网络{SECRET}", by=person, at=AT + 2 * MINUTE)
    facts = {"contract": network[0], "category": "fault", "title": "放射科到机房链路丢包", "words": "请查交换机"}
    sibling = desk.act(siblings.open_sibling, ticket, by=desk.it, at=AT + 5 * MINUTE, **facts)
    return ticket, sibling


def test_each_vendor_has_a_ticket_under_its_own_contract(desk, shared, network, world):
    ticket, sibling = shared
    assert (sibling.contract_id, sibling.vendor_id) == (network[0].pk, world.v2.id)
    assert desk.clocks(sibling)["respond"] is None
    assert sibling.reported_at == AT + 5 * MINUTE
    with desk.inside():
        parts = FaultPart.objects.order_by("ticket_id")
        assert {part.ticket_id: part.siblings for part in parts} == {
            ticket.pk: [sibling.number],
            sibling.pk: [ticket.number],
        }
        assert len({part.fault for part in parts}) == 1


def everything_seen_by(member, desk) -> str:
    """All rows of the room that the wall lets this person read."""
    from django.apps import apps

    with desk.acting(member):
        rows = [row for model in apps.get_app_config("tickets").get_models() for row in model._base_manager.all()]
        rows += list(InboxItem.objects.all())
        return json.dumps(serializers.serialize("python", rows), default=str, ensure_ascii=False)


def test_no_vendor_reads_a_word_of_the_other(desk, shared, network):
    """The wall: its number and whose turn it is, as the hospital words it, and nothing else."""
    ticket, sibling = shared
    facts = {"number": sibling.number, "words": "请网络方先查核心交换机"}
    desk.act(siblings.say_turn, ticket, by=desk.it, at=AT + 6 * MINUTE, **facts)
    theirs, ours = everything_seen_by(network[2], desk), everything_seen_by(desk.engineer, desk)
    assert SECRET in ours
    assert SECRET not in theirs
    assert ticket.number in theirs
    assert sibling.number in ours
    assert "请网络方先查核心交换机" in theirs
    assert "放射科到机房链路丢包" not in ours
    assert str(sibling.pk) not in ours
    assert desk.engineer.name not in theirs


def test_even_the_row_of_the_other_part_is_missing(desk, shared, network):
    ticket, sibling = shared
    with desk.acting(desk.engineer) as person:
        assert [part.ticket_id for part in FaultPart.objects.all()] == [ticket.pk]
        assert not Ticket.objects.visible_to(person).filter(pk=sibling.pk).exists()
    with desk.acting(desk.it) as person:
        assert FaultPart.objects.visible_to(person).count() == 2


def test_a_part_of_mixed_parties_is_refused_by_the_database(desk, shared, world):
    """The composite key: a row of v2's cannot hang on v1's ticket."""
    from django.db import IntegrityError, connection, transaction

    ticket, _ = shared
    with pytest.raises(IntegrityError), transaction.atomic(), wall.opened(Context.of_hospital(world.h1.id)):
        FaultPart.objects.filter(ticket=ticket).delete()
        FaultPart.objects.create(
            hospital=world.h1, vendor=world.v2, ticket=ticket, fault=ticket.pk, joined_at=AT, joined_by=ticket.pk
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_hospital_says_whose_turn_it_is(desk, shared):
    ticket, sibling = shared
    desk.act(siblings.say_turn, ticket, by=desk.it, at=AT + 6 * MINUTE, number=sibling.number, words="先查交换机")
    with desk.inside():
        mine, theirs = (FaultPart.objects.get(ticket=one) for one in (ticket, sibling))
    assert (mine.is_my_turn, theirs.is_my_turn) == (False, True)
    for odd in ({"number": "T-0", "words": "x"}, {"number": ticket.number, "words": " "}):
        with pytest.raises(Refused):
            desk.act(siblings.say_turn, ticket, by=desk.it, at=AT, **odd)
    with pytest.raises(Forbidden):
        desk.act(siblings.say_turn, ticket, by=desk.engineer, at=AT, number=ticket.number, words="x")


def test_a_third_joins_and_all_know_of_each_other(desk, shared, world, network):
    ticket, sibling = shared
    third = desk.report(title="工作站网卡")
    with pytest.raises(Refused, match="same vendor"):
        desk.act(siblings.join, ticket, by=desk.it, at=AT, other=third)
    desk.act(siblings.join, sibling, by=desk.it, at=AT + 9 * MINUTE, other=third)
    with desk.inside():
        assert FaultPart.objects.get(ticket=sibling).siblings == [ticket.number, third.number]
        assert FaultPart.objects.get(ticket=third).siblings == [ticket.number, sibling.number]
    with pytest.raises(Refused, match="already"):
        desk.act(siblings.join, sibling, by=desk.it, at=AT, other=third)


def test_what_only_the_phone_may_report_waits_for_the_call(desk, shared, world):
    """PACS-16 holds for a sibling as for every report."""
    contract, *_ = in_force(world.h1, world.v2, "pacs", number="HT-2")
    ticket = desk.report()
    facts = {"contract": contract, "category": "fault", "title": "影像网关", "severity": Severity.A}
    sibling = desk.act(siblings.open_sibling, ticket, by=desk.it, at=AT, **facts)
    assert (sibling.state, sibling.channel) == ("call_awaited", Channel.WEB)


def test_the_first_tickets_stream_says_so_without_the_others_words(desk, shared):
    ticket, sibling = shared
    with desk.inside():
        entry = Entry.objects.get(ticket=sibling, act="tickets.fault_shared")
    assert (entry.text, entry.facts) == ("", {"number": ticket.number})
