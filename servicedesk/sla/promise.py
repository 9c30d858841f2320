"""What a contract promises: a matrix of rows (category, severity, window) with targets, and who hears of it when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from servicedesk.sla.calendar import ALWAYS, Calendar, Impossible
from servicedesk.sla.ladder import SILENT, Ladder


class Metric(StrEnum):
    RESPOND = "respond"
    EMERGENCY = "emergency"
    ON_SITE = "on_site"
    WORKAROUND = "workaround"
    RESTORE = "restore"
    DELIVER = "deliver"
    REPORT = "report"
    CONFIRM = "confirm"
    CALL = "call"
    UPDATE = "update"

    @property
    def is_of_the_house(self) -> bool:
        """No contract names it: it watches what the product itself asks of people, and no other severity touches it."""
        return self in (Metric.CONFIRM, Metric.CALL, Metric.UPDATE)


class Unit(StrEnum):
    """The unit says which arithmetic holds. Days are counted as articles 201 to 203 of the Civil Code count them."""

    ELAPSED_MINUTES = "elapsed_minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"

    @property
    def is_days(self) -> bool:
        return self in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)


class Armed(StrEnum):
    AT_REPORT = "at_report"
    WHEN_CALLED_FOR = "when_called_for"


class Severity(StrEnum):
    """Declared from grave to light. A contract without levels uses NONE."""

    ONE = "1"
    A = "A"
    B = "B"
    C = "C"
    NONE = ""

    def is_graver_than(self, other: Severity) -> bool:
        order = list(Severity)
        return order.index(self) < order.index(other)


class Channel(StrEnum):
    PHONE = "phone"
    WEB = "web"
    MAIL = "mail"
    REMOTE = "remote"
    QQ = "qq"
    ON_SITE = "on_site"
    PLATFORM = "platform"  # the hospital's own, mirrored


class Window(StrEnum):
    """In which the report fell: that decides the row, for all of its clocks and for good."""

    ALWAYS = "24x7"
    WORKING = "working"
    OFF = "off"


@dataclass(frozen=True)
class Promise:
    """`clause` is the contract's; `is_default` marks a house default (†), which pages call 'not from the contract'."""

    metric: Metric
    target: int
    unit: Unit
    window: Window = Window.ALWAYS
    armed: Armed = Armed.AT_REPORT
    closes_with_hours: bool = False  # the last day ends with the working hours, which only some contracts name
    by_agreement: bool = False  # the agreed time, and the target at the latest
    is_default: bool = False
    window_is_default: bool = False  # the contract does not say when it runs
    clause: str = ""
    ladder: Ladder = SILENT

    def __post_init__(self) -> None:
        if self.target < 0 or (self.target == 0 and not self.unit.is_days):
            raise Impossible("A target is at least one minute, not %(target)s.", target=self.target)

    def asks_the_same(self, other: Promise) -> bool:
        """Whatever clause says so, and whether the contract or the house does."""
        said = {"clause": "", "is_default": False, "window_is_default": False}
        return replace(self, **said) == replace(other, **said)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """`emergency` rows hold beside the severity's own: what they promise of a metric goes before."""

    categories: frozenset[str]
    severities: frozenset[Severity]
    window: Window
    promises: tuple[Promise, ...]
    channels: frozenset[Channel] = frozenset(Channel)
    emergency: bool = False

    def fits(self, category: str, severity: Severity, window: Window) -> bool:
        named = category in self.categories and severity in self.severities
        return named and self.window in (Window.ALWAYS, window)


@dataclass(frozen=True)
class Matrix:
    """One version of what a contract promises. Its calendar says which window a report falls in."""

    name: str
    rows: tuple[Row, ...]
    calendar: Calendar = ALWAYS
    marks_itself: frozenset[Severity] = field(
        default_factory=frozenset
    )  # severities that are an emergency by themselves

    def window_at(self, reported_at: datetime) -> Window:
        return Window.WORKING if self.calendar.is_open(reported_at) else Window.OFF

    def rows_for(self, category: str, severity: Severity, reported_at: datetime) -> Iterator[Row]:
        window = self.window_at(reported_at)
        return (row for row in self.rows if row.fits(category, severity, window))

    def terms(
        self, category: str, severity: Severity, reported_at: datetime, *, emergency: bool = False
    ) -> Mapping[Metric, Promise]:
        """What is promised of each metric. Nothing, where the parties have not agreed upon times."""
        fitting = list(self.rows_for(category, severity, reported_at))
        if not fitting:
            words = {"contract": self.name, "category": category, "severity": severity or "—"}
            raise Impossible("%(contract)s promises nothing for '%(category)s' of severity %(severity)s.", **words)
        own = _promises(row for row in fitting if not row.emergency)
        urgent = _promises(row for row in fitting if row.emergency)
        if emergency and not urgent:
            raise Impossible("%(contract)s promises nothing particular for an emergency.", contract=self.name)
        if emergency:
            own |= urgent
        elif severity in self.marks_itself:  # a house rule: it adds, and takes nothing from the contract's own words
            own = {metric: replace(promise, is_default=True) for metric, promise in urgent.items()} | own
        return {metric: self._in_window(promise, reported_at) for metric, promise in own.items()}

    def of_the_mark(self, category: str, severity: Severity, reported_at: datetime) -> frozenset[Metric]:
        """What the hospital's mark of an emergency promises here, whatever the severity; it may be nothing."""
        rows = self.rows_for(category, severity, reported_at)
        return frozenset(_promises(row for row in rows if row.emergency))

    def _in_window(self, promise: Promise, reported_at: datetime) -> Promise:
        """Where a contract tells working hours from others, every promise of a report bears the report's window."""
        if promise.window is not Window.ALWAYS or all(row.window is Window.ALWAYS for row in self.rows):
            return promise
        return replace(promise, window=self.window_at(reported_at))

    def channels_for(self, category: str, severity: Severity, reported_at: datetime) -> frozenset[Channel]:
        """An emergency changes what is promised, never how it may be reported."""
        rows = self.rows_for(category, severity, reported_at)
        return frozenset().union(*(row.channels for row in rows if not row.emergency))


def _promises(rows: Iterable[Row]) -> dict[Metric, Promise]:
    return {promise.metric: promise for row in rows for promise in row.promises}
