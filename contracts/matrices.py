"""A contract's promises between rows and core: `matrix_of(version)`, `matrix_at(contract, moment)`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from contracts.models import Contract, MatrixVersion
from contracts.models.promises import OPEN
from contracts.trying import Offer
from servicedesk.clocks import promises
from servicedesk.clocks.models import WorkCalendar
from servicedesk.clocks.reading import calendar
from servicedesk.sla.promise import Channel, Matrix, Row, Severity, Window


def stored_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [_stored(row) for row in rows]


def _stored(row: Row) -> dict[str, Any]:
    return {
        "categories": sorted(row.categories),
        "severities": [severity.value for severity in Severity if severity in row.severities],
        "window": row.window.value,
        "channels": [channel.value for channel in Channel if channel in row.channels],
        "emergency": row.emergency,
        "promises": [promises.stored(promise) for promise in row.promises],
    }


def row_of(facts: dict[str, Any]) -> Row:
    return Row(
        categories=frozenset(facts["categories"]),
        severities=frozenset(map(Severity, facts["severities"])),
        window=Window(facts["window"]),
        promises=tuple(map(promises.restored, facts["promises"])),
        channels=frozenset(map(Channel, facts["channels"])),
        emergency=facts["emergency"],
    )


def matrix_of(version: MatrixVersion, *, calendar_id: Any = None) -> Matrix:
    """With the newest version of its calendar: a year that was published since counts for what begins now."""
    calendar_id = calendar_id or current_calendar_id(version)
    return Matrix(
        name=version.contract.name,
        rows=_agreed(version, version.activated_at) if version.activated_at else _read(version),
        calendar=calendar(calendar_id, using=version._state.db or "default"),
        marks_itself=frozenset(map(Severity, version.marks_itself)),
    )


@lru_cache(maxsize=256)
def _agreed(version: MatrixVersion, _activated_at: datetime) -> tuple[Row, ...]:
    """Once activated it never changes, so its rows are read once in a process's life."""
    return _read(version)


def _read(version: MatrixVersion) -> tuple[Row, ...]:
    return tuple(map(row_of, version.rows))


def current_calendar_id(version: MatrixVersion) -> Any:
    made = version.calendar
    newest = WorkCalendar.objects.using(version._state.db or "default").filter(
        hospital_id=made.hospital_id, vendor_id=made.vendor_id, name=made.name, replaced_at=None
    )
    return next(iter(newest.order_by().values_list("id", flat=True)), made.pk)


def version_at(contract: Contract, moment: datetime) -> MatrixVersion | None:
    """The version in force at a moment."""
    versions = MatrixVersion.objects.using(contract._state.db or "default").filter(contract=contract)
    in_force = versions.filter(activated_at__isnull=False, active_from__lte=moment)
    found = in_force.select_related("calendar").order_by("-active_from", "-version").first()
    if found:
        found.contract = contract
    return found


def version_near(contract: Contract, moment: datetime) -> MatrixVersion | None:
    """The version in force at a moment; before the first one and outside the contract, the newest there is."""
    versions = MatrixVersion.objects.filter(contract=contract).select_related("contract", "calendar")
    return version_at(contract, moment) or versions.order_by("-version").first()


def matrix_at(contract: Contract, moment: datetime) -> Matrix | None:
    """What the contract promises at a moment; None before its first version is in force."""
    version = version_at(contract, moment)
    return matrix_of(version) if version else None


def draft_of(contract: Contract) -> MatrixVersion | None:
    """What is being prepared, or waits for the hospital's word."""
    drafts = MatrixVersion.objects.filter(OPEN, contract=contract)
    return drafts.select_related("contract", "calendar").first()


def offer_of(version: MatrixVersion) -> Offer:
    """What may be tried of a version."""
    contract = version.contract
    levels = {level.severity for level in contract.levels.all()}
    return Offer(
        code=contract.blueprint,
        name=contract.name,
        categories={item.category: item.name for item in contract.catalogue.all()},
        levels=tuple(severity for severity in Severity if severity in levels),
        matrix=matrix_of(version),
    )
