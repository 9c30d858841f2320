"""When may it: the moves between a ticket's states. `move()` is the only code that sets one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.refusals import Forbidden, Refused
from tickets.enums import OPEN, State

if TYPE_CHECKING:
    from servicedesk.tenancy.wall import Person
    from tickets.models import Ticket


class Move(StrEnum):
    CALL = "call"
    ACCEPT = "accept"
    TAKE_AGAIN = "take_again"
    ASK_BACK = "ask_back"
    GO_ON = "go_on"
    HAND_OVER = "hand_over"
    GIVE_BACK = "give_back"
    RESOLVE = "resolve"
    SIGN = "sign"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    CLOSE_UNSIGNED = "close_unsigned"
    CLOSE_SILENT = "close_silent"
    MERGE = "merge"
    UNDO_MERGE = "undo_merge"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Step:
    """From which states to which, and whose move it is. The product's own moves (`by=None`) are nobody's.

    A move back has a target for each state in which the ticket was before.
    """

    sources: frozenset[State]
    target: State | Mapping[State, State]
    sides: frozenset[Side]

    @property
    def targets(self) -> frozenset[State]:
        return frozenset({self.target} if isinstance(self.target, State) else self.target.values())


BOTH = frozenset({Side.HOSPITAL, Side.VENDOR})
THE_HOSPITAL = frozenset({Side.HOSPITAL})
THE_VENDOR = frozenset({Side.VENDOR})
NOBODY = frozenset[Side]()  # the product itself
IN_WORK = frozenset({State.WORKING, State.WAITING})
IN_HAND = frozenset({State.REPORTED, State.WORKING, State.WAITING, State.HANDED_OVER})
SOLVED = frozenset({State.RESOLVED, State.SIGNED})
# Where it was before; what waited asks anew, and so goes on.
BACK: Mapping[State, State] = {**{state: state for state in OPEN}, State.WAITING: State.WORKING}

STEPS: dict[Move, Step] = {
    Move.CALL: Step(frozenset({State.CALL_AWAITED}), State.REPORTED, BOTH),
    Move.ACCEPT: Step(frozenset({State.REPORTED}), State.WORKING, THE_VENDOR),
    # What was raised in work is to be answered anew, by whoever takes it now (PACS-16).
    Move.TAKE_AGAIN: Step(frozenset({State.WORKING, State.WAITING, State.HANDED_OVER}), State.WORKING, THE_VENDOR),
    Move.ASK_BACK: Step(frozenset({State.WORKING}), State.WAITING, THE_VENDOR),
    Move.GO_ON: Step(frozenset({State.WAITING}), State.WORKING, BOTH),
    Move.HAND_OVER: Step(frozenset({State.WORKING, State.WAITING}), State.HANDED_OVER, THE_VENDOR),
    Move.GIVE_BACK: Step(frozenset({State.HANDED_OVER}), State.WORKING, THE_HOSPITAL),
    Move.RESOLVE: Step(frozenset({State.WORKING, State.WAITING}), State.RESOLVED, THE_VENDOR),
    Move.SIGN: Step(frozenset({State.RESOLVED}), State.SIGNED, BOTH),
    Move.CONFIRM: Step(frozenset({State.SIGNED}), State.CLOSED, THE_HOSPITAL),
    Move.REFUSE: Step(SOLVED, State.REPORTED, THE_HOSPITAL),
    Move.CLOSE_UNSIGNED: Step(frozenset({State.RESOLVED, State.HANDED_OVER}), State.CLOSED, THE_HOSPITAL),
    Move.CLOSE_SILENT: Step(SOLVED, State.CLOSED, NOBODY),
    Move.MERGE: Step(OPEN, State.MERGED, BOTH),
    Move.UNDO_MERGE: Step(frozenset({State.MERGED}), BACK, BOTH),
    Move.WITHDRAW: Step(frozenset({State.CALL_AWAITED, State.REPORTED}), State.WITHDRAWN, THE_HOSPITAL),
}
assert set(STEPS) == set(Move)

# Why a move is not possible from where the ticket is: the tooltip of the disabled button, and the text of the 409.
NOT_NOW: dict[State, str | Promise] = {
    State.CALL_AWAITED: gettext_lazy("Nobody has called yet; log the call first."),
    State.REPORTED: gettext_lazy("Nobody has accepted it yet."),
    State.WORKING: gettext_lazy("It is in work already."),
    State.WAITING: gettext_lazy("It waits for an answer."),
    State.HANDED_OVER: gettext_lazy("It is with the hospital, which decides how it goes on."),
    State.RESOLVED: gettext_lazy("A solution is on record and waits for the signature."),
    State.SIGNED: gettext_lazy("It is signed and waits for the hospital's confirmation."),
    State.CLOSED: gettext_lazy("It is closed."),
    State.MERGED: gettext_lazy("It was merged into another ticket."),
    State.WITHDRAWN: gettext_lazy("It was withdrawn."),
}
assert set(NOT_NOW) == set(State)


def why_not(ticket: Ticket, move: Move, side: Side | None) -> str:
    """Empty: it may. `side=None` is the product itself."""
    step = STEPS[move]
    if side is not None and side not in step.sides:
        return _("This is the hospital's move.") if step.sides == THE_HOSPITAL else _("This is the vendor's move.")
    return "" if ticket.state in step.sources else str(NOT_NOW[State(ticket.state)])


def refuse_over(ticket: Ticket) -> None:
    if not ticket.is_open:
        raise Refused(_("This ticket is over; report anew what happens again."))


def move(ticket: Ticket, move: Move, *, by: Person | None, was: State | None = None) -> None:
    """The ticket is locked by the caller, who saves it. `was`: where a move back leads to."""
    side = by.side if by else None
    if sentence := why_not(ticket, move, side):
        is_theirs = side is None or side in STEPS[move].sides
        raise Refused(sentence, code="not_now") if is_theirs else Forbidden(sentence, code="side")
    target = STEPS[move].target
    if not isinstance(target, State):
        assert was, f"{move} needs to know where it was"
        target = target[was]
    ticket.state = target
    ticket.waits_for, ticket.waits_on, ticket.wakes_at = "", "", None  # whoever asks back says it after the move
