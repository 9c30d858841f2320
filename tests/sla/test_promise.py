"""What a matrix promises of a report: its rows by kind, severity, window and mark.

The contracts' own rows, each of them: tests/contracts/test_matrices.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Channel, Matrix, Metric, Promise, Row, Severity, Unit, Window
from tests.sla.test_clock import MIDDLE, OFFICE_DAYS, QUICK, SLOW, at

FAULT, A, B = frozenset({"fault"}), Severity.A, Severity.B
PHONE, MORNING, NIGHT = frozenset({Channel.PHONE}), at(16, 9), at(16, 22)
START = Promise(Metric.EMERGENCY, 60, Unit.ELAPSED_MINUTES)
MATRIX = Matrix("HRP", (
    Row(FAULT, frozenset({A}), Window.ALWAYS, (QUICK,), channels=PHONE),
    Row(FAULT, frozenset({B}), Window.ALWAYS, (SLOW,)),
    Row(FAULT, frozenset({A, B}), Window.ALWAYS, (QUICK, START), emergency=True),
), OFFICE_DAYS, marks_itself=frozenset({A}))  # fmt: skip
WINDOWS = Matrix("SMART", (
    Row(FAULT, frozenset({B}), Window.WORKING, (MIDDLE,)),
    Row(FAULT, frozenset({B}), Window.OFF, (SLOW,)),
    Row(FAULT, frozenset({B}), Window.ALWAYS, (START,)),
), OFFICE_DAYS)  # fmt: skip


def test_severities_are_ordered_from_grave_to_light():
    assert Severity.ONE.is_graver_than(Severity.A)
    assert not Severity.C.is_graver_than(Severity.C)


def test_what_watches_the_product_itself_is_of_the_house():
    assert [metric for metric in Metric if metric.is_of_the_house] == [Metric.CONFIRM, Metric.CALL, Metric.UPDATE]


def test_a_mark_goes_before_the_severitys_own_words_and_says_nothing_of_channels():
    """HRP-4."""
    assert MATRIX.terms("fault", B, MORNING) == {Metric.RESPOND: SLOW}
    assert MATRIX.terms("fault", B, MORNING, emergency=True) == {Metric.RESPOND: QUICK, Metric.EMERGENCY: START}
    assert MATRIX.of_the_mark("fault", B, MORNING) == {Metric.RESPOND, Metric.EMERGENCY}
    assert (MATRIX.channels_for("fault", A, MORNING), MATRIX.channels_for("fault", B, MORNING)) == (PHONE, set(Channel))


def test_a_severity_that_marks_itself_adds_and_takes_nothing_away():
    own = MATRIX.terms("fault", A, MORNING)
    assert own == {Metric.RESPOND: QUICK, Metric.EMERGENCY: replace(START, is_default=True)}


def test_where_hours_decide_every_promise_bears_the_reports_window():
    """SMART-6, SMART-7."""
    by_day, by_night = WINDOWS.terms("fault", B, MORNING), WINDOWS.terms("fault", B, NIGHT)
    assert (by_day[Metric.RESPOND].target, by_night[Metric.RESPOND].target) == (60, 120)
    assert [terms[Metric.EMERGENCY].window for terms in (by_day, by_night)] == [Window.WORKING, Window.OFF]
    assert WINDOWS.of_the_mark("fault", B, MORNING) == frozenset()


@pytest.mark.parametrize(("ask", "sentence"), [
    (lambda: MATRIX.terms("coffee", B, MORNING), "HRP promises nothing for 'coffee' of severity B"),
    (lambda: MATRIX.terms("fault", Severity.NONE, MORNING), "of severity —"),
    (lambda: WINDOWS.terms("fault", B, MORNING, emergency=True), "nothing particular for an emergency"),
])  # fmt: skip
def test_what_is_not_promised_is_refused(ask, sentence):
    with pytest.raises(Impossible, match=sentence):
        ask()
