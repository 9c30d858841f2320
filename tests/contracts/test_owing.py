"""What the five blueprints owe beside their promises, each item with its clause; and what a file may not say."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from contracts.blueprint import Wrong, blueprint, names, read
from contracts.enums import After, Condition, DayUnit, Per, StaffRole, Visit
from contracts.owing import Within
from tests.contracts.test_blueprint import SOUND


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def owed(code):
    return blueprint(code).owed


@pytest.mark.parametrize(
    ("code", "months", "yearly", "clause"),
    [
        ("pacs", 24, True, "PACS-1"),
        ("hrp", 24, True, "HRP-1"),
        ("smart", 12, False, "SMART-1"),
        ("icu", 12, False, ""),
        ("pacs-checklist", 12, False, ""),
    ],
)
def test_the_terms(code, months, yearly, clause):
    """PACS-1, HRP-1, SMART-1; the other two contracts name none, and say so."""
    term = owed(code).term
    assert (term.months, term.is_signed_yearly, term.clause) == (months, yearly, clause)


def test_systems_and_modules():
    """HRP-1, SMART-1"""
    assert [item.name for item in owed("hrp").systems] == [
        "物流管理系统",
        "固定资产管理系统",
        "人力资源管理系统",
        "成本核算管理系统",
    ]
    assert len(owed("smart").systems) == 5
    assert {item.clause for item in owed("smart").systems} == {"SMART-1"}


@pytest.mark.parametrize(
    ("code", "plan"),
    [
        ("pacs", (Visit.ON_SITE, 4, Per.YEAR, 10, "PACS-9")),
        ("pacs", (Visit.RETURN_VISIT, 4, Per.YEAR, None, "PACS-9")),
        ("pacs", (Visit.DATABASE, 2, Per.YEAR, 10, "PACS-13")),
        ("icu", (Visit.ON_SITE, 1, Per.YEAR, 5, "ICU-7")),
        ("icu", (Visit.ONLINE, 1, Per.QUARTER, 5, "ICU-7")),
        ("hrp", (Visit.ON_SITE, 1, Per.QUARTER, None, "HRP-2")),
        ("hrp", (Visit.DATABASE, 2, Per.YEAR, 5, "HRP-10")),
        ("smart", (Visit.ON_SITE, 1, Per.MONTH, None, "SMART-12")),
        ("pacs-checklist", (Visit.CHECKLIST, 1, Per.QUARTER, None, "CHK-a")),
    ],
)
def test_inspection_plans(code, plan):
    """PACS-9, PACS-13, ICU-7, HRP-2, HRP-10, SMART-12, CHK-a"""
    found = [(i.kind, i.times, i.per, i.report.number, i.clause) for i in owed(code).inspections]
    assert plan in found


def test_documents_have_the_contracts_times():
    """ICU-12, PACS-19"""
    technical = [document for document in owed("icu").deliverables if document.clause == "ICU-12"]
    assert len(technical) == 4
    assert {(d.after, d.within) for d in technical} == {(After.START, Within(15, DayUnit.WORKING_DAYS))}
    (annual,) = [document for document in owed("pacs").deliverables if document.clause == "PACS-19"]
    assert (annual.after, annual.within) == (After.YEAR_END, Within(10, DayUnit.WORKING_DAYS))


def test_payments_of_smart():
    """SMART-14"""
    payments = owed("smart").payments
    assert [payment.share for payment in payments] == [30, 30, 40]
    assert Condition.ACCEPTED in payments[2].conditions
    assert Condition.HALF_OF_TERM in payments[1].conditions


def test_the_quota_of_ten_reports():
    """ICU-3"""
    (quota,) = owed("icu").quotas
    assert (quota.amount, quota.unit, quota.category, quota.clause) == (10, "张", "change", "ICU-3")


def test_people_that_the_contracts_want():
    """ICU-17, CHK-e, SMART-5: a project manager, a responsible engineer, two residents."""
    assert (StaffRole.PROJECT_MANAGER, "ICU-17") in [(post.role, post.clause) for post in owed("icu").staff]
    assert (StaffRole.RESPONSIBLE_ENGINEER, "CHK-e") in [(p.role, p.clause) for p in owed("pacs-checklist").staff]
    assert owed("smart").residents == 2
    assert owed("pacs").residents == 0


def test_limits_of_the_scope():
    """ALL-9"""
    clauses = {clause for code in names() for clause in (item.clause for item in owed(code).limits)}
    assert {"PACS-4", "HRP-5", "ICU-20", "ICU-5", "SMART-4", "SMART-3", "CHK-a"} == clauses


@pytest.mark.parametrize("code", names())
def test_every_item_cites_its_own_contract_or_is_marked_as_the_houses(code):
    """ALL-2"""
    found, prefix = blueprint(code), blueprint(code).prefix
    items = [*found.owed.systems, *found.owed.staff, *found.owed.inspections, *found.owed.deliverables]
    items += [*found.owed.payments, *found.owed.quotas, *found.owed.limits, *found.categories.values()]
    assert len(items) > 10
    assert [item for item in items if item.clause and not re.fullmatch(rf"{prefix}-[\w…]+", item.clause)] == []


OWED = """
term: {months: 24, signed_yearly: true, clause: X-1}
hotline: {hint: day and night, clause: X-2}
systems:
  - {name: A system, clause: X-1}
staff:
  - {role: resident_engineer, number: 2, clause: X-5}
inspections:
  - {name: Visit, kind: on_site, times: 4, per: year, report: 10 working days, clause: X-9}
deliverables:
  - {name: Manual, after: start, within: 15 working days, approved: true, clause: X-12}
payments:
  - {name: All, share: 100, when: [started, invoice], clause: X-14}
quotas:
  - {name: Reports, unit: sheet, amount: 10, category: fault, clause: X-3}
limits:
  - {name: The core stays, house: true}
"""
WHOLE = SOUND + OWED.lstrip("\n")
FIRST = SOUND.count("\n")


def test_a_sound_one_is_read_whole():
    found = read(WHOLE, file="x.yaml").owed
    assert (found.term.months, found.hotline.hint, found.residents) == (24, "day and night", 2)
    assert found.inspections[0].report == Within(10, DayUnit.WORKING_DAYS)
    assert found.deliverables[0].needs_approval
    assert found.limits[0].clause == ""


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("{months: 24", "{years: 2", 1, "'years' is not known here"),
        ("{months: 24", "{months: 0", 1, "a whole number from 1 on"),
        ("{months: 24", "{months: 9999", 1, "600 months at the most"),
        ("{months: 24", "{months: -3", 1, "a whole number from 1 on"),
        ("{months: 24, signed_yearly: true, clause: X-1}", "{months: 24}", 1, "has a clause, or is marked"),
        ("hint: day and night", "hnit: day and night", 2, "'hnit' is not known here"),
        ("role: resident_engineer", "role: janitor", 6, "'janitor' is none of"),
        ("kind: on_site", "kind: flight", 8, "'flight' is none of"),
        ("times: 4", "times: often", 8, "a whole number from 1 on"),
        ("per: year", "per: week", 8, "'week' is none of"),
        ("report: 10 working days", "report: soon", 8, "a number of working days or calendar days"),
        ("after: start", "after: all", 10, "'all' is none of"),
        ("after: start", "after: on_request", 10, "has no time"),
        ("share: 100", "share: 90", 12, "add up to 100"),
        ("when: [started, invoice]", "when: [luck]", 12, "'luck' is none of"),
        ("category: fault", "category: other", 14, "'other' is no category"),
        ("house: true}", "house: true, clause: X-1}", 16, "has a clause, or is marked"),
        ("limits:", "limit:", 16, "'limit' is not known here"),
    ],
)
def test_a_wrong_item_is_refused_with_its_line(old, new, line, reason):
    """An unknown key, a term of no months, a share that is missing."""
    assert old in OWED
    with pytest.raises(Wrong) as refused:
        read(WHOLE.replace(old, new), file="x.yaml")
    said = str(refused.value)
    assert reason in said
    assert said.startswith(f"x.yaml, line {FIRST + line}: "), said
