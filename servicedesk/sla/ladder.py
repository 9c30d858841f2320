"""Who hears of a clock, and when: rungs before the deadline, at it and after it, and at the start of grave ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from servicedesk.sla.calendar import Impossible


class Anchor(StrEnum):
    START = "start"
    SHARE = "share"  # of the way from the start to the deadline
    DUE = "due"


class Recipient(StrEnum):
    """Roles, resolved to people when the rung is due: through the contract's staff and the duty roster."""

    ASSIGNEE = "assignee"
    ON_DUTY = "on_duty"
    SECOND_LINE = "second_line"
    PROJECT_MANAGER = "project_manager"
    PRODUCT_TEAM = "product_team"
    SENIOR_MANAGER = "senior_manager"
    ACCOUNT_MANAGER = "account_manager"
    HOSPITAL_IT = "hospital_it"
    HOSPITAL_LEAD = "hospital_lead"


@dataclass(frozen=True)
class Rung:
    """`percent` of the way, or `minutes` after the anchor."""

    anchor: Anchor
    recipients: frozenset[Recipient]
    percent: int = 0
    minutes: int = 0

    def __post_init__(self) -> None:
        if not self.recipients:
            raise Impossible("A rung of a ladder tells at least one role.")
        if self.minutes < 0 or not 0 <= self.percent < 100:
            raise Impossible("A rung lies at 0 to 99 percent of the way, or minutes after the start or deadline.")

    def at(self, start: datetime, due: datetime) -> datetime:
        if self.anchor is Anchor.SHARE:
            return start + (due - start) * self.percent / 100
        return (due if self.anchor is Anchor.DUE else start) + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Ladder:
    rungs: tuple[Rung, ...] = ()

    def steps(self, start: datetime, due: datetime) -> list[tuple[datetime, int]]:
        """When each rung, by its place in the ladder, is to be told: in the order of time, then of the ladder."""
        return sorted((rung.at(start, due), place) for place, rung in enumerate(self.rungs))


SILENT = Ladder()
