"""The queue: by time left, filtered, counted, kept up to date; the same cost with three rows and with three hundred."""

from __future__ import annotations

import gzip
from datetime import timedelta
from html import unescape
from re import findall
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.models import System
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.tickets.examples import make_ticket
from tests.tickets.people import make_desk
from tests.world import make_member
from tickets.enums import State
from tickets.models import Ticket
from tickets.services import working
from tickets.services.reporting import Phoned

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Of a test before, whose people are these and whose acts were taken back."""
    caches["presence"].clear()


def page(client, query: str = "") -> str:
    response = client.get(f"/tickets/?{query}")
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def shown(text: str) -> list[str]:
    return findall(r'data-ticket="([0-9a-f-]{36})"', text)


def ids(*tickets: Ticket) -> list[str]:
    return [str(one.pk) for one in tickets]


def counts(text: str) -> dict[str, str]:
    return dict(findall(r'<a class="tab"[^>]*>([^<]+)<span class="count">([^<]+)</span>', text))


def reported(desk, now, severity=Severity.B, **more):
    channel = Channel.PHONE if severity in (Severity.ONE, Severity.A) else Channel.WEB
    if channel is Channel.PHONE:
        more.setdefault("call", Phoned(called_at=more.get("at", now), caller="刘敏"))
    return desk.report(severity=severity, channel=channel, at=more.pop("at", now), **more)


# ── order, chips, dots ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_nearest_deadline_comes_first(desk, now):
    """Issue 4, Queue: the default order is the time left of the nearest clock, whenever it was reported."""
    slow = reported(desk, now - 5 * MINUTE)
    grave = reported(desk, now, Severity.A)
    late = reported(desk, now - 70 * MINUTE)
    assert shown(page(browser_of(desk.engineer))) == ids(late, grave, slow)


def test_the_nearest_clock_is_the_chip_and_the_others_are_dots(desk, now):
    """Each clock is shown: the response as the chip, the visit nobody called for as a dot with words."""
    reported(desk, now - 45 * MINUTE)
    text = page(browser_of(desk.engineer))
    assert findall(r'class="countdown" data-state="(\w+)"', text) == ["soon"]
    assert findall(r'class="clock-dot (\w+)" role="img" title="([^"]+)"', text) == [("waiting", "到场：尚未要求")]
    assert '<span class="clock-name">响应</span>' in text


@pytest.mark.parametrize(("minutes", "state"), [(10, "calm"), (31, "soon"), (49, "close"), (75, "over")])
def test_the_chip_turns_at_half_and_at_a_fifth_of_its_own_time(desk, now, minutes, state):
    """Issue 4: grey → amber at 50 % → red; an hour is promised."""
    reported(desk, now - minutes * MINUTE)
    assert findall(r'class="countdown" data-state="(\w+)"', page(browser_of(desk.engineer))) == [state]


def test_a_paused_clock_says_why_and_when_it_would_be_due(desk, now):
    ticket = reported(desk, now - 5 * MINUTE)
    desk.act(working.pause, ticket, by=desk.lead, at=now - MINUTE, why="等第三方窗口")
    client = browser_of(desk.engineer)
    text = page(client)
    with CaptureQueriesContext(connection) as asked:
        page(client)
    assert len(asked) <= 12
    assert "暂停 · 恢复则" in text
    assert '<span class="clock-name">等第三方窗口</span>' in text


def test_closed_tickets_are_found_the_newest_first(desk, world, now):
    old, new = (
        make_ticket(world.h1, world.v1, contract=desk.contract, state=State.CLOSED, closed_at=now) for _ in range(2)
    )
    reported(desk, now)
    assert shown(page(browser_of(desk.engineer), "view=closed")) == ids(new, old)
    assert shown(page(browser_of(desk.it), "state=closed")) == ids(new, old)


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_each_party_sees_its_own_and_the_stranger_nothing(desk, world):
    """ALL-1"""
    mine = make_ticket(world.h1, world.v1)
    of_v2 = make_ticket(world.h1, world.v2)
    of_h2 = make_ticket(world.h2, world.v1)
    strange = make_ticket(world.h3, world.v2)
    lists = {
        member: set(shown(page(browser_of(make_member(role, organisation)))))
        for member, role, organisation in (
            ("h1", Role.IT_LEAD, world.h1),
            ("h2", Role.IT_ENGINEER, world.h2),
            ("h3", Role.HOSPITAL_AUDITOR, world.h3),
            ("v1", Role.VENDOR_ENGINEER, world.v1),
            ("v2", Role.PROJECT_MANAGER, world.v2),
        )
    }
    assert lists == {
        "h1": set(ids(mine, of_v2)),
        "h2": set(ids(of_h2)),
        "h3": set(ids(strange)),
        "v1": set(ids(mine, of_h2)),
        "v2": set(ids(of_v2, strange)),
    }


def test_a_foreign_filter_shows_nothing(desk, world):
    make_ticket(world.h3, world.v2)
    client = browser_of(desk.engineer)
    assert shown(page(client, f"hospital={world.h3.pk}")) == []
    assert world.h3.short_name not in page(client, f"hospital={world.h3.pk}")


def test_a_reporter_sees_a_page_of_their_own(desk, world, now):
    own = reported(desk, now, reporter=desk.ward)
    theirs = make_ticket(world.h1, world.v1, department=world.pharmacy[world.h1.id])
    beside = make_ticket(world.h1, world.v1, department=world.radiology[world.h1.id])
    client = browser_of(desk.ward)
    assert shown(page(client)) == ids(own)
    assert set(shown(page(client, "view=department"))) == set(ids(own, beside))
    assert str(theirs.pk) not in page(client, "view=department")
    assert "queue-acts" not in page(client)


# ── filters and views ────────────────────────────────────────────────────────────────────────────────────────────────
def test_filters_narrow_and_are_said_back(desk, world, now):
    b, a = reported(desk, now), reported(desk, now, Severity.A)
    taken = desk.accepted(at=now - 10 * MINUTE)
    client = browser_of(desk.engineer)
    assert shown(page(client, "severity=A")) == ids(a)
    assert set(shown(page(client, "unassigned=1"))) == set(ids(a, b))
    assert shown(page(client, f"assignee={desk.engineer.pk}")) == ids(taken)
    assert set(shown(page(client, "state=reported&severity=B"))) == set(ids(b))
    assert set(shown(page(client, f"contract={desk.contract.pk}&hospital={world.h1.pk}"))) == set(ids(a, b, taken))
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
        f"assignee={'9' * 5000}", "severity=%F0%9F%98%80&state=%E2%80%AE",
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
    desk.act(working.ask_back, mine, by=desk.engineer, at=now, why="等日志", wakes_at=now + MINUTE * 60)
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
    assert shown(page(browser_of(desk.it), "view=ours")) == ids(ticket)


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


# ── what comes next ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_next_is_what_matters_most(desk, now):
    """The rule of tickets/queue/next.py, step by step: each is taken away and the following one comes."""
    rest = reported(desk, now)
    urged = reported(desk, now + MINUTE)
    desk.act(working.urge, urged, by=desk.it, at=now)
    late = desk.accepted(at=now - 600 * MINUTE)
    grave = reported(desk, now, Severity.A)
    others = reported(desk, now - 100 * MINUTE)
    desk.act(working.accept, others, by=desk.colleague, at=now)
    with desk.inside():
        Ticket.objects.filter(pk__in=[rest.pk, urged.pk]).update(due_at=now + MINUTE * 600)
        Ticket.objects.filter(pk=late.pk).update(due_at=now - MINUTE)
    client = browser_of(desk.engineer)
    for ticket in (grave, late, urged, rest):
        assert client.get("/tickets/next/").headers["Location"] == f"/tickets/{ticket.pk}/"
        with desk.inside():
            Ticket.objects.filter(pk=ticket.pk).update(state=State.HANDED_OVER)
    assert client.get("/tickets/next/").headers["Location"] == "/tickets/"


def test_next_is_not_the_one_before_you(desk, now):
    first, second = reported(desk, now), reported(desk, now + MINUTE)
    client = browser_of(desk.engineer)
    assert client.get(f"/tickets/next/?after={first.pk}").headers["Location"] == f"/tickets/{second.pk}/"
    assert client.get(f"/tickets/next/?after={uuid4()}").headers["Location"] == f"/tickets/{first.pk}/"
    assert client.get("/tickets/next/?after=%00").headers["Location"] == f"/tickets/{first.pk}/"


# ── what it costs ────────────────────────────────────────────────────────────────────────────────────────────────────
def clone(desk, ticket: Ticket, count: int) -> None:
    """Rows as the ticket is, with clocks of their own."""
    with connection.cursor() as cursor, wall.opened(Context.of_vendor(desk.world.v1.id, desk.world.h1.id)):
        cursor.execute(
            """
            WITH made AS MATERIALIZED (SELECT n, gen_random_uuid() AS t, gen_random_uuid() AS m
                                         FROM generate_series(1, %s) n),
            matters AS (INSERT INTO tenancy_matter SELECT (jsonb_populate_record(x, jsonb_build_object('id', m))).*
                          FROM made, tenancy_matter x WHERE x.id = %s),
            clocks AS (INSERT INTO clocks_clock SELECT (jsonb_populate_record(c, jsonb_build_object(
                         'id', gen_random_uuid(), 'matter_id', m))).* FROM made, clocks_clock c WHERE c.matter_id = %s)
            INSERT INTO tickets_ticket SELECT (jsonb_populate_record(x, jsonb_build_object(
                'id', t, 'matter_id', m, 'submission', NULL,
                'number', left(x.number, 13) || '-' || substr(t::text, 1, 12)))).*
              FROM made, tickets_ticket x WHERE x.id = %s
            """,
            [count, ticket.matter_id, ticket.matter_id, ticket.pk],
        )


@pytest.mark.parametrize("who", ["engineer", "it", "ward"])
def test_three_and_three_hundred_rows_cost_the_same(desk, now, who):
    """Issue 4, Figures: first page ≤ 12 queries, the same at 1, 3 and 300 rows; HTML ≤ 60 KB, ≤ 12 KB gzipped."""
    with desk.inside():
        facts = {"hospital_id": desk.contract.hospital_id, "vendor_id": desk.contract.vendor_id}
        system = System.objects.create(**facts, contract=desk.contract, name="放射科影像归档系统")
    ticket = reported(desk, now - 10 * MINUTE, title="三号楼二层阅片室五号工作站无法调图像，重启无效", system=system)
    client = browser_of(getattr(desk, who))
    page(client)
    costs = []
    for more in (0, 2, 297):
        if more:
            clone(desk, ticket, more)
        with CaptureQueriesContext(connection) as asked:
            text = page(client)
        costs.append(len(asked))
    assert len(shown(text)) == 25
    assert costs[0] == costs[1] == costs[2]
    assert costs[0] <= 12, [one["sql"][:150] for one in asked]
    assert len(text.encode()) <= 60_000
    assert len(gzip.compress(text.encode())) <= 12_000


def test_the_pulse_is_cheap(desk, now):
    reported(desk, now)
    client = browser_of(desk.engineer)
    client.get("/tickets/pulse/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/tickets/pulse/")
    assert len(asked) <= 5, [one["sql"][:120] for one in asked]


def test_pages_follow_one_another_without_a_gap(desk, world, now):
    ticket = reported(desk, now)
    clone(desk, ticket, 59)
    client, seen, query = browser_of(desk.engineer), [], ""
    while True:
        text = page(client, query)
        seen += shown(text)
        following = findall(r'rel="next" href="\?([^"]+)"', text)
        if not following:
            break
        query = following[0]
    assert len(seen) == len(set(seen)) == 60


def far_down(desk, client, pages: int) -> str:
    """What the address of a page in the depth of the queue asks the database for its rows."""
    query = ""
    for _ in range(pages):
        query = findall(r'rel="next" href="\?([^"]+)"', client.get(f"/tickets/?{query}").content.decode())[0]
    with CaptureQueriesContext(connection) as asked:
        page(client, unescape(query))
    return next(one["sql"] for one in asked if '"keyset_value"' in one["sql"])


@pytest.mark.parametrize(("who", "index"), [("engineer", "of_vendor"), ("it", "of_hospital")])
@pytest.mark.parametrize("due", ["spread", "none"])
def test_a_page_far_down_begins_where_the_one_before_ended(desk, now, who, index, due):
    """Issue 4, Figures: the thousandth page costs what the first costs. Its plan says so: a range of the index, with no
    sort above it and no row read in vain; also where no clock runs and the due time is missing."""
    clone(desk, reported(desk, now), 400)
    with desk.inside(), connection.cursor() as cursor:
        words = "now() + random() * interval '9 days'" if due == "spread" else "NULL"
        cursor.execute(f"UPDATE tickets_ticket SET due_at = {words}")
    sql = far_down(desk, browser_of(getattr(desk, who)), 12)
    with desk.acting(getattr(desk, who)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()[0]
    limit = plan["Plan"]
    (scan,) = [node for node in limit["Plans"] if node["Node Type"] == "Index Scan"]
    assert scan["Index Name"] == f"open_tickets_{index}"
    assert "due_at" in scan["Index Cond"]
    assert (scan["Actual Rows"], scan.get("Rows Removed by Filter", 0)) == (26, 0)


def test_two_desks_of_one_vendor_are_one_queue(desk, world, now):
    other = make_desk(world, "hrp")
    first, second = reported(desk, now), reported(other, now + 300 * MINUTE)
    assert set(shown(page(browser_of(desk.manager)))) == set(ids(first, second))
    assert now > AT
