"""The core and the watch, in figures: `make bench` runs this last, on servers of its own.

A run is only worth quoting when nothing else runs; what is printed beside each figure is its floor in the same run.
"""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2

from tests.drill import crew as hands
from tests.drill.crew import Crew
from tests.drill.ground import Ground, plant, prepared

OPEN = 1_000_000
AT_ONCE = 20_000
DEADLINES, SPELL = 10_000, 30
A_YEAR = "interval '1 year'"
CLONE = """
WITH made AS (SELECT n, gen_random_uuid() AS matter, gen_random_uuid() AS clock,
                     {due} AS due FROM generate_series(1, %(count)s) n),
     matters AS (INSERT INTO tenancy_matter (id, hospital_id, vendor_id, kind, label, url, next_due_at)
                 SELECT made.matter, m.hospital_id, m.vendor_id, %(kind)s, m.label, m.url, made.due
                   FROM made, tenancy_matter m WHERE m.id = %(matter)s),
     clocks AS (INSERT INTO clocks_clock
                 SELECT (jsonb_populate_record(c, jsonb_build_object('id', made.clock, 'matter_id', made.matter,
                         'counts_from', made.due - interval '1 minute', 'armed_at', made.due - interval '1 minute',
                         'due_at', made.due))).* FROM made, clocks_clock c WHERE c.id = %(clock)s)
INSERT INTO clocks_step (id, hospital_id, vendor_id, clock_id, rung, fire_at, reason)
SELECT gen_random_uuid(), c.hospital_id, c.vendor_id, made.clock, 1, made.due, ''
  FROM made, clocks_clock c WHERE c.id = %(clock)s
"""
FINISHED = """
INSERT INTO clocks_step (id, hospital_id, vendor_id, clock_id, rung, fire_at, fired_at, reason)
SELECT gen_random_uuid(), hospital_id, vendor_id, clock_id, 9, fire_at - interval '2 years', clock_timestamp(), ''
  FROM clocks_step WHERE fired_at IS NULL AND rung = 1
"""
LAGS = """
SELECT extract(epoch FROM w.at - e.at)::float8 FROM clocks_escalation e
  JOIN drill_committed w ON w.step = e.step_id JOIN tenancy_matter m ON m.id = e.matter_id WHERE m.kind = %s
"""


class Bench:
    def __init__(self, ground: Ground) -> None:
        from servicedesk.clocks.models import Clock

        self.ground = ground
        plant(ground.place, [datetime.now(UTC) + timedelta(days=400)])
        with ground.place.inside():
            clock = Clock.objects.get()
        self.ids = {"matter": str(clock.matter_id), "clock": str(clock.pk)}

    def clone(self, count: int, due: str, kind: str) -> None:
        """As the server's administrator, without foreign keys: filling is not what is measured."""
        with self._admin() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(CLONE.format(due=due), {**self.ids, "count": count, "kind": kind})

    def ask(self, statement: str, *values: Any) -> list[Any]:
        with self._admin() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def settle(self) -> None:
        connection = psycopg2.connect(self.address)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        connection.close()

    @property
    def address(self) -> str:
        return str(self.ground.postgres.admin).replace("/postgres?", "/servicedesk?")

    def _admin(self) -> Any:
        connection = psycopg2.connect(self.address)
        return _Closing(connection)


class _Closing:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __enter__(self) -> Any:
        return self.connection.cursor()

    def __exit__(self, *_: object) -> None:
        self.connection.commit()
        self.connection.close()


def core() -> None:
    from contracts.blueprint import blueprint
    from servicedesk.sla.course import begun
    from servicedesk.sla.promise import Metric, Severity

    matrix = blueprint("smart").matrix
    at = datetime(2026, 9, 30, 4, tzinfo=UTC)
    promise = matrix.terms("fault", Severity.NONE, at)[Metric.RESTORE]
    moments = [at + timedelta(minutes=7 * number) for number in range(20_000)]
    additions = _rate(lambda: [matrix.calendar.add(moment, 240) for moment in moments], len(moments))
    whole = _rate(lambda: [begun(promise, matrix.calendar, moment).due_at for moment in moments], len(moments))
    print(f"core, SMART's calendar   {additions:9,.0f} times a second from working hours (target 300,000)")
    print(f"                         {whole:9,.0f} whole clocks a second, made and asked when they are due")


def _rate(run: Callable[[], object], count: int) -> float:
    run()
    best = min(_seconds(run) for _ in range(3))
    return count / best


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def looks(bench: Bench, words: str) -> None:
    from django.db import connections

    from servicedesk.clocks.watch.claiming import seconds_until_next

    seconds_until_next()
    took = [_seconds(seconds_until_next) * 1000 for _ in range(200)]
    with connections["watch"].cursor() as cursor:
        bare = [_seconds(lambda: (cursor.execute("SELECT 1"), cursor.fetchone())) * 1000 for _ in range(200)]
    [(size,)] = bench.ask("SELECT pg_relation_size('steps_to_fire') / 1e6")
    print(
        f"a look, {words:<17}{statistics.median(took):9.2f} ms (target 5; a bare SELECT 1: "
        f"{statistics.median(bare):.2f}); its index: {size:.0f} MB"
    )


def at_once(bench: Bench) -> None:
    from servicedesk.clocks.watch.firing import fire_due

    bench.clone(AT_ONCE, "clock_timestamp() - interval '1 minute'", "at once")
    bench.settle()
    told = 0
    started = time.perf_counter()
    while batch := fire_due():
        told += batch
    rate = told / (time.perf_counter() - started)
    rows, bulk, single = floors()
    print(f"due at once, one watch   {rate:9,.0f} steps a second, 4 rows each (target 3,000)")
    print(f"  its floors             {bulk / rows:9,.0f} as bare rows by bulk_create, {single / rows:,.0f} row by row")


def floors() -> tuple[int, float, float]:
    """Escalations alone, with nothing looked up: rows a second in bulk and one by one."""
    from django.db import transaction

    from servicedesk.clocks.models import Escalation, Step

    with transaction.atomic(using="watch"):
        step = Step.objects.using("watch").select_related("clock").filter(fired_at=None).first()
        assert step
        facts = {"hospital_id": step.hospital_id, "vendor_id": step.vendor_id, "matter_id": step.clock.matter_id,
                 "clock_id": step.clock_id, "rung": 1, "due_at": step.fire_at, "at": step.fire_at,
                 "fired_at": step.fire_at}  # fmt: skip
        steps = list(Step.objects.using("watch").filter(fired_at=None).values_list("pk", flat=True)[:8000])
        rows = [Escalation(step_id=pk, **facts) for pk in steps]
        bulk = 6000 / _seconds(lambda: Escalation.objects.using("watch").bulk_create(rows[:6000], batch_size=500))
        single = 500 / _seconds(lambda: [row.save(using="watch", force_insert=True) for row in rows[6000:6500]])
        transaction.set_rollback(True, using="watch")
    return 4, bulk, single


def lag(bench: Bench, *, killed: bool) -> None:
    kind = "killed" if killed else "calm"
    bench.clone(
        DEADLINES,
        f"clock_timestamp() + interval '8 seconds' + interval '{SPELL} seconds' * n / {DEADLINES}",
        kind,
    )
    bench.settle()
    crew = Crew()
    crew.hire("one", hands.watch())
    two = crew.hire("two", hands.watch())
    try:
        time.sleep(SPELL / 2)
        if killed:
            os.kill(two.pid, signal.SIGKILL)
            os.waitpid(two.pid, 0)
            two.pid = 0
        until = time.monotonic() + 120
        while len(found := [value for (value,) in bench.ask(LAGS, kind)]) < DEADLINES and time.monotonic() < until:
            time.sleep(0.5)
    finally:
        crew.dismiss()
    found.sort()
    target = "2" if killed else "0.1"
    print(
        f"lag, {'one of two killed' if killed else 'undisturbed':<20}{found[int(0.99 * len(found))]:9.3f} s p99 of "
        f"{len(found):,} (target {target}), median {statistics.median(found):.3f}, longest {found[-1]:.3f}"
    )


def main() -> None:
    print("\nClocks:")
    with prepared() as ground:
        core()
        bench = Bench(ground)
        bench.clone(OPEN, f"clock_timestamp() + {A_YEAR} + interval '1 second' * n", "open")
        bench.settle()
        looks(bench, "1,000,000 open")
        lag(bench, killed=False)
        lag(bench, killed=True)
        at_once(bench)
        bench.ask(FINISHED)
        bench.settle()
        looks(bench, "as many told")


if __name__ == "__main__":
    main()
