"""The core against a slow reference that somebody else wrote from the rules alone. `make oracle` runs 20,000 cases.

PACS-16, PACS-17, ICU-16, HRP-3, HRP-4, HRP-12, SMART-2, SMART-4, SMART-6, SMART-7, ALL-2.
"""

from __future__ import annotations

import os
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from tests.sla.cases import Case, by_the_core, by_the_reference, cases
from tests.sla.reference_days import Days, Promised, due_by_target

CASES = int(os.environ.get("ORACLE_CASES", "500"))


@pytest.mark.slow
@settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_core_says_what_the_reference_says(case: Case) -> None:
    assert by_the_core(case) == by_the_reference(case)


HOURS = [(480, 1080)]
OFF = {date(2026, 10, day) for day in range(1, 8)} | {date(2026, 9, day) for day in (25, 26, 27)}
SMART = Days(dict.fromkeys(range(5), HOURS), OFF, {date(2026, 10, 10): HOURS, date(2026, 9, 20): HOURS})


@pytest.mark.parametrize(("target", "unit", "reported_at", "due"), [
    *((2, "working_days", datetime(2026, 9, 30, *at), datetime(2026, 10, 9, 18))
      for at in ((0, 0), (7, 59), (8, 0), (12, 30), (18, 0), (23, 59))),
    (5, "elapsed_minutes", datetime(2026, 9, 30, 23, 58), datetime(2026, 10, 1, 0, 3)),
    (60, "working_minutes", datetime(2026, 9, 4, 17, 30), datetime(2026, 9, 7, 8, 30)),
    (60, "working_minutes", datetime(2026, 9, 4, 17, 0), datetime(2026, 9, 4, 18, 0)),
])  # fmt: skip
def test_the_reference_says_what_the_contract_says(target, unit, reported_at, due):
    """SMART-7: the example that docs/requirements.md works out by hand. A reference of its own mistakes proves none."""
    assert due_by_target(SMART, Promised(target, unit, True, "at_report", False), reported_at, []) == due
