"""A matrix as people read it: kinds of service that are promised the same stand together, a line per severity and
window, a column per promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from servicedesk.clocks.words import CHANNELS, METRICS, target
from servicedesk.sla.promise import Armed, Channel, Matrix, Metric, Promise, Row, Severity, Window


@dataclass(frozen=True)
class Cell:
    promise: Promise

    @property
    def words(self) -> str:
        return target(self.promise.target, self.promise.unit)

    @property
    def waits_for_call(self) -> bool:
        return self.promise.armed is Armed.WHEN_CALLED_FOR


@dataclass(frozen=True)
class Line:
    severity: Severity
    window: Window
    is_emergency: bool
    cells: tuple[Cell | None, ...]
    channels: tuple[Channel, ...]

    @property
    def channel_words(self) -> list[str]:
        return [str(CHANNELS[channel]) for channel in self.channels]


@dataclass(frozen=True)
class Group:
    names: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Grid:
    metrics: tuple[Metric, ...]
    groups: tuple[Group, ...]
    has_severities: bool
    has_windows: bool
    is_for_all: bool  # one group: all kinds of service are promised the same
    marks_itself: tuple[Severity, ...]  # severities that are an emergency by themselves

    @property
    def heads(self) -> list[str]:
        return [str(METRICS[metric]) for metric in self.metrics]


def grid(matrix: Matrix, names: Mapping[str, str]) -> Grid:
    """`names` are the kinds of service by their code, in the catalogue's order."""
    metrics = tuple(m for m in Metric if any(p.metric is m for row in matrix.rows for p in row.promises))
    windows = _windows(matrix)
    lines = {code: tuple(_lines(matrix.rows, code, windows, metrics)) for code in names}
    groups: dict[tuple[Line, ...], list[str]] = {}
    for code, name in names.items():
        groups.setdefault(lines[code], []).append(name)
    return Grid(
        metrics=metrics,
        groups=tuple(Group(tuple(named), same) for same, named in groups.items()),
        has_severities=any(line.severity for same in groups for line in same),
        has_windows=any(line.window is not Window.ALWAYS for same in groups for line in same),
        is_for_all=len(groups) == 1,
        marks_itself=tuple(severity for severity in Severity if severity in matrix.marks_itself),
    )


def _windows(matrix: Matrix) -> tuple[Window, ...]:
    if all(row.window is Window.ALWAYS for row in matrix.rows):
        return (Window.ALWAYS,)
    return Window.WORKING, Window.OFF


def _lines(rows: Iterable[Row], code: str, windows: tuple[Window, ...], metrics: tuple[Metric, ...]) -> Iterator[Line]:
    mine = [row for row in rows if code in row.categories]
    for severity in Severity:
        if any(severity in row.severities for row in mine):
            yield from _joined(_line(mine, code, severity, window, metrics) for window in windows)
    urgent = [row for row in mine if row.emergency]
    if urgent:
        cells = _cells(urgent, metrics)
        yield Line(Severity.NONE, Window.ALWAYS, True, cells, ())


def _line(rows: list[Row], code: str, severity: Severity, window: Window, metrics: tuple[Metric, ...]) -> Line:
    fitting = [row for row in rows if not row.emergency and row.fits(code, severity, window)]
    open_channels = frozenset().union(*(row.channels for row in fitting))
    channels = tuple(channel for channel in Channel if channel in open_channels)
    return Line(severity, window, False, _cells(fitting, metrics), channels)


def _joined(lines: Iterator[Line]) -> Iterator[Line]:
    """Working hours and all others in one line, where they are promised the same."""
    found = list(lines)
    if len({(_plain(line), line.channels) for line in found}) == 1:
        found = [Line(found[0].severity, Window.ALWAYS, False, found[0].cells, found[0].channels)]
    yield from found


def _plain(line: Line) -> tuple[object, ...]:
    return tuple((cell.promise.target, cell.promise.unit) if cell else None for cell in line.cells)


def _cells(rows: list[Row], metrics: tuple[Metric, ...]) -> tuple[Cell | None, ...]:
    found = {promise.metric: promise for row in rows for promise in row.promises}
    return tuple(Cell(found[metric]) if metric in found else None for metric in metrics)
