"""The pages about what belongs together: what each kind of person finds there, and what a wrong entry leaves."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from servicedesk.tenancy.enums import Role
from tests.tickets.visits import go, signed_in
from tests.world import make_member
from tickets.enums import Cause, LinkKind, Remedy
from tickets.models import FaultPart, Ticket, TicketLink
from tickets.services import incidents, outages, remote, siblings, solving
from tickets.services.remote import Wish

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ODD = ["", " ", "x" * 1_000_000, "‮﷽", "a\x00b", "<script>alert(1)</script>", "😀"]


def test_linking_by_number_and_what_a_wrong_one_says(desk, now, world):
    one, other = desk.report(at=now), desk.report(at=now)
    client = signed_in(desk.it)
    page = go(client, "link_ticket", one, kind="related", number=other.number.lower())
    assert page.status_code == 302
    assert other.number in client.get(reverse("ticket_links", args=[one.pk])).content.decode()
    for odd in [*ODD, "SHEN-1"]:
        wrong = go(client, "link_ticket", one, kind="related", number=odd)
        assert wrong.status_code == 409, odd
    assert go(client, "link_ticket", one, kind="split_from", number=other.number).status_code == 409
    with desk.inside():
        assert TicketLink.objects.get().kind == LinkKind.RELATED


def test_a_foreign_ticket_is_as_good_as_none(desk, now, world):
    """The wall: another vendor's number says no more than one that does not exist."""
    from tests.tickets.examples import make_ticket

    foreign = make_ticket(world.h1, world.v2)
    client, ticket = signed_in(desk.engineer), desk.report(at=now)
    said = [
        go(client, "merge_ticket", ticket, number=number, why="同").content.decode()
        for number in (foreign.number, "T-NONE")
    ]
    assert said[0].replace(foreign.number, "~").count("没有这个编号的工单") == said[1].count("没有这个编号的工单") == 1


def test_merging_and_undoing_in_the_browser(desk, now):
    first, second = desk.accepted(at=now - 9 * MINUTE), desk.accepted(at=now - 8 * MINUTE)
    client = signed_in(desk.engineer)
    kept = go(client, "merge_ticket", second, number=first.number, why="")
    assert (kept.status_code, first.number in kept.content.decode()) == (409, True)
    assert go(client, "merge_ticket", second, number=first.number, why="重复").status_code == 302
    assert "撤销合并" in client.get(reverse("ticket_links", args=[second.pk])).content.decode()
    assert go(client, "undo_merge", second).status_code == 302
    assert desk.fresh(second).state == "working"
    assert go(client, "undo_merge", second).status_code == 409


def test_splitting_in_the_browser_keeps_what_was_typed(desk, now):
    ticket = desk.report(at=now)
    client = signed_in(desk.it)
    wrong = go(client, "split_ticket", ticket, title="", words="打印机", category="nonsense")
    assert wrong.status_code == 409
    assert "打印机" in wrong.content.decode()
    given = {"title": "打印机不出片", "words": "打印机", "category": "fault", "submission": uuid4()}
    right = go(client, "split_ticket", ticket, **given)
    assert right.status_code == 302
    again = go(client, "split_ticket", ticket, **given)
    assert again.url == right.url
    with desk.inside():
        assert Ticket.objects.get(title="打印机不出片").reported_at == ticket.reported_at


def test_the_outage_page_resolves_all_at_once(desk, now):
    parent, child = desk.accepted(at=now - 10 * MINUTE), desk.report(at=now - 9 * MINUTE)
    client = signed_in(desk.engineer)
    assert go(client, "say_to_children", parent, number=child.number).status_code == 302
    page = client.get(reverse("ticket_outage", args=[parent.pk])).content.decode()
    assert child.number in page
    assert go(client, "say_to_children", parent, text="").status_code == 409
    assert go(client, "say_to_children", parent, text="一小时后恢复").status_code == 302
    assert go(client, "resolve_children", parent).status_code == 409
    facts = {"words": "换盘", "cause": Cause.HARDWARE, "remedy": Remedy.REPLACED}
    desk.act(solving.resolve, parent, by=desk.engineer, at=now, **facts)
    assert "按此解决 1 张工单" in client.get(reverse("ticket_outage", args=[parent.pk])).content.decode()
    assert go(client, "resolve_children", parent).status_code == 302
    assert desk.fresh(child).state == "resolved"


def test_wards_say_me_too_in_one_tap(desk, now, world):
    ticket = desk.accepted(at=now - 10 * MINUTE)
    assert go(signed_in(desk.engineer), "announce_outage", ticket, title="x").status_code == 403
    client = signed_in(desk.it)
    past = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    for odd in (past, "0001-01-01T00:00", "9999-12-31T23:59", "x"):
        assert go(client, "announce_outage", ticket, title="调不出图", expected_at=odd).status_code == 409
    assert go(client, "announce_outage", ticket, title="调不出图", words="先用胶片").status_code == 302
    nurse = make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id])
    with desk.inside():
        outage = ticket.outage_set.get()
    ward = signed_in(nurse)
    assert "先用胶片" in ward.get(reverse("outages")).content.decode()
    for _ in range(3):
        assert go(ward, "outage_me_too", outage).status_code == 302
    with desk.inside():
        assert outage.ticket.metoo_set.count() == 1
    assert "您也遇到" in ward.get(reverse("outages")).content.decode()
    assert go(signed_in(desk.engineer), "outage_me_too", outage).status_code == 409


def test_the_hospital_asks_another_vendor_and_sees_both_on_one_page(desk, now, world):
    """ALL-17, in the browser."""
    from tests.contracts.people import in_force

    ticket = desk.report(at=now, title="调图慢")
    contract, *_ = in_force(world.h1, world.v2, "smart")
    stranger, *_ = in_force(world.h2, world.v1, "icu")
    client = signed_in(desk.it)
    first = client.get(reverse("open_sibling", args=[ticket.pk])).content.decode()
    assert str(contract.pk) in first
    assert str(stranger.pk) not in first
    chosen = reverse("open_sibling", args=[ticket.pk])
    assert "写给该厂商的说明" in client.get(chosen, {"contract": contract.pk}).content.decode()
    post = {"contract": contract.pk, "category": "fault", "title": "链路丢包", "submission": uuid4()}
    assert client.post(chosen, post | {"title": ""}).status_code == 409
    assert client.post(chosen, post | {"contract": stranger.pk}).status_code == 409
    for _ in range(3):
        assert client.post(chosen, post).status_code == 302
    with desk.inside():
        sibling = Ticket.objects.get(title="链路丢包")
        assert FaultPart.objects.count() == 2
    page = client.get(reverse("shared_fault", args=[ticket.pk])).content.decode()
    assert (sibling.number in page, " data-whole=" in page) == (True, True)  # coloured by its own promise's time
    assert go(client, "shared_fault", ticket, number=sibling.number, words="").status_code == 409
    assert go(client, "shared_fault", ticket, number=sibling.number, words="先查交换机").status_code == 302
    engineer = signed_in(make_member(Role.VENDOR_ENGINEER, world.v2))
    assert engineer.get(reverse("shared_fault", args=[sibling.pk])).status_code == 403
    assert engineer.get(reverse("ticket_links", args=[ticket.pk])).status_code == 404


def test_an_ordinary_ticket_asks_once_what_hangs_on_it(desk, now, django_assert_num_queries):
    from tickets import panels_linked as linked

    ticket = desk.report(at=now)
    with desk.acting(desk.it) as person:
        ticket = Ticket.objects.select_related("contract").get(pk=ticket.pk)
        with django_assert_num_queries(1):
            for panel in (linked.together, linked.emergency, linked.hospital_tasks):
                panel(ticket, person, now)
            assert linked.pressing(ticket, person) is None


def test_panels_show_each_side_its_own(desk, now, world):
    from django.template.loader import render_to_string

    from tests.contracts.people import in_force
    from tickets import panels, panels_linked

    parent = desk.accepted(at=now - 9 * MINUTE)
    contract, *_ = in_force(world.h1, world.v2, "smart")
    sibling = desk.act(
        siblings.open_sibling, parent, by=desk.it, at=now, contract=contract, category="fault", title="内情§v2"
    )
    desk.act(outages.announce_outage, parent, by=desk.it, at=now, title="调不出图")
    desk.act(incidents.declare_incident, parent, by=desk.lead, at=now, title="大事", why="停诊")
    said = {}
    for member in (desk.engineer, desk.it, desk.ward):
        with desk.acting(member) as person:
            ticket = Ticket.objects.select_related("contract", "hospital").get(pk=parent.pk)
            shown = [
                (panel.template, panel.context(ticket, person, now)) for panel in panels.AROUND + panels.CHECKLISTS
            ]
            first = {"pressing": panels_linked.pressing(ticket, person), "ticket": ticket}
            said[member.role] = render_to_string("tickets/_pressing.html", first) + "".join(
                render_to_string(template, {"panel": panel, "ticket": ticket}) for template, panel in shown if panel
            )
    assert sibling.number in said[Role.VENDOR_ENGINEER]
    assert "内情§v2" not in said[Role.VENDOR_ENGINEER]
    assert str(sibling.pk) not in said[Role.VENDOR_ENGINEER]
    assert "大事" in said[Role.VENDOR_ENGINEER]
    assert "调不出图" in said[Role.WARD_REPORTER]
    assert "大事" not in said[Role.WARD_REPORTER]
    assert sibling.number not in said[Role.WARD_REPORTER]


def test_odd_texts_are_refused_or_shown_as_they_are(desk, now):
    """Empty, 1 MB, a NUL, HTML, emoji, RTL: a sentence beside the field or the plain text, never a fault."""
    ticket = desk.accepted(at=now - 10 * MINUTE)
    it, lead = signed_in(desk.it), signed_in(desk.lead)
    for odd in ODD:
        refused = odd.strip() == "" or len(odd) > 1000 or "\x00" in odd
        for client, name, post in (
            (it, "announce_outage", {"title": odd}),
            (it, "say_to_children", {"text": odd}),
            (it, "add_hospital_task", {"words": odd}),
            (it, "split_ticket", {"title": odd, "words": odd, "category": "fault", "submission": uuid4()}),
            (lead, "declare_incident", {"title": odd, "why": odd, "every_minutes": "99" if refused else "30"}),
        ):
            is_long_allowed = name == "say_to_children" and len(odd) <= 20_000
            answer = go(client, name, ticket, **post)
            if refused and not (is_long_allowed and odd.strip() and "\x00" not in odd):
                assert answer.status_code == 409, (name, odd[:20])
            else:
                assert answer.status_code in (302, 409), (name, odd[:20])
    shown = it.get(reverse("ticket_outage", args=[ticket.pk])).content.decode()
    assert "<script>alert" not in shown


def test_lists_cost_the_same_with_one_row_and_with_three(desk, now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    it = signed_in(desk.it)

    def add() -> None:
        ticket = desk.report(at=now)
        desk.act(outages.announce_outage, ticket, by=desk.it, at=now, title="调不出图")
        desk.act(incidents.declare_incident, ticket, by=desk.lead, at=now, title="大事", why="停诊")
        wish = Wish(contract=desk.contract, what="服务器", why="x", minutes=60, ticket=ticket)
        desk.act(remote.ask_remote, wish, by=desk.engineer, at=now)

    def cost() -> dict[str, int]:
        found = {}
        for name in ("outages", "incidents", "remote_accesses", "emergency_plans"):
            with CaptureQueriesContext(connection) as queries:
                assert it.get(reverse(name)).status_code == 200
            found[name] = len(queries)
        return found

    add()
    cost()
    one = cost()
    add()
    add()
    assert cost() == one
