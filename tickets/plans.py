"""Emergency plans as people read and write them: a title and steps, each with whose it is and within how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import starmap
from typing import Any

from contracts.models import Contract
from servicedesk.tenancy.enums import Side
from tickets.models import EmergencyPlan

AT_MOST = 40
ALIKE = 0.5  # of their letters: else it is another step


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


@dataclass(frozen=True)
class Change:
    """A step of one version, or of both: each with its place."""

    old: tuple[int, Step] | None
    new: tuple[int, Step] | None

    @property
    def is_same(self) -> bool:
        return bool(self.old and self.new and self.old[1] == self.new[1])


def changes(old: Sequence[Step], new: Sequence[Step]) -> list[Change]:
    """Side by side, in the order of the plans; what was only worded anew stands beside what it was."""
    before, after = list(enumerate(old, 1)), list(enumerate(new, 1))
    found: list[Change] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
        pairs = zip(before[i:i_end], after[j:j_end], strict=True) if tag == "equal" else None
        found += starmap(Change, pairs) if pairs else _aligned(before[i:i_end], after[j:j_end])
    return found


def _aligned(old: list[tuple[int, Step]], new: list[tuple[int, Step]]) -> Iterator[Change]:
    rest = list(new)
    for one in old:
        twin = next((place for place, other in enumerate(rest) if _is_alike(one[1], other[1])), None)
        if twin is None:
            yield Change(one, None)
            continue
        yield from (Change(None, other) for other in rest[:twin])
        yield Change(one, rest[twin])
        rest = rest[twin + 1 :]
    yield from (Change(None, other) for other in rest)


def _is_alike(old: Step, new: Step) -> bool:
    return SequenceMatcher(None, old.words, new.words, autojunk=False).ratio() >= ALIKE


def current_plan(contract: Contract) -> EmergencyPlan | None:
    return EmergencyPlan.objects.filter(contract=contract).order_by("-version").first()
