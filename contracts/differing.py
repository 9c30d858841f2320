"""What is promised otherwise: two matrices side by side, cell by cell, old → new. What is the same is not named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contracts.drafts import Facts, metric_words, rung_words, said_as
from servicedesk.clocks.words import CHANNELS
from servicedesk.sla.promise import Armed, Channel, Severity, Window

CHANNEL = "channels"
Key = tuple[str, str, str, bool, str]  # category, severity, window, emergency, metric


@dataclass(frozen=True)
class Difference:
    """`old` or `new` is empty where nothing is promised; each is a list of what is said."""

    names: tuple[str, ...]
    severities: tuple[str, ...]
    window: str
    is_emergency: bool
    what: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def differences(old: Sequence[Facts], new: Sequence[Facts], names: Mapping[str, str]) -> list[Difference]:
    """Kinds of service, severities and hours that change alike stand in one line."""
    before, after = _cells(old), _cells(new)
    changed = [key for key in dict.fromkeys([*before, *after]) if before.get(key) != after.get(key)]
    by_window = _joined(changed, before, after)
    by_severity: dict[tuple[Any, ...], list[str]] = {}
    for (category, severity, window, urgent, what), said in by_window:
        by_severity.setdefault((category, window, urgent, what, *said), []).append(severity)
    by_name: dict[tuple[Any, ...], list[str]] = {}
    for (category, *rest), severities in by_severity.items():
        by_name.setdefault((tuple(severities), *rest), []).append(category)
    found = [_difference(key, categories, names) for key, categories in by_name.items()]
    return sorted(found, key=lambda each: (each.is_emergency, each.names, each.severities, each.window))


Said = tuple[tuple[str, ...], tuple[str, ...]]


def _joined(
    keys: list[Key], before: Mapping[Key, tuple[str, ...]], after: Mapping[Key, tuple[str, ...]]
) -> Iterator[tuple[Key, Said]]:
    """Working hours and all others in one, where both change alike."""
    said: dict[Key, Said] = {key: _apart(before.get(key, ()), after.get(key, ())) for key in keys}
    for key in keys:
        category, severity, window, urgent, what = key
        twin = (category, severity, Window.OFF if window == Window.WORKING else Window.WORKING, urgent, what)
        if said.get(twin) != said[key]:
            yield key, said[key]
        elif window == Window.WORKING:
            yield (category, severity, Window.ALWAYS, urgent, what), said[key]


def _apart(old: tuple[str, ...], new: tuple[str, ...]) -> Said:
    """The first thing said is the time; of the rest only what differs."""
    kept_old = tuple(said for place, said in enumerate(old) if place == 0 or said not in new)
    kept_new = tuple(said for place, said in enumerate(new) if place == 0 or said not in old)
    return kept_old, kept_new


def _difference(key: tuple[Any, ...], categories: list[str], names: Mapping[str, str]) -> Difference:
    severities, window, urgent, what, old, new = key
    shown = [name for code, name in names.items() if code in categories]
    shown += sorted(code for code in categories if code not in names)
    if names and set(categories) >= set(names):
        shown = [_("All kinds of service")]
    order = [severity for severity in Severity if severity in severities]
    return Difference(
        tuple(shown), tuple(s.value for s in order if s), window, urgent, _head(what), tuple(old), tuple(new)
    )


def _head(what: str) -> str:
    return _("How to report") if what == CHANNEL else metric_words(what)


def _cells(rows: Sequence[Facts]) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, tuple[str, ...]] = {}
    channels: dict[Key, set[str]] = {}
    for row in rows:
        for category, severity, window in _triples(row):
            for promise in row["promises"]:
                found[category, severity, window, row["emergency"], promise["metric"]] = promise_words(promise)
            if not row["emergency"]:
                channels.setdefault((category, severity, window, False, CHANNEL), set()).update(row["channels"])
    for key, open_channels in channels.items():
        said = _(", ").join(str(CHANNELS[channel]) for channel in Channel if channel in open_channels)
        found[key] = (said or _("no channel"),)
    return found


def _triples(row: Facts) -> Iterator[tuple[str, str, str]]:
    windows = (Window.WORKING, Window.OFF) if row["window"] == Window.ALWAYS else (Window(row["window"]),)
    for category in row["categories"]:
        for severity in row["severities"]:
            for window in windows:
                yield category, severity, window.value


def promise_words(promise: Facts) -> tuple[str, ...]:
    """All that a cell says: the time first."""
    said = [said_as(promise)]
    if promise.get("by_agreement"):
        said.append(_("by agreement, this at the latest"))
    if promise.get("armed", Armed.AT_REPORT) == Armed.WHEN_CALLED_FOR:
        said.append(_("once a visit is called for"))
    if promise.get("closes_with_hours") and promise["unit"].endswith("_days"):
        said.append(_("ends with the working hours"))
    if promise.get("is_default"):
        said.append(_("not from the contract"))
    if promise.get("window_is_default"):
        said.append(_("runs day and night as a house default"))
    if clause := promise.get("clause"):
        said.append(_("clause %(clause)s") % {"clause": clause})
    return (*said, *(rung_words(rung) for rung in promise.get("ladder", [])))


def marks_differ(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    """Severities that became, or are no longer, an emergency by themselves."""
    if set(old) == set(new):
        return []
    said = [(_(", ").join(level for level in Severity if level in marks) or _("none"),) for marks in (old, new)]
    names = (_("All kinds of service"),)
    return [Difference(names, (), Window.ALWAYS, True, _("An emergency by itself: severity"), said[0], said[1])]
