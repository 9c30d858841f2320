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
    reached = {step.target for step in STEPS.values()} | {State.CALL_AWAITED, State.REPORTED}
    left = {state for step in STEPS.values() for state in step.sources}
    assert (reached, left) == (set(State), set(OPEN))


def test_what_is_over_moves_no_more():
    assert not any(OVER & step.sources for step in STEPS.values())


@pytest.mark.parametrize("move", [move for move in Move if Side.VENDOR in STEPS[move].sides])
def test_no_move_of_a_vendor_alone_ends_a_ticket(move):
    """SMART-8: a vendor accepts, works, hands over, solves. Ending is the hospital's, or both sides' by merging."""
    assert STEPS[move].target in OPEN or move is Move.MERGE
