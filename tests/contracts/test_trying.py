"""'Try it' (试算): page, programs and command say the same of a report; what cannot be is refused beside its field.

ALL-2, ALL-3, PACS-16, SMART-6, CHK.
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from html import unescape
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from contracts.blueprint import blueprint, names
from contracts.drafts import mark, promise_in
from contracts.drawing import drawing
from contracts.matrices import draft_of
from contracts.services import amending, editing
from contracts.trying import Report, clocks_of
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.enums import Role
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.contracts.examples import make_contract
from tests.contracts.people import in_force, manager_of
from tests.contracts.visits import text
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
MOMENTS = (
    "2026-09-30T12:00+08:00",  # the day before the holiday
    "2026-10-01T09:00+08:00",
    "2026-10-10T18:00+08:00",  # a worked Saturday, as it closes
    "2026-11-06T17:45+08:00",
    "2026-12-31T23:59+08:00",  # into a year that is not published
)


def cases(code):
    source = blueprint(code)
    severities = [level.value for level in source.levels] or [""]
    categories = list(source.categories)
    for number, moment in enumerate(MOMENTS):
        for severity in severities:
            for category in categories[number::9]:  # each category at some moments, each moment with some of them
                yield {"category": category, "severity": severity, "at": moment}
    yield {"category": "fault", "severity": severities[0], "at": MOMENTS[1], "reported_by": "phone"}
    yield {"category": "fault", "severity": severities[-1], "at": MOMENTS[1], "reported_by": "web"}
    if any(row.emergency for row in source.matrix.rows):
        yield from ({"category": "fault", "severity": s, "at": MOMENTS[1], "emergency": "true"} for s in severities)


def by_command(code, case):
    out = io.StringIO()
    options = {**case, "emergency": bool(case.get("emergency"))}
    with translation.override("zh-hans"):
        call_command("explain", blueprint=code, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def api(contract, client, **asked):
    return client.get(reverse("explain_contract", args=[contract.pk]), asked)


@pytest.mark.slow
@pytest.mark.parametrize("code", names())
def test_page_programs_and_command_say_the_same(world, code):
    """ALL-3: one source of every due time and of the sentences that lead to it."""
    contract, _manager, lead = in_force(world.h1, world.v1, code)
    client, seen = browser_of(lead), 0
    for case in cases(code):
        said = by_command(code, case)
        answered = api(contract, client, **case)
        assert (answered.status_code, answered.json()) == (200, said), case
        page = client.get(reverse("try_promises", args=[contract.pk]), case)
        (column,) = page.context["columns"]
        assert column.answer == said, case
        body = text(page)
        for clock in said["clocks"]:
            assert all(sentence in body for sentence in clock["because"]), case
            assert clock["due_at"] is None or f'datetime="{clock["due_at"]}"' in body
        seen += len(said["clocks"])
    assert seen > 10 or code == "pacs-checklist"


def test_no_times_are_said_as_such(world):
    """CHK: measured, never breached."""
    contract, _, lead = in_force(world.h1, world.v1, "pacs-checklist")
    case = {"category": "fault", "at": MOMENTS[1]}
    body = text(browser_of(lead).get(reverse("try_promises", args=[contract.pk]), case))
    assert "只计量，不算超时" in body
    assert "<figure" not in body


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"at": "1900-01-01T00:00+08:00"}, "at"),
        ({"at": "9999-12-31T23:59+08:00"}, "at"),
        ({"at": "2026-10-01T09:00"}, "at"),
        ({"at": "tomorrow"}, "at"),
        ({"at": ""}, "at"),
        ({"category": "coffee"}, "category"),
        ({"category": ""}, "category"),
        ({"severity": "Z"}, "severity"),
        ({"severity": ""}, "severity"),
        ({"reported_by": "pigeon"}, "reported_by"),
        ({"severity": "1", "reported_by": "web"}, "reported_by"),
        ({"emergency": "true"}, "emergency"),
        ({"emergency": "perhaps"}, "emergency"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_a_problem_beside_its_field(world, asked, field):
    """RFC 9457, with the page's own sentence."""
    contract, _, lead = in_force(world.h1, world.v1)
    case = {"category": "fault", "severity": "B", "at": MOMENTS[1]} | asked
    client = browser_of(lead)
    answered = api(contract, client, **case)
    problem = answered.json()
    assert (answered.status_code, answered["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["detail"] == problem["errors"][0]["detail"]
    if asked not in ({"at": "2026-10-01T09:00"}, {"at": ""}, {"category": ""}) and field != "emergency":
        page = client.get(reverse("try_promises", args=[contract.pk]), case)
        assert page.context["form"].errors[field] == [problem["detail"]]
        assert page.context["columns"] == []
        body = text(page)
        assert all(value in unescape(body) for value in case.values() if value)  # nothing typed is lost


def test_several_faults_are_named_at_once(world):
    contract, _, lead = in_force(world.h1, world.v1)
    problem = api(contract, browser_of(lead), category="coffee", severity="Z", at="soon").json()
    assert {error["field"] for error in problem["errors"]} == {"category", "severity", "at"}


def test_an_unquoted_plus_is_understood(world):
    contract, _, lead = in_force(world.h1, world.v1)
    path = reverse("explain_contract", args=[contract.pk])
    answered = browser_of(lead).get(f"{path}?category=fault&severity=B&at=2026-10-01T09:00+08:00")
    assert answered.json()["clocks"][0]["due_at"] == "2026-10-01T10:00:00+08:00"


def test_programs_come_through_the_same_doors(world, client):
    """A foreign contract is a missing one, in the words of a problem."""
    contract, _, lead = in_force(world.h1, world.v1)
    foreign = make_contract(world.h2, world.v2)
    case = {"category": "fault", "severity": "B", "at": MOMENTS[1]}
    for member, of, status in (
        (lead, foreign, 404), (manager_of(world.v2), contract, 404),
        (make_member(Role.WARD_REPORTER, world.h1), contract, 403),
        (make_member(Role.IT_ENGINEER, world.h1), contract, 200),
    ):  # fmt: skip
        answered = api(of, browser_of(member), **case)
        assert answered.status_code == status
        if status != 200:
            assert answered["Content-Type"] == "application/problem+json"
            assert answered.json()["status"] == status
    assert api(contract, client, **case).status_code == 401
    assert browser_of(lead).post(reverse("explain_contract", args=[contract.pk])).status_code == 405


def test_before_its_first_version_a_contract_promises_nothing(world):
    contract, _, lead = in_force(world.h1, world.v1)
    answered = api(contract, browser_of(lead), category="fault", severity="B", at="2026-01-01T09:00+08:00")
    assert answered.status_code == 409
    page = browser_of(lead).get(
        reverse("try_promises", args=[contract.pk]), {"category": "fault", "severity": "B", "at": "2026-01-01T09:00"}
    )
    (column,) = page.context["columns"]
    assert not column.is_in_force


def test_the_schema_documents_it(world):
    schema = browser_of(make_member(Role.IT_ENGINEER, world.h1)).get("/api/schema/").json()
    operation = schema["paths"]["/api/v1/contracts/{id}/explain/"]["get"]
    names_of = {parameter["name"] for parameter in operation["parameters"]}
    assert names_of == {"id", "category", "severity", "at", "reported_by", "emergency"}
    assert set(operation["responses"]) == {"200", "400", "401", "403", "404", "409", "429"}
    assert "/api/v1/contracts/" in text(browser_of(make_member(Role.IT_ENGINEER, world.h1)).get("/api/"))


def test_severity_one_by_web_shows_the_hotline_big(world):
    """PACS-16, HRP-12: phone only."""
    contract, _, lead = in_force(world.h1, world.v1)
    case = {"category": "fault", "severity": "1", "at": "2026-10-01T09:00", "reported_by": "web"}
    body = text(browser_of(lead).get(reverse("try_promises", args=[contract.pk]), case))
    assert 'class="big-number" href="tel:400-800-1234"' in body
    assert 'value="2026-10-01T09:00"' in body


def test_a_moment_without_a_zone_is_the_contracts_own_on_the_page(world):
    contract, _, lead = in_force(world.h1, world.v1)
    case = {"category": "fault", "severity": "B", "at": "2026-10-01T09:00"}
    page = browser_of(lead).get(reverse("try_promises", args=[contract.pk]), case)
    assert page.context["columns"][0].answer["clocks"][0]["due_at"] == "2026-10-01T10:00:00+08:00"


def test_two_versions_stand_side_by_side(world):
    """ALL-2: a changed promise is seen before anybody agrees to it, and which version holds when."""
    contract, manager, lead = in_force(world.h1, world.v1, "smart")
    by = enter(manager)
    draft = amending.begin_draft(contract, by=by, at=AT)
    row = draft.rows[0]
    facts = promise_in(row, "respond") | {"target": 20}
    editing.keep_cell(draft, 0, Metric.RESPOND, facts, was=mark(row), by=by, at=AT)
    case = {"category": "fault", "at": "2026-11-23T09:00", "version": "1", "other": "2"}
    client = browser_of(lead)
    page = client.get(reverse("try_promises", args=[contract.pk]), case)
    ((change),) = page.context["changed"]
    assert (change["old"]["due_at"][11:16], change["new"]["due_at"][11:16]) == ("09:30", "09:20")
    first, second = page.context["columns"]
    assert (first.is_in_force, second.is_in_force) == (True, False)
    amending.ask_hospital(draft_of(contract), from_on=datetime(2026, 11, 23).date(), why="x", by=enter(manager), at=AT)
    amending.approve(draft, from_on=datetime(2026, 11, 23).date(), by=enter(lead), at=AT)
    for day, due in (("2026-11-20", "09:30"), ("2026-11-23", "09:20")):  # Friday, Monday
        said = api(contract, client, category="fault", at=f"{day}T09:00+08:00").json()
        assert said["clocks"][0]["due_at"][11:16] == due


# ── the drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def drawn(code, category, at, severity=Severity.NONE):
    matrix, moment = blueprint(code).matrix, datetime.fromisoformat(at)
    clocks = clocks_of(matrix, Report(category, severity, moment))
    return drawing(clocks, matrix.calendar, moment)


def test_days_off_and_made_up_ones_stand_beside_the_line():
    """SMART-6, SMART-7: a fault of 09-30 is restored on 10-09; the seven days between are off."""
    figure = drawn("smart", "fault", "2026-09-30T12:00+08:00")
    (off,) = figure.bands
    assert (off.is_made_up, off.words) == (False, "10-01 – 10-07 休")
    assert not figure.is_to_scale  # half an hour and an hour lie too close together beside nine days
    made_up = [band for band in drawn("smart", "change", "2026-09-15T12:00+08:00").bands if band.is_made_up]
    assert [band.words for band in made_up] == ["09-20 上班", "10-10 上班"]


def test_marks_keep_their_order_and_their_distance():
    """PACS-16: 5 minutes and 4 hours are drawn apart, the report first."""
    figure = drawn("pacs", "fault", "2026-11-02T09:00+08:00", Severity.A)
    places = [mark.y for mark in figure.marks]
    assert places == sorted(places)
    assert min(b - a for a, b in pairwise(places)) >= 46
    assert figure.bands == ()


def test_a_line_with_room_is_to_scale():
    figure = drawn("icu", "fault", "2026-11-02T09:00+08:00")
    assert figure.is_to_scale
    assert [mark.words for mark in figure.marks] == ["", "响应"]


def test_nothing_due_is_not_drawn():
    """CHK"""
    assert drawn("pacs-checklist", "fault", "2026-11-02T09:00+08:00") is None
