"""The chain's arithmetic, without a database: whose chain a record is in, how it is written down, what it hashes to.

An encoding never changes once a block was sealed with it; a new one gets the next number, and `Block.encoding` says
which was used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

Values = tuple[Any, ...]
# Everything a record says, in the order in which both sealing and verifying read it.
FIELDS = (
    "id", "hospital_id", "vendor_id", "at", "recorded_at", "act", "result", "subject_kind", "subject_id",
    "by_user", "by_membership", "by_role", "address", "request_id", "words",
)  # fmt: skip
ENCODING = 1
MARK = 16  # hex digits of each record's hash that its block's anchor keeps


@dataclass(frozen=True, slots=True)
class Chain:
    """One per hospital; one per vendor for what is the company's alone; one for the platform."""

    hospital_id: int | None = None
    vendor_id: int | None = None

    @classmethod
    def of(cls, hospital_id: int | None, vendor_id: int | None) -> Self:
        return cls(hospital_id, None if hospital_id is not None else vendor_id)

    @classmethod
    def named(cls, name: str) -> Self:
        side, _, number = name.partition("-")
        if name == "platform":
            return cls()
        if side not in {"hospital", "vendor"} or not (number.isascii() and number.isdecimal()):
            raise ValueError(f"{name!r} is no chain: hospital-<number>, vendor-<number> or platform")
        return cls(int(number)) if side == "hospital" else cls(None, int(number))

    @property
    def name(self) -> str:
        if self.hospital_id is not None:
            return f"hospital-{self.hospital_id}"
        return "platform" if self.vendor_id is None else f"vendor-{self.vendor_id}"

    @property
    def owner(self) -> dict[str, int | None]:
        return {"hospital_id": self.hospital_id, "vendor_id": self.vendor_id}

    def holds(self, hospital_id: int | None, vendor_id: int | None) -> bool:
        return hospital_id == self.hospital_id and (hospital_id is not None or vendor_id == self.vendor_id)

    @property
    def origin(self) -> bytes:
        """What the first record is chained to: no piece of one chain fits into another."""
        return hashlib.sha256(f"servicedesk audit chain {self.name}".encode()).digest()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)


_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def _first(values: Values) -> bytes:
    """JSON, names sorted, ASCII only, UTC with six decimals."""
    said = dict(zip(FIELDS, values, strict=True))
    said |= {name: _utc(said[name]) for name in ("at", "recorded_at")}
    said |= {name: _id(said[name]) for name in ("id", "by_user", "by_membership")}
    return _written(said).encode()


ENCODINGS: dict[int, Callable[[Values], bytes]] = {1: _first}


def link_hash(previous: bytes, values: Values, encoding: int = ENCODING) -> bytes:
    return hashlib.sha256(previous + ENCODINGS[encoding](values)).digest()
