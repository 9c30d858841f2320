"""The queue and a ticket's page among 10,000 and among 1,000,000 tickets, in L of the same minute.

Part of `make bench`; alone: `python -m benchmarks.tickets` (BENCH_TICKETS=20000 for a quick look). 400,000 rows are of
one hospital, 300,000 of each of two others; one in fifty is open. Filling clones rows, as the server's administrator.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from typing import Any

import psycopg2

from benchmarks.rig import Site, median

FIRST, ALL = 10_000, int(os.environ.get("BENCH_TICKETS", "1000000"))
SHARES = {"pacs": 0.35, "icu": 0.05, "hrp": 0.30, "smart": 0.30}  # the first two are one hospital's
BATCH = 50_000
ROUNDS, REQUESTS = 5, 60
CONNECTIONS, SPELL = 8, 8
LIVE_PAGES, BEAT = 200, 1.7  # frontend/js/queue.js
TARGETS = {"queue": 5.0, "ticket": 6.0}
MADE = """
WITH made AS MATERIALIZED (
    SELECT n, n %% 50 = 0 AS is_open, gen_random_uuid() AS m, moment,
           (substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7' || substr(md5(n::text), 1, 3) || '-8'
            || substr(md5(%(code)s || n), 1, 3) || '-' || substr(md5(n || %(code)s), 1, 12))::uuid AS t,
           CASE WHEN n %% 50 = 0 THEN now() + interval '10 days' * random() - interval '1 hour' END AS due
      FROM (SELECT n, moment, lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS ms
              FROM (SELECT n, now() - interval '1 year' * (1 - n / %(all)s::float8) AS moment
                      FROM generate_series(%(after)s + 1, %(upto)s) n) x) y)"""
# Of each table what differs from the pattern's row; every other column is the pattern's.
DIFFERENT: dict[str, tuple[str, dict[str, str]]] = {
    "tenancy_matter": ("p.id = %(matter)s", {"id": "m", "next_due_at": "due"}),
    "clocks_clock": (
        "p.matter_id = %(matter)s",
        {
            "id": "gen_random_uuid()",
            "matter_id": "m",
            "counts_from": "moment",
            "armed_at": "moment",
            "due_at": "coalesce(due, moment)",
            "outcome": "CASE WHEN NOT is_open THEN 'met' END",
            "stopped_at": "CASE WHEN NOT is_open THEN moment END",
        },
    ),
    "tickets_entry": ("p.ticket_id = %(ticket)s", {"id": "gen_random_uuid()", "ticket_id": "t", "at": "moment"}),
    "tickets_ticket": (
        "p.id = %(ticket)s",
        {
            "id": "t",
            "matter_id": "m",
            "number": "%(code)s || '-' || lpad(n::text, 8, '0')",
            "submission": "NULL",
            "due_at": "due",
            "state": "CASE WHEN is_open THEN p.state ELSE 'closed' END",
            "closed_at": "CASE WHEN NOT is_open THEN moment END",
            **dict.fromkeys(("reported_at", "recorded_at", "changed_at"), "moment"),
        },
    ),
}
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"


def filling(cursor: Any) -> str:
    """One statement that makes a batch of tickets with their matters, clocks and lines."""
    inserts = [_insert(cursor, table, *rest) for table, rest in DIFFERENT.items()]
    before = [f"into_{place} AS ({insert})" for place, insert in enumerate(inserts[:-1])]
    return ",\n".join([MADE, *before]) + "\n" + inserts[-1]


def _insert(cursor: Any, table: str, where: str, different: dict[str, str]) -> str:
    cursor.execute(COLUMNS, [table])
    names = [name for (name,) in cursor.fetchall()]
    values = [different.get(name, f'p."{name}"') for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({listed}) SELECT {', '.join(values)} FROM made, {table} p WHERE {where}"


def run(python: Any, environment: dict[str, str], servers: list[Any], ours: Site, theirs: Site) -> None:
    """`python` runs a module in the product's environment and gives its last line."""
    found = [server for server in servers if type(server).__name__ == "Postgres"]
    if not found:
        print("\nTickets: left out, because filling takes a PostgreSQL of our own.")
        return
    address = found[0].admin.replace("/postgres?", "/servicedesk?")
    patterns = json.loads(python(environment, "-m", "benchmarks.tickets", "--patterns"))
    pages = {
        "L": (theirs, "/rows/"),
        "queue": (ours, "/tickets/"),
        "queue, a filter": (ours, "/tickets/?severity=B&unassigned=1"),
        "closed ones": (ours, "/tickets/?view=closed"),
        "pulse": (ours, "/tickets/pulse/?known=0"),
        "ticket": (ours, f"/tickets/{patterns['pacs']['ticket']}/"),
    }
    few = grown(address, patterns, 0, FIRST, pages)
    many = grown(address, patterns, FIRST, ALL, pages)
    print(f"\n{'growth, in L':<22}" + ", ".join(f"{name} {many[name] / few[name]:.2f}" for name in TARGETS), end="")
    print("   target ≤ 1.2")
    rate = at_once(ours, "/tickets/")
    print(f"{'queue, 8 connections':<22}{rate:>8.1f} pages/s by two workers{'':>8}   target ≥ 80")


def grown(address: str, patterns: dict[str, Any], after: int, upto: int, pages: dict[str, Any]) -> dict[str, float]:
    started = time.perf_counter()
    fill(address, patterns, after, upto)
    print(f"\nWith {upto:,} tickets (filled in {time.perf_counter() - started:.0f} s):", flush=True)
    return measured(pages)


def fill(address: str, patterns: dict[str, Any], after: int, upto: int) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        statement = filling(cursor)
        for code, share in SHARES.items():
            first, last = int(after * share), int(upto * share)
            for place in range(first, last, BATCH):
                words = {**patterns[code], "code": code.upper(), "after": place, "upto": min(place + BATCH, last)}
                cursor.execute(statement, words | {"all": int(ALL * share)})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    connection.close()


def measured(pages: dict[str, Any]) -> dict[str, float]:
    """In L, interleaved: whatever else the machine does falls on all alike."""
    for site, path in pages.values():
        site.round(path, REQUESTS // 4)
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (site, path) in pages.items():
            figures[name].append(site.round(path, REQUESTS))
    unit = median(figures["L"], 0)
    for name, rounds in figures.items():
        target = f"   target ≤ {TARGETS[name]} L" if name in TARGETS else ""
        print(f"{name:<22}{median(rounds, 0):>8.2f} ms{median(rounds, 0) / unit:>8.2f} L{target}")
    cores = median(figures["pulse"], 1) / 1000 * LIVE_PAGES / BEAT
    print(f"{'200 live pages':<22}{cores:>8.2f} cores while nothing changes{'':>3}   target ≤ 1")
    return {name: median(rounds, 0) / unit for name, rounds in figures.items()}


def at_once(site: Site, path: str) -> float:
    until, done = time.perf_counter() + SPELL, [0] * CONNECTIONS

    def browse(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port)
        while time.perf_counter() < until:
            answer = site.get(connection, path)
            answer.read()
            assert answer.status == 200, answer.status
            done[place] += 1

    hands = [threading.Thread(target=browse, args=(place,)) for place in range(CONNECTIONS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return sum(done) / SPELL


def patterns() -> dict[str, dict[str, str]]:
    """One reported ticket for each of the demo's contracts that may be reported under, through the service."""
    from django.db import transaction
    from django.utils import timezone

    from contracts.models import CatalogueItem, Contract
    from servicedesk.sla.promise import Channel, Severity
    from servicedesk.tenancy.models import Hospital
    from servicedesk.tenancy.wall import Context, opened
    from tickets.services.reporting import Report, report_fault

    made, now = {}, timezone.now()
    with transaction.atomic(), opened(Context.of_platform()):
        hospitals = list(Hospital.objects.values_list("pk", flat=True))
    for hospital in hospitals:
        with opened(Context.of_hospital(hospital)):
            for contract in Contract.objects.filter(blueprint__in=SHARES, activated_at__isnull=False):
                item = CatalogueItem.objects.filter(contract=contract, category="fault").first()
                severity = Severity.NONE if contract.blueprint in ("smart", "icu") else Severity.B
                category = item.category if item else "fault"
                report = Report(contract, category, "阅片工作站无法调图", Channel.WEB, severity)
                ticket = report_fault(report, by=None, at=now)
                made[contract.blueprint] = {"ticket": str(ticket.pk), "matter": str(ticket.matter_id)}
    return made


def main() -> None:
    if "--patterns" in sys.argv:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
        django.setup()
        print(json.dumps(patterns()))
        return
    from benchmarks.__main__ import alone

    alone(run)


if __name__ == "__main__":
    main()
