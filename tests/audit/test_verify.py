"""`manage.py audit_verify`: quiet about a sound trail, one sentence about the first bad row otherwise. PACS-18, G8."""

from __future__ import annotations

import io
import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import translation

from servicedesk.audit import anchors
from servicedesk.audit.models import Link, Pending
from servicedesk.audit.services.sealing import seal
from tests.audit.trails import HOSPITAL, NOW, OTHER, auditor, lead, make_chain, write

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
HOUR = timedelta(hours=1)
NAME = f"hospital-{HOSPITAL}"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def verify(**options) -> str:
    out = io.StringIO()
    call_command("audit_verify", stdout=out, stderr=out, **options)
    return out.getvalue()


def refusal(**options) -> str:
    with pytest.raises(CommandError) as caught:
        verify(**options)
    assert caught.value.returncode == 1
    return str(caught.value)


def as_owner(statement: str, *values: object) -> None:
    """Committed, past the wall, without triggers: what somebody with the owner's password does."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in ("audit_record", "audit_link", "audit_block"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in ("audit_record", "audit_link", "audit_block"):
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_sound_trail(data):
    make_chain(lead(), blocks=3, of=2)
    make_chain(auditor(), blocks=1, of=1)
    assert verify().splitlines() == [
        f"{NAME}: unbroken; records: 6, blocks: 3.",
        "platform: unbroken; records: 1, blocks: 1.",
    ]
    assert verify(chain="platform").splitlines() == ["platform: unbroken; records: 1, blocks: 1."]


def test_an_empty_trail(data):
    assert verify() == ""


def test_the_first_bad_row_is_named_once(data):
    ids = make_chain(lead(), blocks=2, of=3)
    make_chain(lead(OTHER), blocks=1, of=1)
    as_owner("UPDATE audit_record SET address = '10.0.0.9' WHERE id IN (%s, %s)", str(ids[1]), str(ids[4]))
    assert refusal() == f"{NAME}: record {ids[1]} at position 2 (block 1) is not what was sealed."
    assert verify(chain=f"hospital-{OTHER}").endswith("blocks: 1.\n")


def test_a_chain_that_vanished_whole_is_missed(data):
    make_chain(lead(), blocks=2, of=3)
    as_owner("TRUNCATE audit_record, audit_link, audit_block, audit_pending")
    assert "position 1" in refusal()


def test_a_chain_nobody_sealed_is_known_by_its_waiting_rows(data):
    write(lead(), 2)
    assert "Records wait for their seal since" in verify()


def test_a_waiting_row_taken_away_is_found(data):
    make_chain(lead(), blocks=1, of=1)
    (lost,) = write(lead())
    Pending.objects.using("watch").filter(pk=lost).delete()
    seal(at=NOW)
    assert refusal() == f"{NAME}: record {lost} was never sealed and does not wait for it."
    assert refusal(chain=NAME) == refusal()
    make_chain(auditor(), blocks=1, of=1)
    assert verify(chain="platform")


def test_a_record_gone_before_its_seal_is_found(data):
    make_chain(lead(), blocks=1, of=1)
    (lost,) = write(lead())
    as_owner("DELETE FROM audit_record WHERE id = %s", str(lost))
    seal(at=NOW)
    assert refusal() == f"{NAME}: record {lost} is gone; it still waited for its seal."


def test_a_record_put_in_later_is_told_of(data):
    """The seals hold, so it is a note: an outage or a wrong clock does the same. Somebody should look all the same."""
    make_chain(lead(), blocks=2, of=2)
    (late,) = write(lead())
    as_owner("UPDATE audit_record SET recorded_at = recorded_at - interval '3 months' WHERE id = %s", str(late))
    seal(at=NOW)
    said = verify()
    assert f"record {late} claims to have been written over an hour before" in said
    assert "unbroken; records: 5, blocks: 3." in said


def test_a_record_that_tells_of_long_ago_is_told_of(data):
    (old,) = write(lead(), at=NOW - timedelta(days=400))
    seal(at=NOW)
    assert f"record {old} tells of something over a day before it was written" in verify()


def test_records_kept_back_by_an_outage_are_no_trouble(data, monkeypatch):
    """The sealer stood still for a day: what waited is sealed late, in the order it was written."""
    from servicedesk.audit.services import sealing

    monkeypatch.setattr(sealing, "BATCH", 2)
    for number, pk in enumerate(sorted(make_chain(lead(), blocks=1, of=1) + write(lead(), 5))):
        if number:
            when = NOW + 6 * number * HOUR
            as_owner("UPDATE audit_record SET at = %s, recorded_at = %s WHERE id = %s", when, when, str(pk))
    seal(at=NOW + timedelta(days=2))
    assert verify() == f"{NAME}: unbroken; records: 6, blocks: 4.\n"


def test_anchors_lost_or_cut_are_missed(data):
    make_chain(lead(), blocks=3, of=1)
    path = anchors.file_of(NAME)
    whole = path.read_text()
    path.write_text("".join(whole.splitlines(keepends=True)[:2]))
    assert refusal() == f"{NAME}: block 3 has no anchor and does not wait for one."
    path.unlink()
    assert refusal() == f"{NAME}: block 1 has no anchor and does not wait for one."


def test_a_copy_of_the_anchors_kept_elsewhere_serves_too(data, tmp_path):
    """Who rewrites the anchors on the machine as well does not reach the copy."""
    ids = make_chain(lead(), blocks=2, of=2)
    copy = tmp_path / "elsewhere"
    shutil.copytree(anchors.folder(), copy)
    as_owner("TRUNCATE audit_record, audit_link, audit_block, audit_pending")
    shutil.rmtree(anchors.folder())
    make_chain(lead(), blocks=2, of=2)
    assert verify().endswith("blocks: 2.\n")
    assert "position 1 (block 1) is not what was sealed" in refusal(anchors=copy)
    assert len(ids) == 4


def test_a_link_lent_to_another_chain_is_found(data):
    ids = make_chain(lead(), blocks=2, of=2)
    as_owner("UPDATE audit_link SET hospital_id = %s WHERE record_id = %s", OTHER, str(ids[2]))
    assert f"record {ids[2]}" in refusal()


def test_nonsense_is_refused(data):
    assert "is no chain" in refusal(chain="everybody")


def test_it_reads_in_pages(data, monkeypatch):
    """A block of any length: links come page by page, and no page asks more than two questions."""
    from servicedesk.audit import verifying

    write(lead(), 23)
    seal(at=NOW)
    monkeypatch.setattr(verifying, "PAGE", 5)
    walk, bad = verifying.verify_chain(NAME)
    assert (walk.position, bad) == (23, None)
    assert Link.objects.using("watch").count() == 23
