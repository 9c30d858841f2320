"""When may it: every state can be left or is an end, no vendor can refuse, and the drawing is the code's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servicedesk.tenancy.enums import Side
from tickets.diagram import drawing
from tickets.enums import OPEN, OVER, State
from tickets.states import STEPS, Move

PAGE = Path(__file__).parents[2] / "docs" / "ticket-states.md"


def test_the_drawing_is_up_to_date():
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(drawing(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == drawing(), "run `make fix`"


def test_every_state_is_reached_and_every_open_one_can_be_left():
    onward = [step for move, step in STEPS.items() if move is not Move.UNDO_MERGE]
    reached = {state for step in onward for state in step.targets} | {State.CALL_AWAITED, State.REPORTED}
    left = {state for step in onward for state in step.sources}
    assert (reached, left) == (set(State), set(OPEN))


def test_what_is_over_moves_no_more_but_a_merge_is_undone():
    """Back to where it was, from wherever it was merged; no other move leaves an end."""
    back = STEPS[Move.UNDO_MERGE]
    assert [move for move, step in STEPS.items() if OVER & step.sources] == [Move.UNDO_MERGE]
    assert (back.sources, set(back.target)) == ({State.MERGED}, set(STEPS[Move.MERGE].sources))
    assert back.targets == OPEN - {State.WAITING}


@pytest.mark.parametrize("move", [move for move in Move if Side.VENDOR in STEPS[move].sides])
def test_no_move_of_a_vendor_alone_ends_a_ticket(move):
    """SMART-8: a vendor accepts, works, hands over, solves. Ending is the hospital's, or both sides' by merging."""
    assert STEPS[move].targets <= OPEN or move is Move.MERGE
