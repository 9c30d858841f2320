"""Emergency plans as people read and write them: a title and steps, each with whose it is and within how long."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from contracts.models import Contract
from servicedesk.tenancy.enums import Side
from tickets.models import EmergencyPlan

AT_MOST = 40


@dataclass(frozen=True)
class Step:
    words: str
    side: Side = Side.VENDOR
    minutes: int | None = None

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def steps_of(plan: EmergencyPlan | None) -> list[Step]:
    stored = plan.steps if plan else []
    return [Step(step["words"], Side(step["side"]), step.get("minutes")) for step in stored]


def current_plan(contract: Contract) -> EmergencyPlan | None:
    return EmergencyPlan.objects.filter(contract=contract).order_by("-version").first()
