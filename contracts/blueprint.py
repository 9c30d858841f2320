"""The contracts to start from: blueprints/*.yaml, read strictly. A wrong one is refused with file, line and reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from django.utils.translation import gettext as _

from contracts.nodes import At, Wrong
from contracts.owing import SECTIONS, Owed
from servicedesk.clocks import mainland
from servicedesk.clocks.words import in_words
from servicedesk.sla.calendar import ALL_DAY, Hours, Impossible, Segment, refuse_impossible
from servicedesk.sla.ladder import SILENT, Anchor, Ladder, Recipient, Rung
from servicedesk.sla.promise import Armed, Channel, Matrix, Metric, Promise, Row, Severity, Unit, Window

FOLDER = Path(__file__).parent / "blueprints"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_WEEK: tuple[Hours, ...] = (ALL_DAY,) * 5 + ((), ())
UNITS = {
    "min": (Unit.ELAPSED_MINUTES, 1),
    "h": (Unit.ELAPSED_MINUTES, 60),
    "working min": (Unit.WORKING_MINUTES, 1),
    "working h": (Unit.WORKING_MINUTES, 60),
    "working days": (Unit.WORKING_DAYS, 1),
    "calendar days": (Unit.CALENDAR_DAYS, 1),
}
WITHIN = re.compile(rf"([1-9]\d{{0,4}}) ({'|'.join(UNITS)})")
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)")
RUNG = re.compile(r"(start|due)(?: \+ (\d{1,4}) min)?|(\d{1,2})%")


@dataclass(frozen=True)
class Category:
    code: str
    name: str
    clause: str  # empty for a house category, which the contract does not name


@dataclass(frozen=True)
class Level:
    """What the contract says of a severity, in its own words: shown when somebody chooses."""

    severity: Severity
    means: str
    vendor: str
    hospital: str


@dataclass(frozen=True)
class Blueprint:
    code: str
    prefix: str
    name: str
    categories: dict[str, Category]
    levels: dict[Severity, Level]
    matrix: Matrix
    owed: Owed  # what it counts and owes beside its promises


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def blueprint(code: str) -> Blueprint:
    if code not in names():
        words = {"name": code, "known": ", ".join(names())}
        raise Wrong(_("There is no blueprint '%(name)s'. There are: %(known)s.") % words)
    return _of_file(code)


@cache
def _of_file(code: str) -> Blueprint:
    """Read once: 50 ms of YAML for each, and its calendar is worked out once as well."""
    return read((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"), file=f"{code}.yaml")


def read(text: str, *, file: str) -> Blueprint:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = {"file": file, "line": mark.line + 1 if mark else 1, "reason": getattr(error, "problem", error)}
        raise Wrong(_("%(file)s, line %(line)s: this is no YAML (%(reason)s).") % words) from error
    if node is None:
        raise Wrong(_("%(file)s: the file is empty.") % {"file": file})
    return _blueprint(At(file, node))


def _blueprint(top: At) -> Blueprint:
    needed = ("blueprint", "prefix", "name", "categories", "promises")
    found = top.only("severities", "hours", "marks_emergency", "ladders", *SECTIONS, needed=needed)
    name = found["name"].text()
    categories = {code: _category(code, at) for code, at in found["categories"].fields().items()}
    levels = dict(_levels(found["severities"])) if "severities" in found else {}
    context = _Context(
        categories=frozenset(categories),
        severities=frozenset(levels) or frozenset({Severity.NONE}),
        ladders={code: _ladder(at) for code, at in found["ladders"].fields().items()} if "ladders" in found else {},
        names_hours="hours" in found,
    )
    week = _week(found["hours"]) if "hours" in found else OFFICE_WEEK
    matrix = Matrix(
        name=name,
        rows=tuple(_row(at, context) for at in found["promises"].items()),
        calendar=mainland.calendar(week, name=name),
        marks_itself=found["marks_emergency"].all_of(Severity) if "marks_emergency" in found else frozenset(),
    )
    owed = Owed.read(found, frozenset(categories))
    return Blueprint(found["blueprint"].text(), found["prefix"].text(), name, categories, levels, matrix, owed)


def _category(code: str, at: At) -> Category:
    found = at.only("clause", "house", needed=("name",))
    return Category(code, found["name"].text(), at.clause())


def _levels(at: At) -> Iterator[tuple[Severity, Level]]:
    for code, item in at.fields().items():
        if code not in set(Severity):
            raise item.wrong(_("'%(name)s' is none of %(known)s.") % {"name": code, "known": "1, A, B, C"})
        found = item.only(needed=("means", "vendor", "hospital"))
        severity = Severity(code)
        yield severity, Level(severity, *(found[name].text() for name in ("means", "vendor", "hospital")))


def _week(at: At) -> tuple[Hours, ...]:
    found = at.only(*WEEKDAYS)
    return tuple(_hours(found[day]) if day in found else () for day in WEEKDAYS)


def _hours(at: At) -> Hours:
    hours = tuple(_segment(item) for item in at.items())
    _fit(at, lambda: refuse_impossible(hours))
    return hours


def _segment(at: At) -> Segment:
    if not (found := SPAN.fullmatch(at.text())):
        raise at.wrong(_("hours are written like 08:00-18:00."))
    return int(found[1]) * 60 + int(found[2]), int(found[3][:2]) * 60 + int(found[3][3:])


def _ladder(at: At) -> Ladder:
    return Ladder(tuple(_rung(item) for item in at.items()))


def _rung(at: At) -> Rung:
    found = at.only(needed=("at", "tell"))
    if not (said := RUNG.fullmatch(found["at"].text())):
        raise found["at"].wrong(_("a rung is at 'start', '50%', 'due', or 'due + 30 min'."))
    anchor, minutes, percent = said.groups()
    told = found["tell"].all_of(Recipient)
    where = Anchor(anchor) if anchor else Anchor.SHARE
    return _fit(at, lambda: Rung(where, told, percent=int(percent or 0), minutes=int(minutes or 0)))


@dataclass(frozen=True)
class _Context:
    """What the rows of a file may refer to."""

    categories: frozenset[str]
    severities: frozenset[Severity]
    ladders: dict[str, Ladder]
    names_hours: bool


def _row(at: At, context: _Context) -> Row:
    metrics = tuple(Metric)
    found = at.only("categories", "severities", "window", "channels", "ladder", "only_in_emergency", *metrics)
    window = found["window"].one_of(Window) if "window" in found else Window.ALWAYS
    if window is not Window.ALWAYS and not context.names_hours:
        raise found["window"].wrong(_("a window needs the contract's working hours; add 'hours'."))
    ladder = _named(found["ladder"], context.ladders) if "ladder" in found else SILENT
    return Row(
        categories=_categories(found["categories"], context) if "categories" in found else context.categories,
        severities=found["severities"].all_of(Severity) if "severities" in found else context.severities,
        window=window,
        promises=tuple(_promise(found[name], name, window, ladder, context) for name in metrics if name in found),
        channels=found["channels"].all_of(Channel) if "channels" in found else frozenset(Channel),
        emergency="only_in_emergency" in found and found["only_in_emergency"].is_true(),
    )


def _named(at: At, ladders: dict[str, Ladder]) -> Ladder:
    if at.text() not in ladders:
        raise at.wrong(_("there is no ladder '%(name)s'.") % {"name": at.text()})
    return ladders[at.text()]


def _categories(at: At, context: _Context) -> frozenset[str]:
    for item in at.items():
        if item.text() not in context.categories:
            raise item.wrong(_("'%(name)s' is no category of this contract.") % {"name": item.text()})
    return frozenset(item.text() for item in at.items())


def _promise(at: At, metric: str, window: Window, ladder: Ladder, context: _Context) -> Promise:
    found = at.only("armed", "by_agreement", "house", "house_window", needed=("within", "clause"))
    if not (said := WITHIN.fullmatch(found["within"].text())):
        raise found["within"].wrong(_("a time is a number and one of %(known)s.") % {"known": ", ".join(UNITS)})
    unit, factor = UNITS[said[2]]
    return _fit(
        at,
        lambda: Promise(
            metric=Metric(metric),
            target=int(said[1]) * factor,
            unit=unit,
            window=window,
            armed=found["armed"].one_of(Armed) if "armed" in found else Armed.AT_REPORT,
            closes_with_hours=context.names_hours,
            by_agreement="by_agreement" in found and found["by_agreement"].is_true(),
            is_default="house" in found and found["house"].is_true(),
            window_is_default="house_window" in found and found["house_window"].is_true(),
            clause=found["clause"].text(),
            ladder=ladder,
        ),
    )


Made = TypeVar("Made")


def _fit(at: At, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except Impossible as reason:
        raise at.wrong(in_words(reason)) from reason
