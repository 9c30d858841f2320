"""Promises change by versions: edited, checked, asked for, agreed upon; what runs keeps what it was promised.

ALL-2, ALL-3, ICU-19, PACS-16, HRP-12.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from contracts.differing import differences
from contracts.drafts import ladders_of, mark, promise_in
from contracts.finding import Kind
from contracts.matrices import draft_of, matrix_at, version_at
from contracts.models import MatrixVersion
from contracts.models.promises import VersionState
from contracts.reviewing import category_names, findings
from contracts.services import amending, editing
from servicedesk.audit.models import Record
from servicedesk.clocks.life import Terms
from servicedesk.clocks.models import Clock, Step
from servicedesk.clocks.services.clocks import start_clocks, stop_clock
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Forbidden, Refused
from tests.clocks.examples import AT, make_team
from tests.contracts.people import in_force, manager_of
from tests.world import enter, make_matter, make_member, make_world

pytestmark = pytest.mark.django_db
LATER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def made(module_transaction):
    """A contract in force, with a draft in which severity B is answered within 45 minutes instead of an hour."""
    world = make_world()
    with translation.override("en"):
        contract, manager, lead = in_force(world.h1, world.v1)
        by = enter(manager)
        draft = amending.begin_draft(contract, by=by, at=AT)
        answer_within(draft, 45, by=by)
    return world, (contract, MatrixVersion.objects.get(pk=draft.pk), manager, lead)


@pytest.fixture
def both(made):
    return deepcopy(made)


@pytest.fixture
def world(both):
    return both[0]


@pytest.fixture
def amended(both):
    return both[1]


def answer_within(draft, minutes, *, by, place=2):
    row = MatrixVersion.objects.get(pk=draft.pk).rows[place]
    facts = promise_in(row, "respond") | {"target": minutes}
    editing.keep_cell(draft, place, Metric.RESPOND, facts, was=mark(row), by=by, at=AT)


def asked(draft, manager, from_on=LATER):
    return amending.ask_hospital(draft, from_on=from_on, why="增派一名工程师", by=enter(manager), at=AT)


def answered_within(contract, moment):
    return matrix_at(contract, moment).terms("fault", Severity.B, moment)[Metric.RESPOND].target


# ── a draft ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_begins_as_what_holds_and_changes_nothing(amended):
    contract, draft, *_ = amended
    first = contract.versions.get(version=1)
    assert (draft.version, draft.state, draft.calendar_id) == (2, VersionState.DRAFT, first.calendar_id)
    assert draft.rows[:2] == first.rows[:2]
    assert answered_within(contract, AT) == 60
    assert version_at(contract, AT + timedelta(days=300)).version == 1


def test_one_draft_at_a_time(amended):
    contract, _draft, manager, _lead = amended
    with pytest.raises(Refused, match="being prepared already"):
        amending.begin_draft(contract, by=enter(manager), at=AT)


def test_nobody_overwrites_another_unseen(amended):
    _contract, draft, manager, _lead = amended
    by, was = enter(manager), mark(draft.rows[2])
    answer_within(draft, 40, by=by)
    facts = promise_in(draft.rows[2], "respond") | {"target": 50}
    with pytest.raises(Refused, match="changed this line meanwhile"):
        editing.keep_cell(draft, 2, Metric.RESPOND, facts, was=was, by=by, at=AT)
    assert promise_in(draft_of(draft.contract).rows[2], "respond")["target"] == 40


def test_lines_are_added_copied_narrowed_and_removed(amended):
    _contract, draft, manager, _lead = amended
    by = enter(manager)
    made = editing.copy_row(draft, 2, was=mark(draft.rows[2]), by=by, at=AT)
    kinds = {Kind.OVERLAP}
    draft = MatrixVersion.objects.get(pk=draft.pk)
    assert kinds == {finding.kind for finding in findings(draft) if finding.is_error}
    row = draft.rows[made]
    facts = {name: row[name] for name in ("severities", "window", "channels", "emergency")}
    editing.keep_row(draft, made, facts | {"categories": ["fault"]}, was=mark(row), by=by, at=AT)
    draft = MatrixVersion.objects.get(pk=draft.pk)
    editing.remove_row(draft, made, was=mark(draft.rows[made]), by=by, at=AT)
    assert len(MatrixVersion.objects.get(pk=draft.pk).rows) == 4


def test_a_line_that_changes_its_hours_takes_its_promises_along(amended):
    _contract, draft, manager, _lead = amended
    row = draft.rows[2]
    facts = {name: row[name] for name in ("categories", "severities", "channels", "emergency")}
    editing.keep_row(draft, 2, facts | {"window": "working"}, was=mark(row), by=enter(manager), at=AT)
    assert {one["window"] for one in draft_of(draft.contract).rows[2]["promises"]} == {"working"}


def test_a_ladder_is_one_for_all_that_use_it(amended):
    _contract, draft, manager, _lead = amended
    by, ordinary = enter(manager), ladders_of(draft.rows)[2]
    assert len(ordinary.used) == 4
    rungs = [*ordinary.rungs, {"anchor": "due", "tell": ["hospital_lead"], "percent": 0, "minutes": 120}]
    editing.keep_ladder(draft, rungs, was=ordinary.mark, by=by, at=AT)
    changed = draft_of(draft.contract)
    assert [len(ladder.rungs) for ladder in ladders_of(changed.rows)] == [5, 5, 5]
    with pytest.raises(Refused, match="Promises use this ladder"):
        editing.remove_ladder(changed, mark(rungs), by=by, at=AT)


# ── the check before asking ──────────────────────────────────────────────────────────────────────────────────────────


def test_errors_prevent_asking_and_warnings_do_not(amended):
    contract, draft, manager, _lead = amended
    warnings = {finding.kind for finding in findings(draft)}
    assert warnings == {Kind.ROLE_UNFILLED}  # no team is on duty for this contract
    answer_within(draft, 3, by=enter(manager))
    with pytest.raises(Refused, match="longer than the 3 minutes of a lighter severity"):
        asked(draft, manager)
    answer_within(draft, 45, by=enter(manager))
    assert asked(draft, manager).state is VersionState.ASKED
    assert contract.versions.count() == 2


def test_a_role_without_a_post_is_named(amended):
    contract, draft, _manager, _lead = amended
    contract.desk.posts.filter(role="product_team").delete()
    contract.staff.filter(role="product_team").delete()
    said = [finding.sentence for finding in findings(draft) if finding.kind == Kind.ROLE_UNFILLED]
    assert "Ladders tell 'product team', but nobody with an account fills that role at this contract." in said


def test_a_team_with_one_line_is_said_to_lack_a_second(world, amended):
    """The blueprints tell the second line at 80 %: a team of one line would be a hole there, every time."""
    contract, draft, manager, _lead = amended
    team = make_team(world.v1)
    type(team).objects.filter(pk=team.pk).update(levels=1)
    enter(manager)
    type(contract.desk).objects.filter(pk=contract.desk_id).update(team=team)
    draft = draft_of(type(contract).objects.get(pk=contract.pk))
    said = [finding.sentence for finding in findings(draft) if finding.kind == Kind.ROLE_UNFILLED]
    assert said == ["The team on duty has one line only, so 'second line on duty' reaches nobody."]
    type(team).objects.filter(pk=team.pk).update(levels=2)
    assert [finding for finding in findings(draft) if finding.kind == Kind.ROLE_UNFILLED] == []


def test_a_solve_time_is_agreed_upon_or_said_to_be_none(world):
    """ICU-19"""
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    by = enter(manager)
    draft = amending.begin_draft(contract, by=by, at=AT)
    assert draft.has_no_solve_time
    editing.keep_marks(draft, [], has_no_solve_time=False, by=by, at=AT)
    draft = draft_of(contract)
    answer_within(draft, 90, by=by, place=1)
    with pytest.raises(Refused, match="No time is given to solve a fault in"):
        asked(draft, manager)
    assert findings(draft_of(contract))[0].kind == Kind.NO_SOLVE_TIME
    row = draft_of(contract).rows[1]
    solved = {"metric": "restore", "target": 1440, "unit": "elapsed_minutes", "clause": "ICU-19", "ladder": []}
    editing.keep_cell(draft, 1, Metric.RESTORE, solved, was=mark(row), by=by, at=AT)
    version = asked(draft_of(contract), manager)
    amending.approve(version, from_on=LATER, by=enter(lead), at=AT)
    contract.refresh_from_db()
    assert not contract.has_no_solve_time


# ── the parties ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_hospital_agrees_and_it_holds_from_that_day_on(amended):
    """ALL-2: neither before the hospital's word nor before the day."""
    contract, draft, manager, lead = amended
    asked(draft, manager)
    begins = timezone.make_aware(timezone.datetime(2026, 12, 1))
    assert answered_within(contract, begins) == 60
    amending.approve(draft, from_on=LATER, by=enter(lead), at=AT)
    assert answered_within(contract, begins - timedelta(seconds=1)) == 60
    assert answered_within(contract, begins) == 45
    acts = list(Record.objects.filter(subject_id=str(draft.pk)).order_by("at", "pk").values_list("act", flat=True))
    assert acts[0] == "contracts.matrix_drafted"
    assert acts[-2:] == ["contracts.matrix_asked", "contracts.matrix_activated"]


def test_on_the_day_of_the_approval_it_holds_from_its_very_moment(amended):
    """What was reported this morning is promised what held this morning."""
    contract, draft, manager, lead = amended
    asked(draft, manager, timezone.localdate(AT))
    version = amending.approve(draft, from_on=timezone.localdate(AT), by=enter(lead), at=AT)
    assert version.active_from == AT
    assert answered_within(contract, AT - timedelta(minutes=1)) == 60


def test_a_running_clock_keeps_what_it_was_promised(amended, world):
    """ALL-2: a real clock, started under the first version, with its steps."""
    contract, draft, manager, lead = amended
    asked(draft, manager, timezone.localdate(AT))
    matter = make_matter(world.h1, world.v1)
    matrix, version = matrix_at(contract, AT), version_at(contract, AT)
    promises = matrix.terms("fault", Severity.B, AT)
    terms = Terms(contract.desk, version.calendar, "fault", Severity.B, promises)
    by = enter(lead)
    start_clocks(matter, terms=terms, by=by, at=AT)
    clocks = Clock.objects.filter(matter=matter)
    before = list(clocks.order_by("metric").values("metric", "due_at", "promise", "armed_at"))
    steps = list(Step.objects.filter(clock__matter=matter).order_by("fire_at").values("fire_at", "rung"))
    amending.approve(draft, from_on=timezone.localdate(AT), by=by, at=AT + timedelta(minutes=1))
    assert answered_within(contract, AT + timedelta(minutes=1)) == 45
    assert list(clocks.order_by("metric").values("metric", "due_at", "promise", "armed_at")) == before
    assert list(Step.objects.filter(clock__matter=matter).order_by("fire_at").values("fire_at", "rung")) == steps
    stop_clock(matter, Metric.RESPOND, by=enter(manager), at=AT + timedelta(minutes=55))
    assert clocks.get(metric="respond").outcome == "met"


def test_a_refusal_has_its_reason_and_stays_readable(amended):
    contract, draft, manager, lead = amended
    asked(draft, manager)
    by = enter(lead)
    with pytest.raises(Refused, match="Say why"):
        amending.refuse(draft, why="  ", by=by, at=AT)
    amending.refuse(draft, why="年底前不调整", by=by, at=AT)
    draft.refresh_from_db()
    assert (draft.state, draft.refused_why, len(draft.rows)) == (VersionState.REFUSED, "年底前不调整", 4)
    with pytest.raises(Refused, match="decided this already"):
        amending.approve(draft, from_on=LATER, by=by, at=AT)
    assert answered_within(contract, AT + timedelta(days=60)) == 60
    assert amending.begin_draft(contract, by=enter(manager), at=AT).version == 3


def test_what_is_asked_for_stands_still_until_it_is_withdrawn(amended):
    contract, draft, manager, lead = amended
    asked(draft, manager)
    with pytest.raises(Refused, match="Withdraw it to change it"):
        answer_within(draft, 30, by=enter(manager))
    with pytest.raises(Forbidden, match="the vendor withdraws"):
        amending.withdraw(draft, by=enter(lead), at=AT)
    amending.withdraw(draft, by=enter(manager), at=AT)
    draft.refresh_from_db()
    assert draft.state is VersionState.WITHDRAWN
    with pytest.raises(Refused, match="decided this already"):
        amending.approve(draft, from_on=LATER, by=enter(lead), at=AT)
    assert draft_of(contract) is None


def test_each_party_has_its_own_part(amended):
    _contract, draft, manager, lead = amended
    with pytest.raises(Forbidden, match="The vendor proposes"):
        amending.ask_hospital(draft, from_on=LATER, why="", by=enter(lead), at=AT)
    with pytest.raises(Refused, match="has not asked for this yet"):
        amending.approve(draft, from_on=LATER, by=enter(lead), at=AT)
    asked(draft, manager)
    for act in (
        lambda by: amending.approve(draft, from_on=LATER, by=by, at=AT),
        lambda by: amending.refuse(draft, why="x", by=by, at=AT),
    ):
        with pytest.raises(Forbidden, match="the hospital's decision"):
            act(enter(manager))


@pytest.mark.parametrize(
    ("from_on", "sentence"),
    [
        (date(2026, 11, 1), "do not hold for the past"),
        (date(1900, 1, 1), "Nobody means a year"),
        (date(9999, 1, 1), "Nobody means a year"),
        (date(2028, 3, 1), "The contract ends on"),
    ],
)
def test_days_that_cannot_be(amended, from_on, sentence):
    _contract, draft, manager, _lead = amended
    with pytest.raises(Refused, match=sentence):
        asked(draft, manager, from_on)


def test_a_later_version_does_not_begin_before_an_earlier_one(amended):
    contract, draft, manager, lead = amended
    asked(draft, manager)
    amending.approve(draft, from_on=LATER, by=enter(lead), at=AT)
    by = enter(manager)
    third = amending.begin_draft(contract, by=by, at=AT)
    assert promise_in(third.rows[2], "respond")["target"] == 45  # begins as what is agreed, though not in force yet
    answer_within(third, 40, by=by)
    with pytest.raises(Refused, match="Version 2 begins on 2026-12-01"):
        asked(third, manager, LATER - timedelta(days=1))


def test_a_draft_that_changes_nothing_is_not_asked_for(amended):
    _contract, draft, manager, _lead = amended
    answer_within(draft, 60, by=enter(manager))
    with pytest.raises(Refused, match="Nothing is promised otherwise"):
        asked(draft, manager)


def test_both_parties_are_told(amended):
    """The hospital's lead is asked; then both know what was decided, and who decided tells nobody themselves."""
    _contract, draft, manager, lead = amended
    asked(draft, manager)
    assert _told(lead) == ["approval_asked"]
    assert _told(manager) == []
    amending.approve(draft, from_on=LATER, by=enter(lead), at=AT)
    assert _told(manager) == ["approval_decided"]
    assert _told(lead) == ["approval_asked"]


def _told(member) -> list[str]:
    enter(member)
    return list(InboxItem.objects.filter(membership=member).order_by("at", "pk").values_list("kind", flat=True))


# ── what differs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_difference_is_named_old_and_new(amended):
    contract, draft, *_ = amended
    first = contract.versions.get(version=1)
    (found,) = differences(first.rows, draft.rows, category_names(contract))
    assert (found.names, found.severities, found.window) == (("All kinds of service",), ("B",), "24x7")
    assert (found.what, found.old, found.new) == ("Response", ("1 hour",), ("45 minutes",))
    assert differences(first.rows, first.rows, category_names(contract)) == []


def test_what_is_added_taken_away_and_told_otherwise_differs_too():
    from tests.contracts.matrices import LADDER, healthy

    old, new = healthy(), healthy()
    new[0]["promises"].pop(1)
    new[1]["channels"] = ["phone", "web"]
    new[2]["promises"][0]["ladder"] = LADDER[:2]
    said = {(d.what, d.severities, d.window): (d.old, d.new) for d in differences(old, new, {"fault": "故障"})}
    assert said["On site", ("1",), "24x7"] == (
        ("4 hours", "clause X-1", "after 50 % of the time: first line on duty", "at the deadline: project manager",
         "30 min after the deadline: the hospital's lead"), (),
    )  # fmt: skip
    assert said["How to report", ("B",), "working"] == (("phone",), ("phone, web page",))
    told = said["Response", ("B",), "off"]
    assert told == (("1 hour", "30 min after the deadline: the hospital's lead"), ("1 hour",))
    assert len(said) == 3


def test_only_the_parties_learn_who_decides(amended, world):
    """The one question past the wall: ids of a contract's own deciders, and none of a foreign one's."""
    contract, _draft, manager, lead = amended
    for member in (manager, lead):
        enter(member)
        assert sorted(amending.who_decides(contract)) == sorted([(manager.pk, False), (lead.pk, True)])
    for stranger in (manager_of(world.v2), make_member(Role.IT_LEAD, world.h2)):
        enter(stranger)
        assert amending.who_decides(contract) == []
