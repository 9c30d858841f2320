"""Filters, views and the pulse: what narrows the queue, and how it keeps itself up to date."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from re import findall
from unittest.mock import Mock

import pytest
from django.core.cache import caches

from contracts.models import System
from servicedesk.sla.promise import Severity
from tests.accounts.people import browser_of
from tests.tickets.examples import make_ticket
from tests.tickets.queueing import counts, ids, page, reported, shown
from tickets.enums import WaitsOn
from tickets.services import working

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]
MINUTE = timedelta(minutes=1)


# ── filters and views ────────────────────────────────────────────────────────────────────────────────────────────────


def test_filters_narrow_and_are_said_back(desk, world, now):
    """PACS-2: each kind of service has its own list, which may be kept as a view."""
    b, a = reported(desk, now), reported(desk, now, Severity.A)
    taken = desk.accepted(at=now - 10 * MINUTE)
    client = browser_of(desk.engineer)
    assert shown(page(client, "severity=A")) == ids(a)
    late = reported(desk, now - 90 * MINUTE, category="consultation")
    waits = desk.accepted(at=now - 10 * MINUTE)
    until = now + 60 * MINUTE
    desk.act(working.ask_back, waits, by=desk.engineer, at=now, why="等日志", who=WaitsOn.THIRD_PARTY, wakes_at=until)
    assert shown(page(client, "overdue=1")) == ids(late)
    assert shown(page(client, "waiting=1")) == ids(waits)
    assert shown(page(client, "category=consultation")) == ids(late)
    assert "服务类别：" in page(client, "category=consultation")
    assert set(shown(page(client, "system=none&category=fault"))) == set(ids(a, b, taken, waits))
    assert "系统或模块：未指明系统" in page(client, "system=none")
    assert f"厂商：{world.v1.short_name}" in page(browser_of(desk.it), f"vendor={world.v1.pk}")
    assert shown(page(browser_of(desk.it), f"vendor={world.v2.pk}")) == []
    assert "第三方：等日志" in page(client, "waiting=1")
    elsewhere = make_ticket(world.h2, world.v1)
    assert shown(page(client, f"hospital={world.h2.pk}")) == ids(elsewhere)
    assert set(shown(page(client, "unassigned=1"))) == set(ids(a, b, late, elsewhere))
    assert set(shown(page(client, f"assignee={desk.engineer.pk}"))) == set(ids(taken, waits))
    assert set(shown(page(client, "state=reported&severity=B"))) == set(ids(b, late))
    ours = ids(a, b, taken, late, waits)
    assert set(shown(page(client, f"contract={desk.contract.pk}&hospital={world.h1.pk}"))) == set(ours)
    text = page(client, f"severity=A&assignee={desk.engineer.pk}")
    assert f"处理人：{desk.engineer.name}" in text
    assert "级别：A" in text


def test_a_system_brings_its_modules(desk, now):
    with desk.inside():
        facts = {"hospital_id": desk.contract.hospital_id, "vendor_id": desk.contract.vendor_id}
        whole = System.objects.create(**facts, contract=desk.contract, name="影像系统")
        module = System.objects.create(**facts, contract=desk.contract, name="三维重建", part_of=whole)
    of_whole, of_module = reported(desk, now, system=whole), reported(desk, now + MINUTE, system=module)
    reported(desk, now)
    client = browser_of(desk.it)
    assert shown(page(client, f"system={whole.pk}")) == ids(of_whole, of_module)
    assert shown(page(client, f"system={module.pk}")) == ids(of_module)
    assert "三维重建" in unescape(client.get("/tickets/filter/").content.decode())


@pytest.mark.parametrize(
    "query",
    [
        "severity=Z", "state=nonsense", "system=1", "assignee=%00", "hospital=99999999999999999999", "hospital=٣",
        "contract=<script>", "overdue=yes", "view=nothing", "saved=x", "sort=what", "after=tampered", "show=nothing",
        f"assignee={'9' * 5000}", "vendor=x", "system=%00", "this_month=no", "severity=%F0%9F%98%80&state=%E2%80%AE",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_left_out(desk, now, query):
    ticket = reported(desk, now)
    client = browser_of(desk.engineer)
    assert shown(page(client, query)) == ids(ticket)
    assert client.get(f"/tickets/pulse/?{query}").status_code == 200
    assert client.get(f"/tickets/filter/?{query}").status_code == 200


def test_every_view_counts_exactly(desk, now):
    """Counts and lists come from the same conditions: each view's figure is the number of its rows."""
    reported(desk, now)
    reported(desk, now - 70 * MINUTE)
    mine = desk.accepted(at=now - 20 * MINUTE)
    desk.act(
        working.ask_back, mine, by=desk.engineer, at=now, why="等日志", who=WaitsOn.REPORTER, wakes_at=now + MINUTE * 60
    )
    client = browser_of(desk.engineer)
    assert counts(page(client)) == {
        "全部未结": "3", "我的": "1", "待接单": "2", "已超时": "1", "等待中": "1", "在院方": "0",
    }  # fmt: skip
    for view, figure in (("mine", 1), ("new", 2), ("overdue", 1), ("waiting", 1), ("hospital", 0)):
        assert len(shown(page(client, f"view={view}"))) == figure


def test_counts_end_where_the_look_ends(desk, now, monkeypatch):
    """No unbounded count: beyond the bound a figure says that there are more."""
    monkeypatch.setattr("tickets.queue.views.LOOKED_AT", 2)
    for _ in range(4):
        reported(desk, now)
    assert counts(page(browser_of(desk.engineer)))["全部未结"] == "3+"


def test_the_hospital_finds_what_needs_its_word(desk, now):
    ticket = desk.accepted(at=now - 10 * MINUTE)
    reported(desk, now)
    desk.act(working.hand_over, ticket, by=desk.engineer, at=now, why="网络交换机不在合同内")
    waits = {who: desk.accepted(at=now - 10 * MINUTE) for who in WaitsOn}
    for who, one in waits.items():
        until = now + 60 * MINUTE
        desk.act(working.ask_back, one, by=desk.engineer, at=now, why="等", who=who, wakes_at=until)
    found = shown(page(browser_of(desk.it), "view=ours"))
    assert found == ids(ticket, waits[WaitsOn.HOSPITAL])  # a reporter who can read it answers, or a third party


def test_what_a_row_says_is_chosen_and_remembered(desk, now):
    reported(desk, now, reporter_name="刘敏护士长")
    client = browser_of(desk.engineer)
    assert "刘敏护士长" not in page(client)
    assert "刘敏护士长" in page(client, "show=reporter&show=number")
    assert "刘敏护士长" in page(client)


# ── it keeps itself up to date ───────────────────────────────────────────────────────────────────────────────────────


def test_the_pulse_differs_as_soon_as_the_page_would(desk, now, django_capture_on_commit_callbacks):
    """A few bytes while nothing changed; an act on a row of the page or a new ticket: other ones."""
    ticket = reported(desk, now)
    client = browser_of(desk.engineer)
    known = findall(r'data-mark="(\w+)"', page(client))[0]

    def pulse() -> str:
        answer = client.get(f"/tickets/pulse/?known={known}")
        return answer.content.decode() if answer.status_code == 200 else ""

    assert pulse() == ""
    with django_capture_on_commit_callbacks(execute=True):
        desk.act(working.urge, ticket, by=desk.it, at=now)
    after_urging = pulse()
    assert len(after_urging) == 18
    with django_capture_on_commit_callbacks(execute=True):
        reported(desk, now)
    assert pulse() not in ("", after_urging)


def test_what_others_do_elsewhere_leaves_the_pulse_alone(desk, world, now, django_capture_on_commit_callbacks):
    reported(desk, now)
    client = browser_of(desk.engineer)
    known = findall(r'data-mark="(\w+)"', page(client))[0]
    with django_capture_on_commit_callbacks(execute=True):
        make_ticket(world.h3, world.v2)
    assert client.get(f"/tickets/pulse/?known={known}").status_code == 204


def test_each_has_a_pulse_of_their_own(desk, now):
    """What is kept of one person's answer, or of one filter's, is no other's."""
    reported(desk, now)
    asked = [
        browser_of(member).get(f"/tickets/pulse/?{query}").content
        for member in (desk.engineer, desk.it, desk.ward)
        for query in ("", "view=mine")
    ]
    assert len(set(asked)) == len(asked) - 1  # the ward's 'mine' is its only list


def test_without_a_cache_the_pulse_asks_the_database(desk, now, monkeypatch):
    reported(desk, now)
    client = browser_of(desk.engineer)
    known = findall(r'data-mark="(\w+)"', page(client))[0]
    for method in ("get", "set", "set_many"):
        monkeypatch.setattr(type(caches["presence"]), method, Mock(side_effect=OSError))
    assert client.get(f"/tickets/pulse/?known={known}").status_code == 204
    reported(desk, now)
    assert client.get(f"/tickets/pulse/?known={known}").status_code == 200
