"""When to try again, and when to give up. Pure: moment and chance are arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from servicedesk.notices.enums import Reason, State

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=24)
REFUSALS = 3  # a clear no is asked again twice: the receiver may have been in the middle of a change


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try. `is_refused`: repeating it will hardly help; `is_final`: it cannot help at all."""

    reason: Reason | None = None
    after: timedelta = timedelta()
    is_refused: bool = False
    is_final: bool = False

    @property
    def is_sent(self) -> bool:
        return self.reason is None

    @property
    def blames_receiver(self) -> bool:
        """Whether the receiver as a whole is unwell, not only this message."""
        return self.reason in {Reason.TIMEOUT, Reason.UNREACHABLE, Reason.BROKEN, Reason.BUSY}


SENT = Outcome()


def next_step(
    outcome: Outcome, *, failures: int, failing_since: datetime, at: datetime, chance: float
) -> tuple[State, datetime]:
    """The state after this try and, while it waits, the next moment. `chance` is from 0 to 1."""
    if outcome.is_sent:
        return State.SENT, at
    end = failing_since + GIVE_UP_AFTER
    if at >= end or outcome.is_final or (outcome.is_refused and failures >= REFUSALS):
        return State.DEAD, at
    return State.WAITING, min(at + max(_delay(failures, chance), min(outcome.after, LONGEST)), end)


def _delay(failures: int, chance: float) -> timedelta:
    """Doubles from ten seconds to an hour, give or take half, so that a crowd does not return together."""
    return min(FIRST * 2 ** min(failures - 1, 12), LONGEST) * (0.5 + chance)
