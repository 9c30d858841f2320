from datetime import timedelta
from itertools import pairwise

import pytest

from servicedesk.notices.backoff import SENT, Outcome, next_step
from servicedesk.notices.enums import Reason, State
from tests.notices.conftest import NOON

BROKEN = Outcome(Reason.BROKEN)


def tries(outcome, chance):
    """Every moment of a message whose receiver never gets well, and the state at the end."""
    at, failures, moments = NOON, 0, []
    while True:
        moments.append(at)
        failures += 1
        state, due_at = next_step(outcome, failures=failures, failing_since=NOON, at=at, chance=chance)
        if state != State.WAITING:
            return moments, state
        assert due_at > at
        at = due_at


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_receiver_that_never_gets_well_is_tried_for_a_day(chance):
    moments, state = tries(BROKEN, chance)
    assert (state, moments[-1] - NOON) == (State.DEAD, timedelta(hours=24))
    assert 20 < len(moments) < 70
    assert moments[1] - NOON <= timedelta(seconds=15)
    assert max(later - earlier for earlier, later in pairwise(moments)) <= timedelta(minutes=90)


def test_a_clear_no_gets_three_tries():
    moments, state = tries(Outcome(Reason.REFUSED, is_refused=True), 1.0)
    assert (state, len(moments)) == (State.DEAD, 3)


def test_what_cannot_help_ends_at_once():
    assert tries(Outcome(Reason.NOT_ALLOWED, is_final=True), 0.5) == ([NOON], State.DEAD)


def test_a_yes_ends_it():
    assert next_step(SENT, failures=0, failing_since=NOON, at=NOON, chance=0.5) == (State.SENT, NOON)


def test_the_receivers_wish_to_wait_is_kept_but_not_for_ever():
    for asked, kept in ((timedelta(minutes=10), timedelta(minutes=10)), (timedelta(days=9), timedelta(hours=1))):
        outcome = Outcome(Reason.BUSY, after=asked)
        _, due_at = next_step(outcome, failures=1, failing_since=NOON, at=NOON, chance=0.5)
        assert due_at == NOON + kept


def test_after_an_outage_of_our_own_a_message_still_gets_its_day():
    """The day counts from the first failure, not from the event."""
    late = NOON + timedelta(hours=40)
    assert next_step(BROKEN, failures=1, failing_since=late, at=late, chance=0.5)[0] == State.WAITING
