"""Can a stored row be read at all? Says what is in the way, in words fit for a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from contracts.drafts import Facts
from servicedesk.sla.ladder import Anchor, Recipient
from servicedesk.sla.promise import Armed, Channel, Metric, Severity, Unit, Window


def fault_of(row: Any) -> str:
    """Empty where the row can be read."""
    return next(_faults(row), "")


def _faults(row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield _("it is no line")
        return
    if not _all_of(row.get("severities"), set(Severity)):
        yield _("its severities are wrong")
    if not _all_of(row.get("channels"), set(Channel)):
        yield _("its channels are wrong")
    if not _texts(row.get("categories")):
        yield _("its kinds of service are wrong")
    if not _one_of(row.get("window"), set(Window)):
        yield _("its hours are wrong")
    if not isinstance(row.get("emergency"), bool):
        yield _("whether it is for emergencies is not said")
    promises = row.get("promises")
    if not isinstance(promises, list):
        yield _("its promises are wrong")
        return
    for promise in promises:
        yield from _promise_faults(promise)


def _promise_faults(promise: Any) -> Iterator[str]:
    if not isinstance(promise, dict) or not _one_of(promise.get("metric"), set(Metric)):
        yield _("a promise does not say of what")
        return
    if not _one_of(promise.get("unit"), set(Unit)) or not _is_number(promise.get("target")):
        yield _("a time is not a number and its unit")
    if not _one_of(promise.get("armed", Armed.AT_REPORT), set(Armed)):
        yield _("a promise does not say when it begins to run")
    if not _one_of(promise.get("window", Window.ALWAYS), set(Window)):
        yield _("its hours are wrong")
    ladder = promise.get("ladder", [])
    if not isinstance(ladder, list) or not all(map(_is_rung, ladder)):
        yield _("a rung of a ladder is wrong")


def _is_rung(rung: Facts) -> bool:
    return (
        isinstance(rung, dict)
        and _one_of(rung.get("anchor"), set(Anchor))
        and _all_of(rung.get("tell"), set(Recipient))
        and _is_number(rung.get("percent"))
        and _is_number(rung.get("minutes"))
        and 0 <= rung["percent"] < 100
        and rung["minutes"] >= 0
    )


def _all_of(values: Any, known: set[Any]) -> bool:
    return _texts(values) and all(value in known for value in values)


def _one_of(value: Any, known: set[Any]) -> bool:
    return isinstance(value, str) and value in known


def _texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
