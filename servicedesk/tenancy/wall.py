"""Who is asking, and the context that tells PostgreSQL so. Empty context: no rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from django.db import connection, transaction

from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.scopes import permissions_of

SETTINGS = ("wall.side", "wall.hospitals", "wall.writable", "wall.vendor", "wall.person")
READ = "SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS)
WRITE = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)


@dataclass(frozen=True, slots=True)
class Context:
    """What may be read and written. It comes from a session's membership or a verified secret, never from a request."""

    side: Side | None = None
    hospitals: tuple[int, ...] = ()
    writable: tuple[int, ...] = ()
    vendor: int | None = None
    person: UUID | None = None

    @classmethod
    def of_hospital(cls, hospital_id: int) -> Self:
        return cls(Side.HOSPITAL, (hospital_id,), (hospital_id,))

    @classmethod
    def of_vendor(cls, vendor_id: int, *hospital_ids: int) -> Self:
        return cls(Side.VENDOR, hospital_ids, hospital_ids, vendor_id)

    @classmethod
    def of_platform(cls) -> Self:
        return cls(Side.PLATFORM)

    @classmethod
    def of_owner(cls, hospital_id: int | None, vendor_id: int | None) -> Self:
        """The context in which a row with these owner columns may be written by a task."""
        if hospital_id is not None:
            return cls.of_hospital(hospital_id)
        return cls.of_platform() if vendor_id is None else cls.of_vendor(vendor_id)

    def values(self) -> tuple[str, ...]:
        return (
            self.side or "",
            ",".join(map(str, self.hospitals)),
            ",".join(map(str, self.writable)),
            "" if self.vendor is None else str(self.vendor),
            "" if self.person is None else str(self.person),
        )


NOBODY = Context()


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person in the membership they act in. Services take it as `by=`."""

    user_id: UUID
    membership_id: UUID
    role: Role
    name: str
    organisation: str
    hospital_id: int | None = None
    vendor_id: int | None = None
    department_id: UUID | None = None
    hospitals: tuple[int, ...] = ()
    writable: tuple[int, ...] = ()
    hue: int | None = None  # the hospital's, so that nobody answers the wrong one
    elsewhere: bool = False  # belongs to another organisation too
    token_id: UUID | None = None  # a machine, by this token
    only: frozenset[str] | None = None  # a machine's scopes: of what its role may, only these permissions

    @property
    def side(self) -> Side:
        return self.role.side

    @property
    def context(self) -> Context:
        return Context(self.side, self.hospitals, self.writable, self.vendor_id, self.user_id)


def _set(values: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)


@contextmanager
def opened(context: Context) -> Iterator[None]:
    """Run the block in this context; afterwards the previous one holds again, or none."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _current() if nested else None
        _set(context.values())
        yield
        # RELEASE SAVEPOINT keeps what SET LOCAL did, so put it back by hand; ROLLBACK TO restores it by itself.
        if before is not None and not connection.needs_rollback:
            _set(before)


def _current() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return tuple(value or "" for value in cursor.fetchone())


def enter(user_id: UUID, membership_id: UUID | None) -> Person | None:
    """Verify the membership and open the wall for it, in one query. None: no access (any more).

    Must run inside a transaction; the context lasts as long as that does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM wall_enter(%s, %s)", [user_id, membership_id])
        row = cursor.fetchone()
        if row is None:
            return None
        return _person(dict(zip([column.name for column in cursor.description], row, strict=True)))


def enter_by_token(secret: str) -> Person | None:
    """The same for a machine. None: unknown, run out, revoked, or its access has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM wall_enter_by_token(%s)", [hash_of(secret)])
        row = cursor.fetchone()
        if row is None:
            return None
        found = dict(zip([column.name for column in cursor.description], row, strict=True))
    return replace(_person(found), token_id=found["token_id"], only=permissions_of(json.loads(found["scopes"])))


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _person(row: dict[str, Any]) -> Person:
    return Person(
        user_id=row["user_id"],
        membership_id=row["membership_id"],
        role=Role(row["role"]),
        name=row["name"],
        organisation=row["organisation"],
        hospital_id=row["hospital_id"],
        vendor_id=row["vendor_id"],
        department_id=row["department_id"],
        hospitals=tuple(row["hospitals"] or ()),
        writable=tuple(row["writable"] or ()),
        hue=row["hue"],
        elsewhere=row["elsewhere"],
    )
