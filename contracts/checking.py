"""What is wrong with a matrix, each finding a sentence with the place it speaks of. Errors prevent activation.

It reads the rows as they are stored, because what cannot be must be found, not crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from django.utils.translation import gettext as _

from contracts import checking_ladders, checking_times, sound
from contracts.drafts import Facts, metric_words
from contracts.finding import Finding, Kind, Known
from contracts.sight import Sight, at_
from servicedesk.sla.promise import Metric, Severity


def check(rows: Sequence[Facts], marks_itself: Sequence[str], known: Known) -> list[Finding]:
    unreadable = list(_unreadable(rows))
    broken = {finding.row for finding in unreadable}
    sight = Sight([(place, row) for place, row in enumerate(rows) if place not in broken], known, tuple(marks_itself))
    found = _each_once([*unreadable, *(finding for look in LOOKS for finding in look(sight))])
    return sorted(found, key=lambda finding: (not finding.is_error, -1 if finding.row is None else finding.row))


def _each_once(findings: Sequence[Finding]) -> list[Finding]:
    """A line that is at odds with two others is told so once, where the sentence is the same."""
    return list({(finding.kind, finding.sentence, finding.row): finding for finding in reversed(findings)}.values())[
        ::-1
    ]


def _unreadable(rows: Sequence[Facts]) -> Iterator[Finding]:
    for place, row in enumerate(rows):
        if reason := sound.fault_of(row):
            words = {"line": place + 1, "reason": reason}
            yield Finding(Kind.UNREADABLE, _("Line %(line)s cannot be read: %(reason)s.") % words, place)


def _gaps(sight: Sight) -> Iterator[Finding]:
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
        at = at_(sight.names(categories), letter, hours)
        yield Finding(Kind.GAP, _("Nothing is promised for %(at)s: there is no line.") % {"at": at}, wanted=wanted)


def _holes(sight: Sight) -> Iterator[Finding]:
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
        words = {"metric": metric_words(metric), "at": at_(sight.names(categories), letter, hours)}
        sentence = _("'%(metric)s' is promised at other hours or severities, but not for %(at)s.") % words
        kind = Kind.NO_RESPONSE if metric == Metric.RESPOND else Kind.SOME_ONLY
        wanted = {"categories": categories, "severities": [letter], "window": [hours]}
        yield Finding(kind, sentence, wanted=wanted)


def _overlaps(sight: Sight) -> Iterator[Finding]:
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


def _empty_lines(sight: Sight) -> Iterator[Finding]:
    for place, row in sight.rows:
        if not row["categories"]:
            sentence = _("Line %(line)s names no kind of service.") % {"line": place + 1}
            yield Finding(Kind.EMPTY_LINE, sentence, place)
        elif not row["severities"]:
            sentence = _("Line %(line)s names no severity.") % {"line": place + 1}
            yield Finding(Kind.EMPTY_LINE, sentence, place)


def _channels(sight: Sight) -> Iterator[Finding]:
    found: dict[tuple[int, str, str], list[str]] = {}
    for category, severity, window in sight.triples():
        fitting = sight.fitting(category, severity, window, emergency=False)
        if fitting and not any(row["channels"] for _place, row in fitting):
            found.setdefault((fitting[0][0], severity, window), []).append(category)
    for (place, letter, hours), categories in found.items():
        at = at_(sight.names(categories), letter, hours)
        yield Finding(Kind.NO_CHANNEL, _("There is no channel to report by for %(at)s.") % {"at": at}, place)


def _unknown(sight: Sight) -> Iterator[Finding]:
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


def _marks(sight: Sight) -> Iterator[Finding]:
    urgent = [place for place, row in sight.rows if row["emergency"]]
    if urgent and not sight.marks_itself:
        sentence = _("Line %(line)s speaks of emergencies, but no severity marks itself as one; people must.")
        yield Finding(Kind.NEVER_MARKED, sentence % {"line": urgent[0] + 1}, urgent[0])
    if sight.marks_itself and not urgent:
        letters = _(", ").join(letter for letter in Severity if letter in sight.marks_itself)
        sentence = _("Severity %(letters)s marks itself an emergency, but nothing is promised for one.")
        yield Finding(Kind.MARK_WITHOUT_LINE, sentence % {"letters": letters})


LOOKS: tuple[Callable[[Sight], Iterator[Finding]], ...] = (
    _gaps, _holes, _overlaps, _empty_lines, _channels, _unknown,
    *checking_times.LOOKS, *checking_ladders.LOOKS, _marks,
)  # fmt: skip
