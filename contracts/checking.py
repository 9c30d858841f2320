"""What is wrong with a matrix, each finding a sentence with the place it speaks of. Errors prevent activation.

It reads the rows as they are stored, because what cannot be must be found, not crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, pairwise
from typing import Any

from django.utils.translation import gettext as _

from contracts import sound
from contracts.drafts import Facts, ladders_of, metric_words, promises_of, role_words, said_as, when_words
from servicedesk.sla.ladder import Anchor, Recipient
from servicedesk.sla.promise import Metric, Severity, Unit, Window

EMPTY: Facts = {"promises": []}
LONGEST = 10 * 366 * 24 * 60
SECOND_MUST_NOT_COME_FIRST = (
    *((Metric.RESPOND, later) for later in
      (Metric.EMERGENCY, Metric.ON_SITE, Metric.WORKAROUND, Metric.RESTORE, Metric.DELIVER)),
    (Metric.WORKAROUND, Metric.RESTORE),
)  # fmt: skip


class Kind(StrEnum):
    UNREADABLE = "unreadable"
    EMPTY_LINE = "empty_line"
    GAP = "gap"
    NO_RESPONSE = "no_response"  # where the same kind of service has one at other hours or severities
    SOME_ONLY = "some_only"  # likewise, of another metric
    OVERLAP = "overlap"
    NO_CHANNEL = "no_channel"
    NO_TIME = "no_time"  # zero, or less
    TOO_LONG = "too_long"
    OTHER_WINDOW = "other_window"
    GRAVER_IS_SLOWER = "graver_is_slower"
    WRONG_ORDER = "wrong_order"  # on site before the response
    HOURS_ARE_SLOWER = "hours_are_slower"
    EMERGENCY_IS_SLOWER = "emergency_is_slower"
    NO_LADDER = "no_ladder"
    TELLS_NOBODY = "tells_nobody"
    RUNGS_OUT_OF_ORDER = "rungs_out_of_order"
    RUNG_PAST_DEADLINE = "rung_past_deadline"
    ROLE_UNFILLED = "role_unfilled"
    NEVER_MARKED = "never_marked"  # emergency lines, and no severity that marks itself
    MARK_WITHOUT_LINE = "mark_without_line"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_SEVERITY = "unknown_severity"
    NO_SOLVE_TIME = "no_solve_time"


WARNINGS = frozenset(
    {
        Kind.SOME_ONLY,
        Kind.HOURS_ARE_SLOWER,
        Kind.EMERGENCY_IS_SLOWER,
        Kind.NO_LADDER,
        Kind.ROLE_UNFILLED,
        Kind.NEVER_MARKED,
        Kind.MARK_WITHOUT_LINE,
        Kind.UNKNOWN_CATEGORY,
        Kind.UNKNOWN_SEVERITY,
    }
)


@dataclass(frozen=True)
class Finding:
    kind: Kind
    sentence: str
    row: int | None = None
    metric: str = ""
    ladder: str = ""  # its mark
    wanted: Mapping[str, Any] = field(default_factory=dict)  # of a gap: what the line that closes it would say
    is_sure: bool = True  # times in different units are compared by their usual length only

    @property
    def is_error(self) -> bool:
        return self.is_sure and self.kind not in WARNINGS


@dataclass(frozen=True)
class Known:
    """What the contract knows beside the matrix."""

    categories: Mapping[str, str]  # names by code
    severities: tuple[str, ...]
    filled: frozenset[str] | None = None  # roles that somebody fills; None: not asked
    week_minutes: int = 5 * 24 * 60


def check(rows: Sequence[Facts], marks_itself: Sequence[str], known: Known) -> list[Finding]:
    unreadable = list(_unreadable(rows))
    broken = {finding.row for finding in unreadable}
    sight = _Sight([(place, row) for place, row in enumerate(rows) if place not in broken], known, tuple(marks_itself))
    found = [*unreadable, *(finding for look in LOOKS for finding in look(sight))]
    return sorted(found, key=lambda finding: (not finding.is_error, -1 if finding.row is None else finding.row))


def _unreadable(rows: Sequence[Facts]) -> Iterator[Finding]:
    for place, row in enumerate(rows):
        if reason := sound.fault_of(row):
            words = {"line": place + 1, "reason": reason}
            yield Finding(Kind.UNREADABLE, _("Line %(line)s cannot be read: %(reason)s.") % words, place)


@dataclass(frozen=True)
class _Sight:
    """The readable rows with their places, seen as triples of category, severity and window."""

    rows: list[tuple[int, Facts]]
    known: Known
    marks_itself: tuple[str, ...]

    @property
    def windows(self) -> tuple[Window, ...]:
        if all(row["window"] == Window.ALWAYS for _place, row in self.rows):
            return (Window.ALWAYS,)
        return Window.WORKING, Window.OFF

    @property
    def in_place(self) -> list[Facts]:
        """Unreadable rows keep their places, and say nothing."""
        known = dict(self.rows)
        return [known.get(place, EMPTY) for place in range(max(known, default=-1) + 1)]

    def triples(self) -> Iterator[tuple[str, str, Window]]:
        for category in self.known.categories:
            for severity in self.known.severities:
                for window in self.windows:
                    yield category, severity, window

    def fitting(self, category: str, severity: str, window: Window, *, emergency: bool) -> list[tuple[int, Facts]]:
        return [
            (place, row)
            for place, row in self.rows
            if row["emergency"] is emergency
            and category in row["categories"]
            and severity in row["severities"]
            and row["window"] in (Window.ALWAYS, window)
        ]

    def terms(self, category: str, severity: str, window: Window, *, emergency: bool) -> dict[str, _Told]:
        fitting = self.fitting(category, severity, window, emergency=emergency)
        return {p["metric"]: _Told(place, p) for place, row in fitting for p in row["promises"]}

    def length(self, promise: Facts) -> float:
        return length(promise, self.known.week_minutes)

    def names(self, categories: Sequence[str]) -> str:
        if len(categories) == len(self.known.categories) > 1:
            return _("all kinds of service")
        shown = [self.known.categories.get(code, code) for code in categories]
        if len(shown) <= 3:
            return _(", ").join(shown)
        return _("%(names)s and %(count)s more") % {"names": _(", ").join(shown[:3]), "count": len(shown) - 3}


@dataclass(frozen=True)
class _Told:
    place: int
    promise: Facts


def length(promise: Facts, week_minutes: int) -> float:
    """How long it usually is, in minutes: to compare, never to reckon a deadline."""
    factors = {
        Unit.ELAPSED_MINUTES: 1.0,
        Unit.WORKING_MINUTES: 7 * 24 * 60 / max(1, week_minutes),
        Unit.WORKING_DAYS: 24 * 60 * 7 / 5,
        Unit.CALENDAR_DAYS: 24 * 60,
    }
    return float(promise["target"] * factors[Unit(promise["unit"])])


def where(severity: str, window: str) -> str:
    said = [_("severity %(letter)s") % {"letter": severity}] if severity else []
    if window != Window.ALWAYS:
        said.append(_("in working hours") if window == Window.WORKING else _("outside working hours"))
    return _(", ").join(said)


def _at(names: str, severity: str, window: str) -> str:
    """For whom a sentence speaks: kinds of service, severity, hours."""
    there = where(severity, window)
    return _("%(names)s (%(where)s)") % {"names": names, "where": there} if there else names


# ── what is missing, and what stands twice ───────────────────────────────────────────────────────────────────────────
def _gaps(sight: _Sight) -> Iterator[Finding]:
    missing: dict[tuple[str, str], list[str]] = {}
    covered = {code for _place, row in sight.rows if not row["emergency"] for code in row["categories"]}
    for category, name in sight.known.categories.items():
        if category not in covered:
            wanted = {"categories": [category], "severities": list(sight.known.severities)}
            yield Finding(Kind.GAP, _("Nothing is said about '%(name)s'.") % {"name": name}, wanted=wanted)
    for category, severity, window in sight.triples():
        if category in covered and not sight.fitting(category, severity, window, emergency=False):
            missing.setdefault((severity, window), []).append(category)
    for (letter, hours), categories in missing.items():
        wanted = {"categories": categories, "severities": [letter], "window": [hours]}
        at = _at(sight.names(categories), letter, hours)
        yield Finding(Kind.GAP, _("Nothing is promised for %(at)s: there is no line.") % {"at": at}, wanted=wanted)


def _holes(sight: _Sight) -> Iterator[Finding]:
    """A line is there, but not what other hours or severities of the same kind of service are promised."""
    usual: dict[str, set[str]] = {}
    lacking: dict[tuple[str, str, str], list[str]] = {}
    terms = {triple: sight.terms(*triple, emergency=False) for triple in sight.triples()}
    for (category, _severity, _window), promised in terms.items():
        usual.setdefault(category, set()).update(promised)
    for (category, severity, window), promised in terms.items():
        if sight.fitting(category, severity, window, emergency=False):
            for metric in sorted(usual[category] - set(promised)):
                lacking.setdefault((metric, severity, window), []).append(category)
    for (metric, letter, hours), categories in lacking.items():
        words = {"metric": metric_words(metric), "at": _at(sight.names(categories), letter, hours)}
        sentence = _("'%(metric)s' is promised at other hours or severities, but not for %(at)s.") % words
        kind = Kind.NO_RESPONSE if metric == Metric.RESPOND else Kind.SOME_ONLY
        wanted = {"categories": categories, "severities": [letter], "window": [hours]}
        yield Finding(kind, sentence, wanted=wanted)


def _overlaps(sight: _Sight) -> Iterator[Finding]:
    found: dict[tuple[int, int, str], list[str]] = {}
    for category, severity, window in sight.triples():
        for emergency in (False, True):
            fitting = sight.fitting(category, severity, window, emergency=emergency)
            told = [(place, p["metric"]) for place, row in fitting for p in row["promises"]]
            for (first, metric), (second, other) in combinations(told, 2):
                if metric == other and category not in found.setdefault((first, second, metric), []):
                    found[first, second, metric].append(category)
    for (first, second, metric), categories in found.items():
        words = {"metric": metric_words(metric), "names": sight.names(categories), "first": first + 1}
        if first == second:
            sentence = _("Line %(first)s promises '%(metric)s' twice.") % words
        else:
            words["second"] = second + 1
            sentence = _("Lines %(first)s and %(second)s both promise '%(metric)s' for %(names)s.") % words
        yield Finding(Kind.OVERLAP, sentence, second, metric)


def _empty_lines(sight: _Sight) -> Iterator[Finding]:
    for place, row in sight.rows:
        if not row["categories"]:
            sentence = _("Line %(line)s names no kind of service.") % {"line": place + 1}
            yield Finding(Kind.EMPTY_LINE, sentence, place)
        elif not row["severities"]:
            sentence = _("Line %(line)s names no severity.") % {"line": place + 1}
            yield Finding(Kind.EMPTY_LINE, sentence, place)


def _channels(sight: _Sight) -> Iterator[Finding]:
    found: dict[tuple[int, str, str], list[str]] = {}
    for category, severity, window in sight.triples():
        fitting = sight.fitting(category, severity, window, emergency=False)
        if fitting and not any(row["channels"] for _place, row in fitting):
            found.setdefault((fitting[0][0], severity, window), []).append(category)
    for (place, letter, hours), categories in found.items():
        at = _at(sight.names(categories), letter, hours)
        yield Finding(Kind.NO_CHANNEL, _("There is no channel to report by for %(at)s.") % {"at": at}, place)


def _unknown(sight: _Sight) -> Iterator[Finding]:
    for place, row in sight.rows:
        for code in row["categories"]:
            if code not in sight.known.categories:
                words = {"line": place + 1, "code": code}
                sentence = _("Line %(line)s names '%(code)s', which the service catalogue does not have.") % words
                yield Finding(Kind.UNKNOWN_CATEGORY, sentence, place)
        for severity in row["severities"]:
            if severity not in sight.known.severities:
                words = {"line": place + 1, "severity": severity or "—"}
                sentence = _("Line %(line)s names the severity %(severity)s, which the contract does not have.") % words
                yield Finding(Kind.UNKNOWN_SEVERITY, sentence, place)


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _times(sight: _Sight) -> Iterator[Finding]:
    for place, row in sight.rows:
        for promise in row["promises"]:
            words = {"line": place + 1, "metric": metric_words(promise["metric"]), "time": said_as(promise)}
            if promise["target"] <= 0:
                sentence = _("Line %(line)s, '%(metric)s': a time is more than zero, not %(time)s.") % words
                yield Finding(Kind.NO_TIME, sentence, place, promise["metric"])
            elif sight.length(promise) > LONGEST:
                sentence = _("Line %(line)s, '%(metric)s': nobody means %(time)s.") % words
                yield Finding(Kind.TOO_LONG, sentence, place, promise["metric"])
            if promise.get("window", Window.ALWAYS) != row["window"]:
                sentence = _("Line %(line)s, '%(metric)s': the promise runs by other hours than its line.") % words
                yield Finding(Kind.OTHER_WINDOW, sentence, place, promise["metric"])


Pair = tuple[int, str, int, str]  # the faulty cell and the one it is compared with
Compared = Callable[[_Sight, str, str, Window], Iterator[tuple[_Told, _Told]]]


def _compared(sight: _Sight, kind: Kind, sentence: str, pairs: Compared) -> Iterator[Finding]:
    """`pairs` yields two promises of which the first must not be the longer one."""
    found: dict[Pair, tuple[_Told, _Told, list[str], str, Window]] = {}
    for category, severity, window in sight.triples():
        for one, other in pairs(sight, category, severity, window):
            if sight.length(one.promise) > sight.length(other.promise):
                key = (one.place, one.promise["metric"], other.place, other.promise["metric"])
                entry = found.setdefault(key, (one, other, [], severity, window))
                if category not in entry[2]:
                    entry[2].append(category)
    for one, other, categories, severity, window in found.values():
        words = {
            "at": _at(sight.names(categories), severity, window),
            "metric": metric_words(one.promise["metric"]),
            "time": said_as(one.promise),
            "other_metric": metric_words(other.promise["metric"]),
            "other_time": said_as(other.promise),
        }
        is_sure = one.promise["unit"] == other.promise["unit"]
        yield Finding(kind, sentence % words, one.place, one.promise["metric"], is_sure=is_sure)


def _graver(sight: _Sight) -> Iterator[Finding]:
    def pairs(sight: _Sight, category: str, severity: str, window: Window) -> Iterator[tuple[_Told, _Told]]:
        own = sight.terms(category, severity, window, emergency=False)
        for lighter in sight.known.severities[sight.known.severities.index(severity) + 1 :]:
            theirs = sight.terms(category, lighter, window, emergency=False)
            yield from ((own[metric], theirs[metric]) for metric in own if metric in theirs)

    sentence = _("%(at)s: '%(metric)s' takes %(time)s, longer than the %(other_time)s of a lighter severity.")
    yield from _compared(sight, Kind.GRAVER_IS_SLOWER, sentence, pairs)


def _order(sight: _Sight) -> Iterator[Finding]:
    def pairs(sight: _Sight, category: str, severity: str, window: Window) -> Iterator[tuple[_Told, _Told]]:
        own = sight.terms(category, severity, window, emergency=False)
        urgent = own | sight.terms(category, severity, window, emergency=True)
        for terms in (own, urgent):
            for first, second in SECOND_MUST_NOT_COME_FIRST:
                if first in terms and second in terms:
                    yield terms[first], terms[second]

    sentence = _("%(at)s: '%(metric)s' may take %(time)s, but '%(other_metric)s' is due after %(other_time)s already.")
    yield from _compared(sight, Kind.WRONG_ORDER, sentence, pairs)


def _hours(sight: _Sight) -> Iterator[Finding]:
    def pairs(sight: _Sight, category: str, severity: str, window: Window) -> Iterator[tuple[_Told, _Told]]:
        if window is Window.WORKING:
            own = sight.terms(category, severity, window, emergency=False)
            off = sight.terms(category, severity, Window.OFF, emergency=False)
            yield from ((own[metric], off[metric]) for metric in own if metric in off)

    sentence = _("%(at)s: '%(metric)s' takes %(time)s, outside working hours only %(other_time)s.")
    yield from _compared(sight, Kind.HOURS_ARE_SLOWER, sentence, pairs)


def _urgency(sight: _Sight) -> Iterator[Finding]:
    def pairs(sight: _Sight, category: str, severity: str, window: Window) -> Iterator[tuple[_Told, _Told]]:
        own = sight.terms(category, severity, window, emergency=False)
        urgent = sight.terms(category, severity, window, emergency=True)
        yield from ((urgent[metric], own[metric]) for metric in urgent if metric in own)

    sentence = _("%(at)s: in an emergency '%(metric)s' takes %(time)s, otherwise only %(other_time)s.")
    yield from _compared(sight, Kind.EMERGENCY_IS_SLOWER, sentence, pairs)


# ── ladders ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _ladders(sight: _Sight) -> Iterator[Finding]:
    for place, row in sight.rows:
        for promise in row["promises"]:
            if not promise.get("ladder"):
                words = {"line": place + 1, "metric": metric_words(promise["metric"])}
                sentence = _("Line %(line)s, '%(metric)s': no ladder, so nobody is told when it is missed.") % words
                yield Finding(Kind.NO_LADDER, sentence, place, promise["metric"])
    for ladder in ladders_of(sight.in_place):
        for number, rung in enumerate(ladder.rungs, start=1):
            if not rung["tell"]:
                words = {"ladder": ladder.number, "rung": number}
                sentence = _("Ladder %(ladder)s, rung %(rung)s tells nobody.") % words
                place, metric = ladder.used[0]
                yield Finding(Kind.TELLS_NOBODY, sentence, place, metric, ladder.mark)


def _rungs(sight: _Sight) -> Iterator[Finding]:
    """Rungs that would be told in another order than they stand in, or count from the start past the deadline."""
    rows = sight.in_place
    seen: set[tuple[Kind, str]] = set()
    for ladder in ladders_of(rows):
        for place, promise in promises_of(rows):
            if promise.get("ladder") == ladder.rungs and promise["target"] > 0:
                for kind, sentence in _rung_faults(ladder.number, promise, sight):
                    if (kind, ladder.mark) not in seen:
                        seen.add((kind, ladder.mark))
                        yield Finding(kind, sentence, place, promise["metric"], ladder.mark)


def _rung_faults(number: int, promise: Facts, sight: _Sight) -> Iterator[tuple[Kind, str]]:
    due = sight.length(promise)
    words: dict[str, Any] = {"ladder": number, "time": said_as(promise), "metric": metric_words(promise["metric"])}
    for rung in promise["ladder"]:
        if rung["anchor"] == Anchor.START and rung["minutes"] > due:
            said = words | {"rung": when_words(rung)}
            yield (
                Kind.RUNG_PAST_DEADLINE,
                _("Ladder %(ladder)s: '%(rung)s' lies after the deadline of '%(metric)s' (%(time)s).") % said,
            )
    for rung, following in pairwise(promise["ladder"]):
        if _position(rung, due) > _position(following, due):
            said = words | {"rung": when_words(rung), "following": when_words(following)}
            yield (
                Kind.RUNGS_OUT_OF_ORDER,
                _("Ladder %(ladder)s: '%(rung)s' stands before '%(following)s', but comes later.") % said,
            )


def _position(rung: Facts, due: float) -> float:
    if rung["anchor"] == Anchor.SHARE:
        return due * float(rung["percent"]) / 100
    return (due if rung["anchor"] == Anchor.DUE else 0.0) + float(rung["minutes"])


def _roles(sight: _Sight) -> Iterator[Finding]:
    if sight.known.filled is None:
        return
    told: dict[str, tuple[int, str, str]] = {}
    for ladder in ladders_of(sight.in_place):
        for role in (role for rung in ladder.rungs for role in rung["tell"]):
            told.setdefault(role, (*ladder.used[0], ladder.mark))
    for role in (role for role in Recipient if role in told and role not in sight.known.filled):
        place, metric, ladder_mark = told[role]
        if role in (Recipient.ASSIGNEE, Recipient.ON_DUTY, Recipient.SECOND_LINE):
            sentence = _("No team is on duty for this contract, so '%(role)s' reaches nobody.")
        else:
            sentence = _("Ladders tell '%(role)s', but nobody with an account fills that role at this contract.")
        yield Finding(Kind.ROLE_UNFILLED, sentence % {"role": role_words(role)}, place, metric, ladder_mark)


def _marks(sight: _Sight) -> Iterator[Finding]:
    urgent = [place for place, row in sight.rows if row["emergency"]]
    if urgent and not sight.marks_itself:
        sentence = _("Line %(line)s speaks of emergencies, but no severity marks itself as one; people must.")
        yield Finding(Kind.NEVER_MARKED, sentence % {"line": urgent[0] + 1}, urgent[0])
    if sight.marks_itself and not urgent:
        letters = _(", ").join(letter for letter in Severity if letter in sight.marks_itself)
        sentence = _("Severity %(letters)s marks itself an emergency, but nothing is promised for one.")
        yield Finding(Kind.MARK_WITHOUT_LINE, sentence % {"letters": letters})


LOOKS: tuple[Callable[[_Sight], Iterator[Finding]], ...] = (
    _gaps, _holes, _overlaps, _empty_lines, _channels, _unknown, _times, _graver, _order, _hours, _urgency, _ladders, _rungs,
    _roles, _marks,
)  # fmt: skip
