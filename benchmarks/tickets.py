"""Queue, ticket and search among 10,000, 100,000 and 1,000,000 tickets, in L of the same minute.

Part of `make bench`; alone: `python -m benchmarks.tickets`, with `--rows 10000` for a quick look.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import threading
import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

from benchmarks import creating, searching
from benchmarks.filling import fill, make_findable, make_recorded, refuse_orphans
from benchmarks.rig import Site, median, postmaster_of, processor_of

ROWS, FIRST, FINDABLE = 1_000_000, 10_000, 100_000
ROUNDS, REQUESTS = 5, 60
CONNECTIONS, SPELL = 8, 8
LIVE_PAGES, BEAT = 200, 1.7  # frontend/js/queue.js
PULSES = 500
HOSPITALS = "it"  # whose hospital has 400,000 of a million
TARGETS = {"queue": 5.0, "queue of a hospital": 5.0, "its last page": 5.0, "ticket": 6.0}
GROWTH = ("queue", "queue of a hospital", "ticket")
Pages = dict[str, tuple[Site, str]]


def run(
    python: Any, environment: dict[str, str], servers: list[Any], ours: Site, theirs: Site, *, rows: int = ROWS
) -> None:
    """`python` runs a module in the product's environment and gives its last line."""
    found = [server for server in servers if type(server).__name__ == "Postgres"]
    postmaster = postmaster_of(servers)
    if postmaster is None:
        print("\nTickets: left out, because filling takes a PostgreSQL of our own.")
        return
    address = found[0].admin.replace("/postgres?", "/servicedesk?")
    patterns = json.loads(python(environment, "-m", "benchmarks.filling"))
    hospital = replace(ours, cookies={})
    hospital.sign_in(HOSPITALS, ours.password)
    pages: Pages = {
        "L": (theirs, "/rows/"),
        "queue": (ours, "/tickets/"),
        "queue of a hospital": (hospital, "/tickets/"),
        "queue, a filter": (ours, "/tickets/?severity=B&unassigned=1"),
        "closed ones": (ours, "/tickets/?view=closed"),
        "ticket": (ours, f"/tickets/{patterns['pacs']['ticket']}/"),
    }

    def grown(after: int, upto: int) -> dict[str, float]:
        started = time.perf_counter()
        fill(address, patterns, after, upto, rows)
        print(f"\nWith {upto:,} tickets (filled in {time.perf_counter() - started:.0f} s):", flush=True)
        far = python(environment, "-m", "benchmarks.filling", "--far", HOSPITALS)
        return measured(pages | {"its last page": (hospital, f"/tickets/{far}")})

    figures = []
    for after, upto in pairwise([0, *(stage for stage in (FIRST, FINDABLE) if stage < rows), rows]):
        figures.append(grown(after, upto))
        if after == 0:
            refuse_orphans(address)
        if upto == min(FINDABLE, rows):
            findable(address, ours, hospital, theirs)
    compared(figures[0], figures[-1])
    live(ours, postmaster)
    at_once(ours, "/tickets/")
    weighed(ours, "/tickets/")
    creating.report(ours, theirs, python(environment, "-m", "benchmarks.creating"), postmaster)


def compared(few: dict[str, float], many: dict[str, float]) -> None:
    said = ", ".join(f"{name} {many[name] / few[name]:.2f}" for name in GROWTH)
    print(f"\n{'growth, in L':<22}{said}   target ≤ 1.2")


def findable(address: str, ours: Site, hospital: Site, theirs: Site) -> None:
    started = time.perf_counter()
    make_recorded(address)
    make_findable(address)
    print(f"\nSearch (its own rows in {time.perf_counter() - started:.0f} s):", flush=True)
    searching.report(ours, hospital, theirs)


def measured(pages: Pages) -> dict[str, float]:
    """In L, interleaved: whatever else the machine does falls on all alike."""
    for site, path in pages.values():
        site.round(path, REQUESTS // 4)
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (site, path) in pages.items():
            figures[name].append(site.round(path, REQUESTS))
    unit, unit_processor = median(figures["L"], 0), median(figures["L"], 1)
    print(f"{'':<22}{'ms':>8}{'in L':>8}{'processor ms':>15}{'in L':>8}")
    for name, rounds in figures.items():
        clock, processor = median(rounds, 0), median(rounds, 1)
        target = f"   target ≤ {TARGETS[name]} L" if name in TARGETS else ""
        costs = f"{clock:>8.2f}{clock / unit:>8.2f}{processor:>15.2f}{processor / unit_processor:>8.2f}"
        print(f"{name:<22}{costs}{target}", flush=True)
    return {name: median(rounds, 0) / unit for name, rounds in figures.items()}


def live(site: Site, postmaster: int) -> None:
    """Each open page asks again and again whether it is still true; nearly always it is."""
    known = site.read("/tickets/pulse/")
    path = f"/tickets/pulse/?known={known}"
    site.round(path, 50, status=204)
    before = processor_of(postmaster)
    _, web = site.round(path, PULSES, status=204)
    database = (processor_of(postmaster) - before) / PULSES
    cores = (web + database) / 1000 * LIVE_PAGES / BEAT
    said = f"{web:.2f} ms of the web's processor and {database:.2f} of the database's each"
    print(f"{'200 live pages':<22}{cores:>8.2f} cores: {said}   target ≤ 1")


def at_once(site: Site, path: str) -> None:
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
    print(f"{'queue, 8 connections':<22}{sum(done) / SPELL:>8.1f} pages/s by two workers{'':>8}   target ≥ 80")


def weighed(site: Site, path: str) -> None:
    page = site.read(path).encode()
    print(f"{'queue, its weight':<22}{len(page):>8,} bytes, {len(gzip.compress(page)):,} packed{'':>4}   "
          "target ≤ 60,000 and 12,000")  # fmt: skip


def main() -> None:
    from benchmarks.__main__ import alone

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=ROWS)
    rows = asked.parse_args().rows
    alone(lambda *words: run(*words, rows=rows))


if __name__ == "__main__":
    main()
