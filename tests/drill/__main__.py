"""`make drill`, or `python -m tests.drill [--short] [--sabotage]`. Exit code 0 only when nothing was lost or doubled.

Three parts: a storm (processes killed at random, PostgreSQL crashed, Valkey flushed and gone, one watch two hours
fast and one two hours slow), a knife at each named point inside the watch, and the morning after a half-hour outage.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.drill import crew as hands
from tests.drill.crew import Crew
from tests.drill.ground import BEFORE, VAR, Ground, now, planned_long_ago, plant, prepared
from tests.drill.reckoning import Reckoning, nothing_waits, received, reckon, told_count

BOOK = VAR / "received"
TWO_HOURS = 7200.0
PATIENCE = 300  # seconds for what still has to arrive
A_MOMENT = 0.02
PLANTING = 0.012  # seconds that one clock takes to plant, on a busy machine
AT_MOST = 10  # seconds after which what an outage missed has been told


@dataclass(frozen=True)
class Size:
    deadlines: int
    seconds: int
    kills: int
    crashes: int
    silence: float  # of Valkey, in seconds
    outage: int
    patience: float  # of the sweeps, with what a killed worker had in hand


WHOLE = Size(deadlines=5000, seconds=30, kills=200, crashes=5, silence=20, outage=1000, patience=60)
SHORT = Size(deadlines=150, seconds=4, kills=16, crashes=1, silence=2, outage=100, patience=4)


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.drill")
    words.add_argument("--short", action="store_true")
    words.add_argument("--only", choices=["storm", "knives", "outage"], help="one part of it")
    words.add_argument("--sabotage", action="store_true", help="a watch that commits before its effects")
    words.add_argument("--seed", type=int, default=random.randrange(10**6))
    said = words.parse_args()
    size, dice = (SHORT if said.short else WHOLE), random.Random(said.seed)
    print(f"seed={said.seed}", flush=True)
    with prepared() as ground:
        hands.learn()
        parts = {
            "storm": lambda: storm(ground, size, dice, sabotaged=said.sabotage),
            "knives": lambda: knives(ground, sabotaged=said.sabotage),
            "outage": lambda: outage(ground, size, sabotaged=said.sabotage),
        }
        whole = Reckoning()
        for name, part in parts.items():
            if said.only in (None, name):
                found = part()
                say(name, found)
                whole += found
    say("drill", whole)
    return 0 if whole.is_clean else 1


def say(part: str, found: Reckoning) -> None:
    lags = f" p99_lag_s={found.lag(0.99):.2f} max_lag_s={found.lag(1):.2f}" if found.lags else ""
    print(f"{part}: lost={found.lost} doubled={found.doubled} wrong={found.wrong}{lags}", flush=True)


# ── the storm ────────────────────────────────────────────────────────────────────────────────────────────────────────
def storm(ground: Ground, size: Size, dice: random.Random, *, sabotaged: bool) -> Reckoning:
    BOOK.unlink(missing_ok=True)
    first = now() + BEFORE + timedelta(seconds=3 + size.deadlines * PLANTING)
    due = sorted(first + timedelta(seconds=dice.uniform(0, size.seconds)) for _ in range(size.deadlines))
    expected = plant(ground.place, due)
    crew = Crew()
    try:
        staff(crew, ground, size, sabotaged=sabotaged)
        began = time.monotonic()
        wait = max((due[0] - BEFORE - now()).total_seconds(), 0)
        run(crew, ground, troubles(ground, crew, size, dice, wait), began)
        wait_for(lambda: nothing_waits() and len(received(BOOK)) >= told_count(expected), crew)
        return reckon(expected, BOOK)
    finally:
        crew.dismiss()


def staff(crew: Crew, ground: Ground, size: Size, *, sabotaged: bool) -> None:
    crew.hire("receiver", hands.receiver(ground.port, BOOK))
    crew.hire("watch ahead", hands.watch(shifted=TWO_HOURS, sabotaged=sabotaged))
    crew.hire("watch behind", hands.watch(shifted=-TWO_HOURS, sabotaged=sabotaged))
    for number in (1, 2):
        crew.hire(f"worker {number}", hands.worker("work", f"work{number}", patience=size.patience))
    crew.hire("sweeps", hands.worker("watch", "sweeps", patience=size.patience))
    crew.hire("beat", hands.beat())


Trouble = tuple[float, Callable[[], object]]


def troubles(ground: Ground, crew: Crew, size: Size, dice: random.Random, wait: float) -> list[Trouble]:
    """When, in seconds, and what. Kills fall on watches twice as often as on the others."""
    spell = wait + BEFORE.total_seconds() + size.seconds
    mortal = [hand for hand in crew.hands if hand.name != "receiver"]
    mortal += [hand for hand in mortal if hand.name.startswith("watch")]
    found: list[Trouble] = [(dice.uniform(wait, spell), kill(crew, mortal, dice)) for _ in range(size.kills)]
    found += [(dice.uniform(wait + 1, spell - 1), lambda: crash(ground)) for _ in range(size.crashes)]
    gone = dice.uniform(wait + 1, max(spell - size.silence, wait + 2))
    found += [(gone, lambda: silence(ground)), (gone + size.silence, ground.valkey.start)]
    return sorted(found, key=lambda trouble: trouble[0])


def kill(crew: Crew, mortal: list[hands.Hand], dice: random.Random) -> Callable[[], object]:
    return lambda: crew.kill(dice.choice(mortal))


def crash(ground: Ground) -> None:
    from django.db import connections

    connections.close_all()
    ground.postgres._run("pg_ctl", "-D", ground.postgres.data, "stop", "-m", "immediate", check=False)
    ground.postgres.start()


def silence(ground: Ground) -> None:
    ground.valkey._ask("FLUSHALL")
    ground.valkey.stop()


def run(crew: Crew, ground: Ground, plan: list[Trouble], began: float) -> None:
    for at, trouble in plan:
        while time.monotonic() - began < at:
            crew.look_after()
            time.sleep(A_MOMENT)
        trouble()


def wait_for(done: Callable[[], bool], crew: Crew) -> None:
    until = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < until:
        crew.look_after()
        time.sleep(0.2)


# ── the knives ───────────────────────────────────────────────────────────────────────────────────────────────────────
def knives(ground: Ground, *, sabotaged: bool) -> Reckoning:
    from servicedesk.clocks.watch.points import POINTS

    found = Reckoning()
    for point in POINTS:
        expected = plant(ground.place, [now() - timedelta(seconds=1)] * 20)
        victim = hands.fork(hands.watch(sabotaged=sabotaged, knife=point))
        _, status = os.waitpid(victim, 0)
        assert os.WIFSIGNALED(status), f"the watch never came to '{point}'"
        crew = Crew()
        crew.hire("watch", hands.watch(sabotaged=sabotaged))
        wait_for(nothing_waits, crew)
        crew.dismiss()
        result = reckon(expected, None)
        found += Reckoning(result.lost, result.doubled, result.wrong)
        if not result.is_clean:
            print(f"  killed at '{point}': lost={result.lost} doubled={result.doubled}", flush=True)
    return found


# ── the morning after ────────────────────────────────────────────────────────────────────────────────────────────────
def outage(ground: Ground, size: Size, *, sabotaged: bool) -> Reckoning:
    """Nobody watched for half an hour: each missed rung is told once, soon, as late, with its true moment."""
    half_hour = timedelta(minutes=30)
    start = now() - half_hour
    due = [start + half_hour * number / size.outage - timedelta(seconds=20) for number in range(size.outage)]
    expected = plant(ground.place, due)
    planned_long_ago()
    crew = Crew()
    began = time.monotonic()
    crew.hire("watch", hands.watch(sabotaged=sabotaged))
    try:
        wait_for(nothing_waits, crew)
    finally:
        crew.dismiss()
    found, seconds = reckon(expected, None), time.monotonic() - began
    print(f"  {found.late} of {len(expected)} told late, all within {seconds:.1f} s of the start", flush=True)
    not_so = found.wrong + (len(expected) - found.late) + (seconds > AT_MOST)
    return Reckoning(found.lost, found.doubled, not_so)


if __name__ == "__main__":
    sys.exit(main())
