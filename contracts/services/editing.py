"""A draft of the promises, changed cell by cell. Nothing that is promised now moves by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.drafts import Facts, Rungs, mark
from contracts.models import MatrixVersion
from contracts.models.promises import VersionState
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

METRICS = list(Metric)
MOST_ROWS = 200


@transaction.atomic
def keep_cell(
    version: MatrixVersion, place: int, metric: Metric, facts: Facts | None, *, was: str, by: Person, at: datetime
) -> None:
    """What a line promises of one metric; None takes it away. `was` marks the line as the person saw it."""
    version = opened(version)
    row = _row(version, place, was)
    others = [promise for promise in row["promises"] if promise["metric"] != metric.value]
    promises = [*others, facts | {"metric": metric.value} | _window_of(row)] if facts is not None else others
    row["promises"] = sorted(promises, key=lambda promise: METRICS.index(Metric(promise["metric"])))
    _keep(version, by=by, at=at, words={"line": place + 1, "metric": metric.value, "promised": facts is not None})


def _window_of(row: Facts) -> Facts:
    return {"window": row["window"]}


@transaction.atomic
def keep_row(
    version: MatrixVersion, place: int | None, facts: Facts, *, was: str = "", by: Person, at: datetime
) -> int:
    """For whom a line speaks and how it may be reported; its promises stay. Without a place it is a new line."""
    version = opened(version)
    if place is None:
        place = _new_place(version)
        version.rows.append({"promises": []})
    else:
        _row(version, place, was)
    row = version.rows[place]
    row |= facts
    row["promises"] = [promise | _window_of(row) for promise in row["promises"]]
    _keep(version, by=by, at=at, words={"line": place + 1})
    return place


@transaction.atomic
def copy_row(version: MatrixVersion, place: int, *, was: str, by: Person, at: datetime) -> int:
    """The same once more, to be narrowed to a severity or a kind of service of its own."""
    version = opened(version)
    row = _row(version, place, was)
    _new_place(version)
    version.rows.insert(place + 1, {**row, "promises": [dict(promise) for promise in row["promises"]]})
    _keep(version, by=by, at=at, words={"line": place + 2, "copied": True})
    return place + 1


@transaction.atomic
def remove_row(version: MatrixVersion, place: int, *, was: str, by: Person, at: datetime) -> None:
    version = opened(version)
    _row(version, place, was)
    del version.rows[place]
    _keep(version, by=by, at=at, words={"line": place + 1, "removed": True})


@transaction.atomic
def keep_ladder(version: MatrixVersion, rungs: Rungs, *, was: str = "", by: Person, at: datetime) -> None:
    """All promises that use the ladder `was` have this one from now on; without it, it is a new one to choose from."""
    version = opened(version)
    if was and not _has_ladder(version, was):
        raise Refused(_("Somebody has changed this meanwhile. Look at it again."), code="changed")
    for promise in (promise for row in version.rows for promise in row["promises"]):
        if was and mark(promise.get("ladder", [])) == was:
            promise["ladder"] = rungs
    spare = [ladder for ladder in version.ladders if mark(ladder) not in (was, mark(rungs))]
    version.ladders = [*spare, rungs]
    _keep(version, by=by, at=at, words={"ladder": mark(rungs), "rungs": len(rungs)})


@transaction.atomic
def remove_ladder(version: MatrixVersion, was: str, *, by: Person, at: datetime) -> None:
    """Only one that no promise uses."""
    version = opened(version)
    if any(mark(promise.get("ladder", [])) == was for row in version.rows for promise in row["promises"]):
        raise Refused(_("Promises use this ladder. Give them another one first."))
    version.ladders = [ladder for ladder in version.ladders if mark(ladder) != was]
    _keep(version, by=by, at=at, words={"ladder": was, "removed": True})


@transaction.atomic
def keep_marks(
    version: MatrixVersion, marks_itself: Sequence[Severity], *, has_no_solve_time: bool, by: Person, at: datetime
) -> None:
    """For the whole contract: which severities are an emergency by themselves, and ICU-19's explicit word."""
    version = opened(version)
    version.marks_itself = [severity.value for severity in marks_itself]
    version.has_no_solve_time = has_no_solve_time
    _keep(version, by=by, at=at, words={"marks": len(marks_itself), "no_solve_time": has_no_solve_time})


def opened(version: MatrixVersion) -> MatrixVersion:
    """Locked, and refused once it is no longer a draft."""
    locked = (
        MatrixVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("contract").get(pk=version.pk)
    )
    if locked.state is VersionState.ASKED:
        raise Refused(_("The hospital is looking at this draft. Withdraw it to change it."))
    if locked.state is not VersionState.DRAFT:
        raise Refused(_("This version is no draft any more; it stays as it is."))
    return locked


def _row(version: MatrixVersion, place: int, was: str) -> Facts:
    """The line that the person saw, or a refusal: nobody overwrites another's change unseen."""
    if not 0 <= place < len(version.rows) or mark(version.rows[place]) != was:
        raise Refused(_("Somebody has changed this line meanwhile. Look at it again."), code="changed")
    row: Facts = version.rows[place]
    return row


def _new_place(version: MatrixVersion) -> int:
    if len(version.rows) >= MOST_ROWS:
        raise Refused(_("A matrix has at most %(most)s lines.") % {"most": MOST_ROWS})
    return len(version.rows)


def _has_ladder(version: MatrixVersion, was: str) -> bool:
    used = (promise.get("ladder", []) for row in version.rows for promise in row["promises"])
    return any(mark(ladder) == was for ladder in (*used, *version.ladders))


def _keep(version: MatrixVersion, *, by: Person, at: datetime, words: dict[str, Any]) -> None:
    version.save()
    record(Act.MATRIX_EDITED, version, by=by, at=at, words={"version": version.version, **words})
