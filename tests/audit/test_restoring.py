"""A restored backup is behind its anchors: that is said, kept beside, and the chain goes on."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from servicedesk.audit import anchors
from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.audit.services.sealing import seal
from servicedesk.audit.verifying import verify_chain
from tests.audit.trails import HOSPITAL, NOW, auditor, lead, make_chain

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
NAME = f"hospital-{HOSPITAL}"


def restore_an_older_dump(blocks_kept: int) -> None:
    """What a dump taken after that many blocks would bring back."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE servicedesk_watch")
        cursor.execute("SELECT record_id FROM audit_link WHERE chain = %s AND block > %s", [NAME, blocks_kept])
        ids = [str(pk) for (pk,) in cursor.fetchall()]
        cursor.execute("RESET ROLE")
        for table, condition in (
            ("audit_record", "id = ANY(%s::uuid[])"),
            ("audit_link", "record_id = ANY(%s::uuid[])"),
            ("audit_block", f"chain = '{NAME}' AND number > {blocks_kept} AND %s::uuid[] IS NOT NULL"),
        ):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"DELETE FROM {table} WHERE {condition}", [ids])
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def settle() -> str:
    out = io.StringIO()
    call_command("audit_after_restore", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("kept", [2, 0])
def test_the_chain_goes_on_where_the_backup_ends(data, kept):
    make_chain(lead(), blocks=4, of=2)
    make_chain(auditor(), blocks=1, of=1)
    before = anchors.file_of(NAME).read_text()
    restore_an_older_dump(kept)
    assert verify_chain(NAME)[1] is not None
    assert settle().count("\n") == 1
    (copy,) = anchors.folder().glob(f"{NAME}.before-*")
    assert copy.read_text() == before
    told = Record.objects.using("watch").get(act=Act.TRAIL_CUT)
    assert told.words == {"chain": NAME, "blocks": 4 - kept, "records": 2 * (4 - kept)}
    assert told.hospital_id == (HOSPITAL if kept else None)
    make_chain(lead(), blocks=2, of=2)
    assert [verify_chain(name)[1] for name in (NAME, "platform")] == [None, None]
    assert settle() == ""


def test_a_database_that_tells_another_story_is_no_restored_backup(data):
    """Or the command would be the way to have a forgery anchored."""
    make_chain(lead(), blocks=4, of=2)
    restore_an_older_dump(1)
    make_chain(lead(), blocks=1, of=2)
    before = anchors.file_of(NAME).read_text()
    with pytest.raises(CommandError):
        settle()
    assert anchors.file_of(NAME).read_text() == before
    assert seal(at=NOW) == 0
    assert verify_chain(NAME)[1] is not None
