"""The check of a matrix: each fault alone is found as what it is, whatever else is random; healthy ones are clean."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.blueprint import blueprint, names
from contracts.checking import check
from contracts.finding import WARNINGS, Kind, Known
from contracts.matrices import stored_rows
from tests.contracts.matrices import FAULTS, KNOWN, MARKS, healthy, promise


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def kinds(rows, marks=MARKS, known=KNOWN):
    return [finding.kind for finding in check(rows, marks, known)]


def test_a_healthy_matrix_is_clean():
    assert check(healthy(), MARKS, KNOWN) == []


@pytest.mark.parametrize("code", names())
def test_the_blueprints_are_clean(code):
    """ALL-2"""
    source = blueprint(code)
    known = Known({code: kind.name for code, kind in source.categories.items()}, tuple(source.levels) or ("",))
    assert check(stored_rows(source.matrix.rows), sorted(source.matrix.marks_itself), known) == []


@pytest.mark.parametrize(("kind", "damage"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_alone_is_found_as_what_it_is(kind, damage):
    """ALL-2: no finding without its example, and a warning only where the parties may mean it."""
    rows = healthy()
    damage(rows)
    found = [finding for finding in check(rows, MARKS, KNOWN) if finding.kind == kind]
    assert found, kinds(rows)
    assert all(finding.is_error == (kind not in WARNINGS) for finding in found)
    assert all(finding.sentence and "%(" not in finding.sentence for finding in found)


def test_every_kind_of_finding_has_an_example():
    tested = {kind for kind, _damage in FAULTS.values()} | {Kind.NEVER_MARKED, Kind.NO_SOLVE_TIME}
    assert tested == set(Kind)  # NO_SOLVE_TIME needs a contract: tests/contracts/test_amending.py


def test_an_emergency_that_nothing_marks_is_a_warning():
    (finding,) = check(healthy(), [], KNOWN)
    assert (finding.kind, finding.is_error, finding.row) == (Kind.NEVER_MARKED, False, 4)


def test_a_finding_names_its_cell():
    rows = healthy()
    rows[1]["promises"][1]["target"] = 29
    (finding,) = [one for one in check(rows, MARKS, KNOWN) if one.kind == Kind.WRONG_ORDER]
    assert (finding.row, finding.metric) == (1, "respond")
    assert finding.sentence == (
        "all kinds of service (severity B, in working hours): 'Response' may take 30 minutes, "
        "but 'On site' is due after 29 minutes already."
    )


def test_a_line_at_odds_with_two_others_is_told_so_once():
    source = blueprint("pacs")
    rows = stored_rows(source.matrix.rows)
    next(p for p in rows[1]["promises"] if p["metric"] == "on_site")["target"] = 30 * 60  # both B and C say four hours
    known = Known({code: kind.name for code, kind in source.categories.items()}, tuple(source.levels))
    said = [finding.sentence for finding in check(rows, sorted(source.matrix.marks_itself), known)]
    assert len(said) == len(set(said)) >= 1


def test_a_gap_says_what_would_close_it():
    rows = healthy()
    del rows[2]
    (gap,) = [one for one in check(rows, MARKS, KNOWN) if one.kind == Kind.NO_RESPONSE]
    assert gap.wanted == {"categories": ["fault", "change"], "severities": ["B"], "window": ["off"]}


def test_times_in_different_units_are_only_doubted():
    """Two working days may be longer or shorter than fifty hours."""
    rows = healthy()
    rows[3]["severities"] = ["1"]
    rows.append({**rows[3], "severities": ["B"], "promises": [promise("restore", 1800)]})
    (finding,) = [one for one in check(rows, MARKS, KNOWN) if one.kind == Kind.GRAVER_IS_SLOWER]
    assert not finding.is_error


def test_a_role_is_only_missed_where_people_are_known():
    unasked = Known(KNOWN.categories, KNOWN.severities, None, KNOWN.week_minutes)
    rows = healthy()
    FAULTS["a role nobody fills"][1](rows)
    assert Kind.ROLE_UNFILLED not in kinds(rows, known=unasked)


@settings(max_examples=300, deadline=None)
@given(
    first=st.sampled_from(sorted(FAULTS)),
    second=st.sampled_from(sorted(FAULTS)),
    scale=st.integers(1, 20),
    order=st.randoms(use_true_random=False),
)
def test_random_damage_is_always_found(first, second, scale, order):
    """Whatever two faults meet, in whatever order of lines and however long its times are, the matrix is not clean."""
    rows = healthy()
    for name in (first, second):
        try:
            FAULTS[name][1](rows)
        except (IndexError, TypeError, AttributeError):
            continue  # the other fault has taken the line away that this one would have hurt
    for one in (one for row in rows if row for one in row["promises"]):
        one["target"] *= scale if isinstance(one["target"], int) else 1
    order.shuffle(rows)
    with translation.override("en"):
        assert check(rows, MARKS, KNOWN)


@settings(max_examples=200, deadline=None)
@given(junk=st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
), name=st.sampled_from(["categories", "severities", "window", "channels", "emergency", "promises"]))  # fmt: skip
def test_junk_is_named_and_breaks_nothing(junk, name):
    rows = healthy()
    was = rows[0][name]
    rows[0][name] = junk
    with translation.override("en"):
        assert check(rows, MARKS, KNOWN) or junk == was or (name, junk) == ("channels", [])
