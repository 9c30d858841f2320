"""The core against a slow reference that somebody else wrote from the rules alone. `make oracle` runs 20,000 cases.

PACS-16, PACS-17, ICU-16, HRP-3, HRP-4, HRP-12, SMART-2, SMART-4, SMART-6, SMART-7, ALL-2.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings

from tests.sla.cases import Case, by_the_core, by_the_reference, cases

CASES = int(os.environ.get("ORACLE_CASES", "500"))


@settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_core_says_what_the_reference_says(case: Case) -> None:
    assert by_the_core(case) == by_the_reference(case)
