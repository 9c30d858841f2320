"""Times that cannot be, and times that are out of order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from contracts.drafts import metric_words, said_as
from contracts.finding import Finding, Kind
from contracts.sight import Sight, Told, at_
from servicedesk.sla.promise import Metric, Window

LONGEST = 10 * 366 * 24 * 60
SECOND_MUST_NOT_COME_FIRST = (
    *((Metric.RESPOND, later) for later in
      (Metric.EMERGENCY, Metric.ON_SITE, Metric.WORKAROUND, Metric.RESTORE, Metric.DELIVER)),
    (Metric.WORKAROUND, Metric.RESTORE),
)  # fmt: skip


def _times(sight: Sight) -> Iterator[Finding]:
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
Compared = Callable[[Sight, str, str, Window], Iterator[tuple[Told, Told]]]


def _compared(sight: Sight, kind: Kind, sentence: str, pairs: Compared) -> Iterator[Finding]:
    """`pairs` yields two promises of which the first must not be the longer one."""
    found: dict[Pair, tuple[Told, Told, list[str], str, Window]] = {}
    for category, severity, window in sight.triples():
        for one, other in pairs(sight, category, severity, window):
            if sight.length(one.promise) > sight.length(other.promise):
                key = (one.place, one.promise["metric"], other.place, other.promise["metric"])
                entry = found.setdefault(key, (one, other, [], severity, window))
                if category not in entry[2]:
                    entry[2].append(category)
    for one, other, categories, severity, window in found.values():
        words = {
            "at": at_(sight.names(categories), severity, window),
            "metric": metric_words(one.promise["metric"]),
            "time": said_as(one.promise),
            "other_metric": metric_words(other.promise["metric"]),
            "other_time": said_as(other.promise),
        }
        is_sure = one.promise["unit"] == other.promise["unit"]
        yield Finding(kind, sentence % words, one.place, one.promise["metric"], is_sure=is_sure)


def _graver(sight: Sight) -> Iterator[Finding]:
    def pairs(sight: Sight, category: str, severity: str, window: Window) -> Iterator[tuple[Told, Told]]:
        own = sight.terms(category, severity, window, emergency=False)
        for lighter in sight.known.severities[sight.known.severities.index(severity) + 1 :]:
            theirs = sight.terms(category, lighter, window, emergency=False)
            yield from ((own[metric], theirs[metric]) for metric in own if metric in theirs)

    sentence = _("%(at)s: '%(metric)s' takes %(time)s, longer than the %(other_time)s of a lighter severity.")
    yield from _compared(sight, Kind.GRAVER_IS_SLOWER, sentence, pairs)


def _order(sight: Sight) -> Iterator[Finding]:
    def pairs(sight: Sight, category: str, severity: str, window: Window) -> Iterator[tuple[Told, Told]]:
        own = sight.terms(category, severity, window, emergency=False)
        urgent = own | sight.terms(category, severity, window, emergency=True)
        for terms in (own, urgent):
            for first, second in SECOND_MUST_NOT_COME_FIRST:
                if first in terms and second in terms:
                    yield terms[first], terms[second]

    sentence = _("%(at)s: '%(metric)s' may take %(time)s, but '%(other_metric)s' is due after %(other_time)s already.")
    yield from _compared(sight, Kind.WRONG_ORDER, sentence, pairs)


def _hours(sight: Sight) -> Iterator[Finding]:
    def pairs(sight: Sight, category: str, severity: str, window: Window) -> Iterator[tuple[Told, Told]]:
        if window is Window.WORKING:
            own = sight.terms(category, severity, window, emergency=False)
            off = sight.terms(category, severity, Window.OFF, emergency=False)
            yield from ((own[metric], off[metric]) for metric in own if metric in off)

    sentence = _("%(at)s: '%(metric)s' takes %(time)s, outside working hours only %(other_time)s.")
    yield from _compared(sight, Kind.HOURS_ARE_SLOWER, sentence, pairs)


def _urgency(sight: Sight) -> Iterator[Finding]:
    def pairs(sight: Sight, category: str, severity: str, window: Window) -> Iterator[tuple[Told, Told]]:
        own = sight.terms(category, severity, window, emergency=False)
        urgent = sight.terms(category, severity, window, emergency=True)
        yield from ((urgent[metric], own[metric]) for metric in urgent if metric in own)

    sentence = _("%(at)s: in an emergency '%(metric)s' takes %(time)s, otherwise only %(other_time)s.")
    yield from _compared(sight, Kind.EMERGENCY_IS_SLOWER, sentence, pairs)


LOOKS = (_times, _graver, _order, _hours, _urgency)
