"""People, records and sealed chains for the trail's tests. Records have no foreign keys, so no world is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.audit.record import record
from servicedesk.audit.services.sealing import seal
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.wall import Context, Person, opened

NOW = datetime.now(UTC)
HOSPITAL, OTHER, VENDOR = 71, 72, 8


def lead(hospital_id: int = HOSPITAL) -> Person:
    return Person(
        uuid7(), uuid7(), Role.IT_LEAD, "刘主任", "省医", hospital_id, None, None, (hospital_id,), (hospital_id,)
    )


def engineer(vendor_id: int = VENDOR, *hospitals: int) -> Person:
    return Person(uuid7(), uuid7(), Role.VENDOR_ENGINEER, "王工", "东软", None, vendor_id, None, hospitals, hospitals)


def auditor() -> Person:
    return Person(uuid7(), uuid7(), Role.AUDIT_ADMINISTRATOR, "赵", "")


def write(by: Person, count: int = 1, *, at: datetime = NOW) -> list[UUID]:
    made: list[UUID] = []
    for number in range(count):
        with opened(Context.of_owner(by.hospital_id, by.vendor_id)):
            made.append(record(Act.FILE_READ, by=by, at=at, words={"number": number}).pk)
    return made


def make_chain(by: Person, *, blocks: int, of: int) -> list[UUID]:
    """A sealed and anchored chain, block by block."""
    ids: list[UUID] = []
    for number in range(blocks):
        ids += write(by, of)
        seal(at=NOW + timedelta(seconds=3 * number))
    return ids


def everything() -> list[Record]:
    return list(Record.objects.using("watch").order_by("pk"))
