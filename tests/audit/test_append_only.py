"""What is on record stays on record: the application adds rows and can do nothing else. PACS-18, ALL-1."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connections, transaction

from servicedesk.audit.models import Block, Link, Record
from servicedesk.audit.services.sealing import seal
from tests.audit.trails import HOSPITAL, NOW, lead, make_chain, write

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
CONTEXT = f"SELECT set_config('wall.side', 'hospital', true), set_config('wall.hospitals', '{HOSPITAL}', true), " \
          f"set_config('wall.writable', '{HOSPITAL}', true)"  # fmt: skip
APP = [
    "UPDATE audit_record SET act = 'x'",
    "DELETE FROM audit_record",
    "TRUNCATE audit_record",
    "INSERT INTO audit_link SELECT * FROM audit_link",
    "UPDATE audit_link SET position = 0",
    "DELETE FROM audit_link",
    "TRUNCATE audit_link",
    "INSERT INTO audit_block SELECT * FROM audit_block",
    "UPDATE audit_block SET head = '\\x00'",
    "DELETE FROM audit_block",
    "SELECT * FROM audit_pending",
    "INSERT INTO audit_pending VALUES (gen_random_uuid(), 'platform')",
    "UPDATE audit_pending SET chain = 'platform'",
    "DELETE FROM audit_pending",
    "ALTER TABLE audit_record DISABLE TRIGGER USER",
    "DROP TRIGGER audit_await_seal ON audit_record",
    "SELECT audit_await_seal()",
    "SET ROLE servicedesk_watch",
]
WATCH = [
    "UPDATE audit_record SET act = 'x'",
    "DELETE FROM audit_record",
    "TRUNCATE audit_record",
    "UPDATE audit_link SET position = 0",
    "DELETE FROM audit_link",
    "UPDATE audit_block SET head = '\\x00'",
    "DELETE FROM audit_block",
    "UPDATE audit_pending SET chain = 'platform'",
    "ALTER TABLE audit_record DISABLE TRIGGER USER",
]


@pytest.mark.parametrize(("alias", "statements"), [("default", APP), ("watch", WATCH)])
def test_no_role_that_runs_can_take_anything_back(alias, statements, data):
    make_chain(lead(), blocks=1, of=2)
    write(lead())
    for statement in statements:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(CONTEXT)
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
                cursor.execute(statement)
            transaction.set_rollback(True, using=alias)


def test_what_is_sealed_counts_once(data):
    """A second run, and one after it, find nothing to do and change nothing."""
    ids = make_chain(lead(), blocks=2, of=3)
    assert seal(at=NOW) == 0
    assert Record.objects.using("watch").count() == Link.objects.using("watch").count() == len(ids)
    assert Block.objects.using("watch").count() == 2
