"""Ladders that tell nobody, in the wrong order, or too late."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from contracts.drafts import Facts, ladders_of, metric_words, promises_of, role_words, said_as, when_words
from contracts.finding import Finding, Kind
from contracts.sight import Sight
from servicedesk.sla.ladder import Anchor, Recipient


def _ladders(sight: Sight) -> Iterator[Finding]:
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


def _rungs(sight: Sight) -> Iterator[Finding]:
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


def _rung_faults(number: int, promise: Facts, sight: Sight) -> Iterator[tuple[Kind, str]]:
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


def _roles(sight: Sight) -> Iterator[Finding]:
    if sight.known.filled is None:
        return
    told: dict[str, tuple[int, str, str]] = {}
    for ladder in ladders_of(sight.in_place):
        for role in (role for rung in ladder.rungs for role in rung["tell"]):
            told.setdefault(role, (*ladder.used[0], ladder.mark))
    for role in (role for role in Recipient if role in told and role not in sight.known.filled):
        place, metric, ladder_mark = told[role]
        if role is Recipient.SECOND_LINE and Recipient.ON_DUTY in sight.known.filled:
            sentence = _("The team on duty has one line only, so '%(role)s' reaches nobody.")
        elif role in (Recipient.ASSIGNEE, Recipient.ON_DUTY, Recipient.SECOND_LINE):
            sentence = _("No team is on duty for this contract, so '%(role)s' reaches nobody.")
        else:
            sentence = _("Ladders tell '%(role)s', but nobody with an account fills that role at this contract.")
        yield Finding(Kind.ROLE_UNFILLED, sentence % {"role": role_words(role)}, place, metric, ladder_mark)


LOOKS = (_ladders, _rungs, _roles)
