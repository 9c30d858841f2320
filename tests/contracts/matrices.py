"""A small healthy matrix as it is stored, and one fault of each kind to put into it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from contracts.finding import Kind, Known

Rows = list[dict[str, Any]]
LADDER = [
    {"anchor": "share", "tell": ["on_duty"], "percent": 50, "minutes": 0},
    {"anchor": "due", "tell": ["project_manager"], "percent": 0, "minutes": 0},
    {"anchor": "due", "tell": ["hospital_lead"], "percent": 0, "minutes": 30},
]
KNOWN = Known(
    {"fault": "故障", "change": "变更"}, ("1", "B"), frozenset({"on_duty", "project_manager", "hospital_lead"}), 50 * 60
)
MARKS = ["1"]


def promise(metric: str, target: int, window: str = "24x7", **more: Any) -> dict[str, Any]:
    facts = {"metric": metric, "target": target, "unit": "elapsed_minutes", "armed": "at_report", "window": window}
    return facts | {"clause": "X-1", "ladder": deepcopy(LADDER)} | more


def line(severities: list[str], *promises: dict[str, Any], window: str = "24x7", **more: Any) -> dict[str, Any]:
    facts = {"categories": ["change", "fault"], "severities": severities, "window": window, "emergency": False}
    return facts | {"channels": ["phone"], "promises": list(promises)} | more


def healthy() -> Rows:
    """Severity 1 by day and night, B by two windows, and an emergency's own line."""
    return [
        line(["1"], promise("respond", 5), promise("on_site", 240)),
        line(["B"], promise("respond", 30, "working"), promise("on_site", 300, "working"), window="working"),
        line(["B"], promise("respond", 60, "off"), promise("on_site", 360, "off"), window="off"),
        line(["1", "B"], promise("restore", 2, unit="working_days")),
        line(["1", "B"], promise("emergency", 60), emergency=True),
    ]


def _at(place: int, **facts: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[place].update(deepcopy(facts))


def _of(place: int, number: int, **facts: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[place]["promises"][number].update(deepcopy(facts))


def _ladder(*rungs: dict[str, Any]) -> Callable[[Rows], None]:
    return _of(0, 0, ladder=list(rungs))


def _take_away_emergencies(rows: Rows) -> None:
    del rows[4]


LATE_START = {"anchor": "start", "tell": ["on_duty"], "percent": 0, "minutes": 9000}
FAULTS: dict[str, tuple[Kind, Callable[[Rows], None]]] = {
    "a severity is lost": (Kind.GAP, lambda rows: [rows.pop(0), rows[2].update(severities=["B"])]),
    "a line is lost": (Kind.NO_RESPONSE, lambda rows: rows.pop(2)),
    "a response is lost": (Kind.NO_RESPONSE, lambda rows: rows[1]["promises"].pop(0)),
    "no visit for severity 1": (Kind.SOME_ONLY, lambda rows: rows[0]["promises"].pop(1)),
    "a kind of service is lost": (Kind.GAP, lambda rows: [row.update(categories=["fault"]) for row in rows]),
    "a line stands twice": (Kind.OVERLAP, lambda rows: rows.append(deepcopy(rows[0]))),
    "a window too wide": (Kind.OVERLAP, _at(1, window="24x7")),
    "a metric twice in a line": (Kind.OVERLAP, lambda rows: rows[0]["promises"].append(promise("respond", 6))),
    "no kind of service": (Kind.EMPTY_LINE, _at(3, categories=[])),
    "no severity": (Kind.EMPTY_LINE, _at(3, severities=[])),
    "no channel": (Kind.NO_CHANNEL, lambda rows: [rows[0].update(channels=[]), rows[3].update(channels=[])]),
    "a negative time": (Kind.NO_TIME, _of(0, 0, target=-5)),
    "no time at all": (Kind.NO_TIME, _of(0, 0, target=0)),
    "a time nobody means": (Kind.TOO_LONG, _of(3, 0, target=99999)),
    "hours of another line": (Kind.OTHER_WINDOW, _of(1, 0, window="off")),
    "severity 1 slower than B": (Kind.GRAVER_IS_SLOWER, _of(0, 0, target=45)),
    "on site before the response": (Kind.WRONG_ORDER, _of(1, 1, target=29)),
    "started before the response": (Kind.WRONG_ORDER, _of(4, 0, target=4)),
    "slower in working hours": (Kind.HOURS_ARE_SLOWER, _of(1, 1, target=400)),
    "slower in an emergency": (
        Kind.EMERGENCY_IS_SLOWER,
        lambda rows: rows[4]["promises"].append(promise("on_site", 400)),
    ),
    "no ladder": (Kind.NO_LADDER, _of(0, 0, ladder=[])),
    "a rung tells nobody": (Kind.TELLS_NOBODY, _ladder({**LADDER[0], "tell": []}, *LADDER[1:])),
    "percent after due": (Kind.RUNGS_OUT_OF_ORDER, _ladder(LADDER[1], LADDER[0], LADDER[2])),
    "80 % before 50 %": (Kind.RUNGS_OUT_OF_ORDER, _ladder({**LADDER[0], "percent": 80}, *LADDER)),
    "later before sooner": (Kind.RUNGS_OUT_OF_ORDER, _ladder(LADDER[0], LADDER[2], LADDER[1])),
    "a target after its escalation": (Kind.RUNG_PAST_DEADLINE, _ladder(LATE_START)),
    "a role nobody fills": (Kind.ROLE_UNFILLED, _ladder({**LADDER[0], "tell": ["product_team"]}, *LADDER[1:])),
    "no emergency's line": (Kind.MARK_WITHOUT_LINE, _take_away_emergencies),
    "an unknown kind of service": (Kind.UNKNOWN_CATEGORY, _at(3, categories=["change", "fault", "coffee"])),
    "an unknown severity": (Kind.UNKNOWN_SEVERITY, _at(3, severities=["1", "B", "C"])),
    "a text for a time": (Kind.UNREADABLE, _of(0, 0, target="5")),
    "an unknown unit": (Kind.UNREADABLE, _of(0, 0, unit="moons")),
    "an unknown window": (Kind.UNREADABLE, _at(0, window="sometimes")),
    "no row at all": (Kind.UNREADABLE, lambda rows: rows.append(None)),  # type: ignore[arg-type]
    "an unknown role": (Kind.UNREADABLE, _ladder({**LADDER[0], "tell": ["janitor"]})),
    "a rung at 130 %": (Kind.UNREADABLE, _ladder({**LADDER[0], "percent": 130})),
}
