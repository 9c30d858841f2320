"""What the check of a matrix may find, and what it must know of the contract beside the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
