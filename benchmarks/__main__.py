"""`make bench`: prints what pages, workers and starts cost, and judges only itself: a run on a busy machine is void.

The unit is L, the yardstick's page (yardstick.py), measured in the same minute by the same client on the same server.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import creating, tickets
from benchmarks.quiet import AT_MOST, Watched
from benchmarks.rig import PROJECT, Site, make_database, median, pids, postmaster_of, site
from servicedesk.embedded import passwords, remove, servers

VAR = PROJECT / "var" / "bench"
ROUNDS, REQUESTS = 7, 200
PORT = 8600
WHO, PASSWORD = "engineer", "Demo-2026-desk"
PAGES = {
    "home page": "/",
    "an empty list": "/notices/deliveries/?state=dead",
    "the inbox": "/inbox/",
    "status page": "/status",
}
YARDSTICK = "benchmarks.yardstick:application"
# What L costs, in pages that say hello: otherwise the yardstick is broken. Whether the machine was ours is asked of the
# kernel (quiet.py).
SOUND = (9, 13)
ROWS = int(os.environ.get("BENCH_TICKETS", tickets.ROWS))
TARGETS = {"home page": 3.0, "an empty list": 3.0}


def main() -> None:
    alone(pages)
    starts()
    subprocess.run([sys.executable, "-m", "benchmarks.clocks"], cwd=PROJECT, check=True)  # Django once more, elsewhere


def alone(part: Callable[..., None]) -> None:
    """The demo and the yardstick, each on a server of its own and begun anew, for one part of the benchmark."""
    remove(VAR)
    with servers(VAR) as (environment, running):
        environment |= {"STAGE": "demo", "SECRET_KEY": passwords(VAR)["secret_key"], "DATA_DIR": str(VAR / "data")}
        _python(environment, "manage.py", "demo")
        with both(environment) as (ours, theirs):
            part(_python, environment, running, ours, theirs)


@contextmanager
def both(environment: dict[str, str]) -> Iterator[tuple[Site, Site]]:
    yardstick = {"YARDSTICK_URL": make_database(environment["DATABASE_OWNER_URL"], "yardstick")}
    key = _python(yardstick, "-m", "benchmarks.yardstick")
    product = environment | {"SITE_URL": f"http://localhost:{PORT}", "API_REQUESTS_PER_MINUTE": "1000000"}
    with (
        site("servicedesk.wsgi:application", PORT, VAR / "ours", product) as ours,
        site(YARDSTICK, PORT + 1, VAR / "yardstick", yardstick, config="benchmarks/plain.py") as theirs,
    ):
        theirs.cookies["sessionid"] = key
        ours.sign_in(WHO, PASSWORD)
        yield ours, theirs


def pages(
    python: Callable[..., str], environment: dict[str, str], running: list[Any], ours: Site, theirs: Site
) -> None:
    wall = float(python(environment, "-m", "benchmarks.wall"))
    measured(ours, theirs, running, wall)
    creating.report(ours, theirs, python(environment, "-m", "benchmarks.creating"), postmaster_of(running))
    rows = python(environment, "-m", "benchmarks.growth")
    print(f"\nWith {rows} notices, half of them unread:")
    measured(ours, theirs, running, wall)
    tickets.run(python, environment, running, ours, theirs, rows=ROWS)


def measured(ours: Site, theirs: Site, running: list[Any], wall: float) -> None:
    with Watched(pids(running)) as seen:
        figures = measure(ours, theirs)
    report(figures, wall, ours.memory(), seen.others)


def measure(ours: Site, theirs: Site) -> dict[str, list[tuple[float, float]]]:
    """Interleaved, so that whatever else the machine does falls on all alike."""
    plan = [("hello", theirs, "/hello/"), ("L", theirs, "/rows/"), *((name, ours, at) for name, at in PAGES.items())]
    for _, where, path in plan:
        where.round(path, REQUESTS // 4)
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name, _, _ in plan}
    for _ in range(ROUNDS):
        for name, where, path in plan:
            figures[name].append(where.round(path, REQUESTS))
    return figures


def report(figures: dict[str, list[tuple[float, float]]], wall: float, memory: float, others: float) -> None:
    unit, unit_processor = median(figures["L"], 0), median(figures["L"], 1)
    print(f"{'':<22}{'ms':>8}{'in L':>8}{'processor ms':>15}{'in L':>8}")
    for name, rounds in figures.items():
        clock, processor = median(rounds, 0), median(rounds, 1)
        target = f"   target ≤ {TARGETS[name]} L" if name in TARGETS else ""
        print(
            f"{name:<22}{clock:>8.2f}{clock / unit:>8.2f}{processor:>15.2f}{processor / unit_processor:>8.2f}{target}"
        )
    print(f"{'the wall':<22}{wall:>8.2f}{wall / unit:>8.2f}{'':>23}   target ≤ 0.1 L")
    print(f"{'a worker':<22}{memory:>8.0f} MB{'':>28}   target ≤ 200 MB")
    ratio, ratio_processor = unit / median(figures["hello"], 0), unit_processor / median(figures["hello"], 1)
    print(
        f"L costs {ratio:.1f} hellos on the clock, {ratio_processor:.1f} of the processor; others used {others:.0%}: ",
        end="",
    )
    if others > AT_MOST:
        print(f"VOID, the machine must be ours but for {AT_MOST:.0%}.")
    else:
        sound = SOUND[0] <= ratio_processor <= SOUND[1]
        print("a sound run." if sound else f"VOID, L should cost {SOUND[0]} to {SOUND[1]}. Is the yardstick whole?")


def starts() -> None:
    """From the command to the first page: with nothing there but the packages, with data, and begun anew."""
    var = VAR / "start"
    _forget(var)
    for name, words, target in (
        ("cold start", [], "target ≤ 20 s"),
        ("warm start", [], "target ≤ 6 s"),
        ("reset", ["--anew"], "from what was kept"),
    ):
        started, used = time.perf_counter(), _processor()
        process = subprocess.Popen(
            [sys.executable, "-m", "servicedesk.supervisor", "--var", var, "--port", str(PORT + 2), *words],
            cwd=PROJECT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        while "runs at" not in process.stdout.readline():
            assert process.poll() is None
        elapsed = time.perf_counter() - started
        process.send_signal(signal.SIGINT)
        process.communicate()
        used = _processor() - used
        print(f"{name:<22}{elapsed:>8.1f} s{used:>15.1f} s of the processor   {target}", flush=True)
    _forget(var)


def _forget(var: Path) -> None:
    remove(var)
    shutil.rmtree(var, ignore_errors=True)


def _processor() -> float:
    """Of our children that have ended. PostgreSQL is none."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _python(environment: dict[str, str], *words: str) -> str:
    command, surroundings = [sys.executable, *words], {**os.environ, **environment}
    done = subprocess.run(command, cwd=PROJECT, env=surroundings, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed")
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
