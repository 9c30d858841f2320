"""Every row of the contracts' SLA matrices, as docs/requirements.md names them, worked out by the blueprints.

PACS-16, PACS-17, ICU-16, HRP-3, HRP-4, HRP-12, SMART-2, SMART-4, SMART-6, SMART-7, CHK, ALL-2.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from contracts.blueprint import blueprint
from contracts.trying import Report, clocks_of, refuse_closed_channel
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Channel, Metric, Severity
from tests.sla.cases import local

NIGHT = "2026-10-01T03:00"  # a holiday, at night
WEDNESDAY, EVENING = "2026-09-30T09:00", "2026-09-30T19:00"
FRIDAY_AT_SIX = "2026-11-20T18:00"
CALLED = None  # its clock waits until a visit is called for
PHONE, ANY = {"phone"}, {"phone", "web", "mail"}
ICU_ALL = {"phone", "mail", "web", "remote", "qq", "on_site"}
SMART_ALL = {"phone", "web", "mail", "remote", "on_site", "platform"}


def promised(code: str, category: str, severity: str, at: str, **more: Any) -> dict[str, str | None]:
    report = Report(category, Severity(severity), datetime.fromisoformat(f"{at}+08:00"), **more)
    clocks = clocks_of(blueprint(code).matrix, report)
    return {clock.promise.metric.value: local(clock.due_at).isoformat("T", "minutes") if clock.due_at else None
            for clock in clocks}  # fmt: skip


@pytest.mark.parametrize("code", ["pacs", "hrp"])
@pytest.mark.parametrize(("severity", "respond", "on_site"), [
    ("1", "2026-10-01T03:05", "2026-10-01T07:00"),
    ("A", "2026-10-01T03:05", "2026-10-01T07:00"),
    ("B", "2026-10-01T04:00", CALLED),
    ("C", "2026-10-01T05:00", CALLED),
])  # fmt: skip
def test_levels(code, severity, respond, on_site):
    for category in blueprint(code).categories:
        found = promised(code, category, severity, NIGHT)
        assert (found["respond"], found["on_site"]) == (respond, on_site)


@pytest.mark.parametrize("severity", ["1", "A", "B", "C"])
def test_an_hrp_emergency_is_answered_in_five_minutes_and_begun_within_an_hour(severity):
    """HRP-4. Severity 1 sets the mark by itself."""
    found = promised("hrp", "fault", severity, NIGHT, emergency=True)
    assert (found["respond"], found["emergency"]) == ("2026-10-01T03:05", "2026-10-01T04:00")
    assert ("emergency" in promised("hrp", "fault", severity, NIGHT)) == (severity == "1")


def test_the_mark_that_severity_1_sets_by_itself_is_a_house_rule():
    """It adds the emergency clock and takes nothing from the contract's own words."""
    at = datetime.fromisoformat(f"{NIGHT}+08:00")
    for said, expected in ((False, [("HRP-12", False), ("HRP-4", True)]), (True, [("HRP-4", False), ("HRP-4", False)])):
        clocks = clocks_of(blueprint("hrp").matrix, Report("fault", Severity.ONE, at, emergency=said))
        assert [(clock.promise.clause, clock.promise.is_default) for clock in clocks[:2]] == expected


def test_categories_without_agreed_times_have_no_clocks():
    assert promised("smart", "training", "", NIGHT) == {}


@pytest.mark.parametrize(("code", "hours"), [("pacs", 4), ("hrp", 24)])
def test_a_visit_called_for_late_still_counts_from_the_report(code, hours):
    """PACS-8, HRP-3: the agreed time, and 24 hours after the report at the latest."""
    reported = datetime.fromisoformat(f"{WEDNESDAY}+08:00")
    (_, on_site) = clocks_of(blueprint(code).matrix, Report("fault", Severity.B, reported))
    called = on_site.arm(reported.replace(hour=12))
    assert (called.due_at - reported).total_seconds() == hours * 3600
    agreed = called.agree(reported.replace(hour=20)).due_at
    assert agreed == (reported.replace(hour=20) if code == "hrp" else called.due_at)
    assert called.agree(reported.replace(day=1, month=12)).due_at == called.due_at


@pytest.mark.parametrize(("category", "respond"), [
    ("consultation", "2026-10-01T04:00"),
    *((name, "2026-10-01T05:00") for name in
      ("fault", "change", "interface", "data_recovery", "data_adjustment", "maintenance", "backup")),
    ("training", "2026-10-09T00:00"),  # one working day: 10-08, to its end
    ("upgrade", "2026-10-09T00:00"),
    ("disaster", "2026-10-01T03:05"),
    ("security_incident", "2026-10-01T03:05"),
])  # fmt: skip
def test_icu(category, respond):
    assert promised("icu", category, "", NIGHT) == {"respond": respond}


@pytest.mark.parametrize(("category", "at", "due"), [
    ("fault", WEDNESDAY, {"respond": "2026-09-30T09:30", "on_site": "2026-09-30T10:00", "restore": "2026-10-09T18:00"}),
    ("fault", EVENING, {"respond": "2026-09-30T20:00", "on_site": "2026-09-30T21:00", "restore": "2026-10-09T18:00"}),
    ("fault", NIGHT, {"respond": "2026-10-01T04:00", "on_site": "2026-10-01T05:00", "restore": "2026-10-09T18:00"}),
    ("fault", FRIDAY_AT_SIX,
     {"respond": "2026-11-20T19:00", "on_site": "2026-11-20T20:00", "restore": "2026-11-24T18:00"}),
    ("defect", WEDNESDAY,
     {"respond": "2026-09-30T09:30", "on_site": "2026-09-30T10:00", "restore": "2026-10-08T18:00"}),
    ("data_adjustment", EVENING,
     {"respond": "2026-09-30T20:00", "on_site": "2026-09-30T21:00", "restore": "2026-10-08T18:00"}),
    ("change", WEDNESDAY, {"respond": "2026-09-30T09:30", "deliver": "2026-10-30T18:00"}),
    ("integration", "2026-09-01T09:00", {"respond": "2026-09-01T09:30", "deliver": "2026-10-08T18:00"}),
    ("interface", EVENING, {"respond": "2026-09-30T20:00", "deliver": "2026-10-30T18:00"}),
])  # fmt: skip
def test_smart(category, at, due):
    """The two windows; days end at 18:00; the 30th calendar day moves to the next working day."""
    assert promised("smart", category, "", at) == due


def test_the_checklist_agrees_upon_no_times():
    for category in blueprint("pacs-checklist").categories:
        assert promised("pacs-checklist", category, "", NIGHT) == {}


@pytest.mark.parametrize(("code", "category", "severity", "channels"), [
    *((code, "fault", severity, PHONE) for code in ("pacs", "hrp") for severity in ("1", "A")),
    *((code, "fault", severity, ANY) for code in ("pacs", "hrp") for severity in ("B", "C")),
    ("icu", "fault", "", ICU_ALL), ("icu", "training", "", ICU_ALL),
    ("smart", "fault", "", SMART_ALL), ("smart", "change", "", SMART_ALL),
    ("pacs-checklist", "fault", "", {"phone", "web"}),
])  # fmt: skip
def test_channels(code, category, severity, channels):
    """PACS-7, PACS-16: severities 1 and A come by phone only."""
    matrix, at = blueprint(code).matrix, datetime.fromisoformat(f"{NIGHT}+08:00")
    assert matrix.channels_for(category, Severity(severity), at) == channels
    for channel in Channel:
        report = Report(category, Severity(severity), at, channel)
        if channel in channels:
            refuse_closed_channel(matrix, report)
        else:
            with pytest.raises(Impossible, match="only; the clocks start then"):
                refuse_closed_channel(matrix, report)


def test_what_is_not_promised_is_said():
    with pytest.raises(Impossible, match="promises nothing for 'coffee' of severity —"):
        promised("icu", "coffee", "", NIGHT)


@pytest.mark.parametrize("code", ["pacs", "icu", "hrp", "smart", "pacs-checklist"])
def test_every_category_and_severity_has_one_promise_of_a_metric_at_any_time(code):
    """No gap, and no second row that would say otherwise of the same metric."""
    contract = blueprint(code)
    for category in contract.categories:
        for severity in contract.levels or [Severity.NONE]:
            for at in (WEDNESDAY, NIGHT):
                moment = datetime.fromisoformat(f"{at}+08:00")
                rows = list(contract.matrix.rows_for(category, severity, moment))
                assert rows
                metrics = [promise.metric for row in rows if not row.emergency for promise in row.promises]
                assert sorted(metrics) == sorted(set(metrics))


def test_house_defaults_are_marked():
    """What the contracts give no number for is never shown as theirs."""
    marked = {
        (code, category, promise.metric)
        for code in ("pacs", "icu", "hrp", "smart")
        for row in blueprint(code).matrix.rows
        for category in row.categories
        for promise in row.promises
        if promise.is_default
    }
    assert all(promise.window_is_default for row in blueprint("icu").matrix.rows for promise in row.promises
               if not promise.is_default)  # fmt: skip
    assert marked == {
        *(("icu", category, Metric.RESPOND) for category in ("training", "upgrade", "disaster", "security_incident")),
        *(("smart", category, Metric.RESPOND) for category in ("change", "interface", "integration")),
    }


AT_ONCE = {"on_duty", "hospital_lead", "senior_manager"}


@pytest.mark.parametrize(("code", "category", "severity", "told"), [
    *((code, "fault", "1", {*AT_ONCE, "product_team", "account_manager"}) for code in ("pacs", "hrp")),
    *((code, "fault", "A", {*AT_ONCE, "account_manager"}) for code in ("pacs", "hrp")),
    *(("icu", category, "", {*AT_ONCE, "second_line", "project_manager"})
      for category in ("disaster", "security_incident")),
    *((code, "fault", severity, set()) for code in ("pacs", "hrp") for severity in ("B", "C")),
    ("icu", "fault", "", set()),
    ("smart", "fault", "", set()),
])  # fmt: skip
def test_whom_the_ladder_tells_at_nought_minutes(code, category, severity, told):
    """PACS-16, HRP-12, ICU-16: 1 to the product team, senior manager and account manager; A to the latter two."""
    report = Report(category, Severity(severity), datetime.fromisoformat(f"{NIGHT}+08:00"))
    for clock in clocks_of(blueprint(code).matrix, report):
        ladder, due = clock.promise.ladder, clock.due_at or clock.counts_from.replace(year=2027)
        steps = ladder.steps(clock.counts_from, due)
        at_start = [ladder.rungs[place].recipients for at, place in steps if at == clock.counts_from]
        assert {role.value for rung in at_start for role in rung} == told
        assert due in [at for at, _ in steps]


def test_grave_ones_are_told_at_the_start():
    """PACS-16: severity 1 goes at once to the product team, the senior manager and the account manager."""
    report = Report("fault", Severity.ONE, datetime.fromisoformat(f"{NIGHT}+08:00"))
    (respond, *_) = clocks_of(blueprint("pacs").matrix, report)
    steps = respond.promise.ladder.steps(respond.counts_from, respond.due_at)
    (first_at, first), *_ = steps
    assert first_at == respond.counts_from
    told = respond.promise.ladder.rungs[first].recipients
    assert {"product_team", "senior_manager", "account_manager"} <= told
    minutes = [(at - respond.counts_from).total_seconds() / 60 for at, _ in steps]
    assert minutes == [0, 2.5, 4, 5, 35]
