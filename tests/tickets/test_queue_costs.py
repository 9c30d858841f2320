"""What the queue costs: the same with three rows and with three hundred, however far down."""

from __future__ import annotations

import gzip
from datetime import timedelta
from html import unescape
from re import findall

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import System
from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.tickets.people import make_desk
from tests.tickets.queueing import ids, page, reported, shown
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]
MINUTE = timedelta(minutes=1)


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
