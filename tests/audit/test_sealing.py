"""The sealer: it takes what was committed, excludes its copies, delays nobody, and heals after a crash."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from servicedesk.audit import anchors
from servicedesk.audit.chain import Chain
from servicedesk.audit.enums import Act
from servicedesk.audit.models import Block, Link, Pending
from servicedesk.audit.record import record
from servicedesk.audit.services import sealing
from servicedesk.audit.services.sealing import seal
from servicedesk.audit.tasks import seal_trail
from servicedesk.audit.verifying import verify_chain
from servicedesk.schedule import BEAT
from servicedesk.tenancy.wall import Context, opened
from tests.audit.trails import HOSPITAL, NOW, OTHER, VENDOR, auditor, engineer, lead, make_chain, write

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
WRITERS, WRITES = 50, 10


def lines(chain: str) -> list[dict]:
    return [json.loads(line) for line in anchors.file_of(chain).read_text().splitlines()]


def bad(chain: str):
    return verify_chain(chain)[1]


def waiting() -> int:
    return Pending.objects.using("watch").count()


def in_thread(work) -> threading.Thread:
    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_each_organisation_has_its_own_chain(data):
    for person in (lead(), lead(OTHER), engineer(), auditor()):
        write(person, 2)
    assert seal(at=NOW) == 8
    names = [f"hospital-{HOSPITAL}", f"hospital-{OTHER}", "platform", f"vendor-{VENDOR}"]
    assert sorted(path.stem for path in anchors.folder().iterdir()) == names
    for name in names:
        assert [(line["first"], line["last"]) for line in lines(name)] == [(1, 2)]
        assert bad(name) is None
    assert waiting() == 0


def logged(caplog, event: str) -> list[dict]:
    return [row.msg for row in caplog.records if isinstance(row.msg, dict) and row.msg["event"] == event]


def test_an_anchor_is_a_line_in_the_log_too(data, caplog):
    caplog.set_level("INFO")
    make_chain(lead(), blocks=2, of=1)
    kept = [(line["chain"], line["block"], line["head"]) for line in lines(f"hospital-{HOSPITAL}")]
    assert [(row["chain"], row["block"], row["head"]) for row in logged(caplog, "audit.anchored")] == kept


def test_what_is_not_committed_is_not_sealed(data):
    opened_now, go_on = threading.Event(), threading.Event()

    def slow():
        with opened(Context.of_hospital(HOSPITAL)):
            record(Act.FILE_READ, by=lead(), at=NOW)
            opened_now.set()
            go_on.wait(10)

    thread = in_thread(slow)
    opened_now.wait(10)
    write(lead())
    assert seal(at=NOW) == 1
    go_on.set()
    thread.join()
    assert seal(at=NOW + timedelta(seconds=3)) == 1
    assert bad(f"hospital-{HOSPITAL}") is None


def test_a_rolled_back_act_leaves_nothing_to_seal(data):
    with pytest.raises(ZeroDivisionError), opened(Context.of_hospital(HOSPITAL)):
        record(Act.FILE_READ, by=lead(), at=NOW)
        raise ZeroDivisionError
    assert waiting() == 0


def test_batches_are_blocks(data, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(lead(), 10)
    assert seal(at=NOW) == 10
    sizes = [line["last"] - line["first"] + 1 for line in lines(f"hospital-{HOSPITAL}")]
    assert sizes == [4, 4, 2]
    assert bad(f"hospital-{HOSPITAL}") is None


@contextmanager
def a_sealer_in_the_middle():
    """Its first transaction has written links and a block, and is still open."""
    chain = Chain(HOSPITAL)
    with transaction.atomic(using="watch"):
        assert sealing.extend(chain, sealing._waiting(chain, None), NOW) > 0
        yield


def test_a_writer_commits_while_a_sealer_is_in_the_middle(data):
    write(lead())
    with a_sealer_in_the_middle(), opened(Context.of_hospital(HOSPITAL)):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
        record(Act.FILE_READ, by=lead(), at=NOW)
    assert waiting() == 2
    assert seal(at=NOW) == 1
    assert (waiting(), bad(f"hospital-{HOSPITAL}")) == (0, None)


def test_a_second_sealer_leaves_the_chain_to_the_first(data):
    write(lead())
    found = []
    with a_sealer_in_the_middle():
        in_thread(lambda: found.append(seal(at=NOW))).join()
    assert found == [0]
    assert seal(at=NOW) == 0
    assert Link.objects.using("watch").count() == 1
    assert bad(f"hospital-{HOSPITAL}") is None


def test_sealers_side_by_side_make_one_chain(data):
    writers = [in_thread(lambda: write(lead(), 20)) for _ in range(3)]
    sealers = [in_thread(lambda: [seal(at=NOW) for _ in range(15)]) for _ in range(3)]
    for thread in writers + sealers:
        thread.join()
    seal(at=NOW)
    assert Link.objects.using("watch").count() == 60
    assert (waiting(), bad(f"hospital-{HOSPITAL}")) == (0, None)


def test_a_crash_between_seal_and_anchor_is_healed_by_the_next_run(data):
    make_chain(lead(), blocks=1, of=2)
    chain = Chain(HOSPITAL)
    for _ in range(2):
        write(lead(), 2)
        sealing.extend(chain, sealing._waiting(chain, None), NOW)
    assert Block.objects.using("watch").count() == 3
    assert len(lines(chain.name)) == 1
    assert bad(chain.name) is None, "blocks that wait for their anchor are no trouble"
    assert seal(at=NOW) == 0
    assert [line["block"] for line in lines(chain.name)] == [1, 2, 3]
    assert (waiting(), bad(chain.name)) == (0, None)


def test_a_crash_between_anchor_and_commit_anchors_once(data):
    make_chain(lead(), blocks=1, of=1)
    chain = Chain(HOSPITAL)
    write(lead())
    rows = sealing._waiting(chain, None)
    sealing.extend(chain, rows, NOW)
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="watch"):
        sealing.anchor_blocks(chain, rows)
        raise ZeroDivisionError
    assert waiting() == 1
    seal(at=NOW)
    assert [line["block"] for line in lines(chain.name)] == [1, 2]
    assert waiting() == 0


def test_a_torn_line_is_written_again(data):
    make_chain(lead(), blocks=1, of=1)
    chain = Chain(HOSPITAL)
    path = anchors.file_of(chain.name)
    with path.open("a") as file:
        file.write('{"chain": "hospital-7')
    make_chain(lead(), blocks=1, of=1)
    assert bad(chain.name) is None
    assert [anchor.block for anchor in anchors.anchors(path)] == [1, 2]


def test_a_folder_that_cannot_be_written_delays_the_anchor_not_the_seal(data, caplog):
    (data / "anchors").write_text("in the way")
    write(lead(), 2)
    assert seal(at=NOW) == 2
    assert [row["trouble"] for row in logged(caplog, "audit.not_anchored")] == ["FileExistsError"]
    assert waiting() == 2
    (data / "anchors").unlink()
    seal(at=NOW)
    assert (waiting(), len(lines(f"hospital-{HOSPITAL}"))) == (0, 1)


def test_nothing_is_anchored_onto_another_story(data, caplog):
    """The database was rolled back or rewritten: the old anchors stay, and no new line covers it up."""
    make_chain(lead(), blocks=2, of=1)
    name = f"hospital-{HOSPITAL}"
    path = anchors.file_of(name)
    path.write_text(path.read_text().replace('"block":2', '"block":3'))
    before = path.read_text()
    write(lead())
    assert seal(at=NOW) == 1
    assert path.read_text() == before
    assert [row["trouble"] for row in logged(caplog, "audit.not_anchored")] == ["Contradiction"]
    assert bad(name) is not None


def test_fifty_writers_are_not_held_up_by_the_chain(data):
    """Printed, not asserted: how long fifty writers take with a sealer at work. Asserted: nobody waits for a lock."""
    alone = _fifty_writers(sealing_too=False)
    together = _fifty_writers(sealing_too=True)
    print(f"\n50 writers: {alone:.2f} s alone, {together:.2f} s with a sealer ({together / alone:.2f} times)")
    seal(at=NOW)
    assert Link.objects.using("watch").count() == 2 * WRITERS * WRITES
    assert bad(f"hospital-{HOSPITAL}") is None


def _fifty_writers(*, sealing_too: bool) -> float:
    failed, over, start = [], threading.Event(), threading.Barrier(WRITERS + 1)

    def work():
        connection.ensure_connection()
        start.wait(30)
        for _ in range(WRITES):
            try:
                with opened(Context.of_hospital(HOSPITAL)):
                    with connection.cursor() as cursor:
                        cursor.execute("SET LOCAL lock_timeout = '2s'")
                    record(Act.FILE_READ, by=lead(), at=NOW)
            except Exception as error:
                failed.append(error)

    def keep_sealing():
        while not over.wait(0.05):  # sixty times as often as it is scheduled
            seal(at=NOW)

    writers = [in_thread(work) for _ in range(WRITERS)]
    sealer = in_thread(keep_sealing) if sealing_too else None
    start.wait(30)
    began = time.perf_counter()
    for writer in writers:
        writer.join()
    took = time.perf_counter() - began
    over.set()
    if sealer:
        sealer.join()
    assert failed == []
    return took


def test_the_schedule_names_the_sealer(data):
    """Past the wall, so on the watch queue."""
    entry = BEAT["audit trail sealed"]
    assert (entry["task"], entry["options"]["queue"]) == (seal_trail.name, "watch")
    write(lead())
    seal_trail()
    assert (waiting(), len(lines(f"hospital-{HOSPITAL}"))) == (0, 1)
