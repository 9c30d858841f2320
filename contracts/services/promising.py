"""What the parties agree on beside the blueprint's promises while the contract is a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.matrices import draft_of, row_of, stored_rows
from contracts.models import Contract
from contracts.services.keeping import locked
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.sla.ladder import SILENT, Ladder
from servicedesk.sla.promise import Metric, Promise, Row, Severity, Unit, Window
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

FAULT = "fault"


@transaction.atomic
def agree_solve_time(contract: Contract, *, target: int | None, unit: Unit, by: Person, at: datetime) -> None:
    """ICU-19: a time in which a fault is solved, or (None) the explicit word that there is none."""
    contract, version = locked(contract), draft_of(contract)
    if version is None:
        raise Refused(_("There is no draft of the promises."))
    rows = [row for row in map(row_of, version.rows) if not is_agreed_solve_time(row)]
    if target is not None:
        rows.append(_solving(rows, contract, target, unit))
    contract.has_no_solve_time = target is None
    contract.save(update_fields=["has_no_solve_time"])
    version.rows = stored_rows(rows)
    version.save()
    words: dict[str, Any] = {"solve_time": target, "unit": unit.value}
    record(Act.CONTRACT_CHANGED, contract, by=by, at=at, words=words)


def is_agreed_solve_time(row: Row) -> bool:
    """The row that this act adds: faults alone, nothing but their solution, and no word on channels."""
    return row.categories == {FAULT} and [p.metric for p in row.promises] == [Metric.RESTORE] and not row.channels


def _solving(rows: list[Row], contract: Contract, target: int, unit: Unit) -> Row:
    promise = Promise(Metric.RESTORE, target, unit, clause=contract.number, ladder=_ladder(rows))
    severities = frozenset().union(*(row.severities for row in rows if FAULT in row.categories))
    return Row(frozenset({FAULT}), severities or frozenset({Severity.NONE}), Window.ALWAYS, (promise,), frozenset())


def _ladder(rows: list[Row]) -> Ladder:
    """That of the lightest fault: what grave ones tell at the start was told with their response."""
    promises = [promise for row in rows if FAULT in row.categories and not row.emergency for promise in row.promises]
    return promises[-1].ladder if promises else SILENT
