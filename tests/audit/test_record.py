"""Every write leaves its line, in the same transaction, with nothing in it that does not belong there. G7, PACS-18."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog
from django.db import DatabaseError, connections, transaction

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.models import Record
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department
from servicedesk.tenancy.wall import Context, opened
from tests.audit.trails import NOW, everything
from tests.world import enter, make_matter, make_member

db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])


@pytest.fixture
def from_the_ward():
    structlog.contextvars.bind_contextvars(address="10.20.30.40", request_id="0123456789abcdef")
    yield
    structlog.contextvars.clear_contextvars()


@db
def test_it_says_who_when_from_where_and_with_what_result(world, from_the_ward):
    member = make_member(Role.IT_LEAD, world.h1)
    person = enter(member)
    department = world.radiology[world.h1.id]
    made = record(Act.FILE_READ, department, by=person, at=NOW, result=Result.FAILED, words={"size": 3, "old": None})
    kept = Record.objects.get(pk=made.pk)
    assert (kept.by_user, kept.by_membership, kept.by_role) == (member.user_id, member.pk, Role.IT_LEAD)
    assert (kept.hospital_id, kept.vendor_id, kept.at, kept.act) == (world.h1.id, None, NOW, Act.FILE_READ)
    assert (kept.subject_kind, kept.subject_id) == ("tenancy.department", str(department.pk))
    assert (kept.address, kept.request_id, kept.result) == ("10.20.30.40", "0123456789abcdef", Result.FAILED)
    assert kept.words == {"size": 3, "old": None}
    assert abs((kept.recorded_at - datetime.now(UTC)).total_seconds()) < 600, "the database's own clock"


@db
def test_a_vendor_stands_in_the_hospitals_trail_as_the_party(world):
    matter = make_matter(world.h1, world.v1)
    person = enter(make_member(Role.VENDOR_ENGINEER, world.v1))
    made = record(Act.FILE_READ, matter, by=person, at=NOW)
    alone = record(Act.SIGNED_IN, by=person, at=NOW)
    assert (made.hospital_id, made.vendor_id) == (world.h1.id, world.v1.id)
    assert (alone.hospital_id, alone.vendor_id) == (None, world.v1.id)


@db
def test_who_may_only_read_leaves_a_trace_of_reading(world):
    """After an engagement ended, and in a support session, the context is not writable; the trail is, for adding."""
    matter = make_matter(world.h1, world.v1)
    for context in (
        Context(*("vendor", (world.h1.id,), (), world.v1.id)),
        Context(*("platform", (world.h1.id,), ())),
    ):
        with opened(context):
            made = record(Act.FILE_READ, matter, by=None, at=NOW)
            with pytest.raises(DatabaseError), transaction.atomic():
                Record.objects.create(hospital_id=world.h2.id, at=NOW, act=Act.FILE_READ)
        assert made.hospital_id == world.h1.id


@committed
def test_an_audit_that_fails_undoes_the_act(world):
    """The disk is full, the table is gone, a right was taken away: no department without its line."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_record FROM servicedesk_app")
    try:
        with pytest.raises(DatabaseError), opened(Context.of_hospital(world.h1.id)):
            department = Department.objects.create(hospital=world.h1, name="骨科")
            record(Act.DENIED, department, by=None, at=NOW)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("GRANT INSERT ON audit_record TO servicedesk_app")
    assert not Department.objects.using("watch").filter(name="骨科").exists()
    assert everything() == []


@committed
def test_no_waiting_row_no_record(world):
    """The line and its place among the waiting are one: what cannot be sealed is not written."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_pending FROM servicedesk_watch")
    try:
        with pytest.raises(DatabaseError), opened(Context.of_platform()):
            record(Act.SIGNED_IN, by=None, at=NOW)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("GRANT INSERT ON audit_pending TO servicedesk_watch")
    assert everything() == []


INJECTED = [
    "王建国",
    "a b",
    "x\n2026-11-20 forged line",
    "x\r\nforged",
    "x\u2028forged",
    "\x1b[2Jx",
    "\u202egnp.exe",
    "x\x00y",
    "li@hospital.cn",
    "13812345678",
    "11010519491231002X",
    "x" * 121,
    1.5,
    ["a"],
    {"a": 1},
]


@db
@pytest.mark.parametrize("value", INJECTED, ids=repr)
def test_names_texts_and_line_ends_are_refused(value):
    with opened(Context.of_platform()):
        with pytest.raises(ValueError, match="takes an id or a closed word"):
            record(Act.SIGNED_IN, by=None, at=NOW, words={"word": value})
        with pytest.raises(ValueError, match="is no name"):
            record(Act.SIGNED_IN, by=None, at=NOW, words={str(value) + " ": "x"})


@db
@pytest.mark.parametrize("claimed", ["1.2.3.4\nforged", "unknown", "<script>", "9" * 300, "王"])
def test_an_address_that_is_none_is_left_out(claimed):
    structlog.contextvars.bind_contextvars(address=claimed, request_id=claimed)
    try:
        with opened(Context.of_platform()):
            made = record(Act.SIGNED_IN, by=None, at=NOW)
    finally:
        structlog.contextvars.clear_contextvars()
    assert (made.address, made.request_id) == ("", "")


@db
def test_the_zone_of_an_address_is_nothing_to_trust():
    """`ipaddress` lets anything follow the percent sign, a line end too."""
    structlog.contextvars.bind_contextvars(address="fe80::1%eth0\nforged")
    try:
        with opened(Context.of_platform()):
            assert record(Act.SIGNED_IN, by=None, at=NOW).address == "fe80::1"
    finally:
        structlog.contextvars.clear_contextvars()


@db
def test_a_time_without_zone_is_refused():
    with opened(Context.of_platform()), pytest.raises(ValueError, match="aware"):
        record(Act.SIGNED_IN, by=None, at=datetime(2026, 11, 20))
