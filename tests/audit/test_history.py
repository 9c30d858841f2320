"""A thing's own history: acts on record and what changed in them, for whoever may see the thing. PACS-18."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from simple_history.models import HistoricalRecords

from servicedesk.audit.enums import Act
from servicedesk.audit.history import history_of
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department
from servicedesk.tenancy.wall import opened
from tests.world import make_member, make_place, make_user, person_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def author(world):
    """The account that history puts down, as the request's middleware would say."""
    membership = make_member(Role.IT_LEAD, world.h1, name="刘主任")
    HistoricalRecords.context.request = type("Request", (), {"user": membership.user})()
    yield person_of(membership)
    del HistoricalRecords.context.request


def change(row, author, *, act=None, at=None, **values) -> None:
    at = at or timezone.now()
    for name, value in values.items():
        setattr(row, name, value)
    with opened(author.context):
        row.save()
        if act:
            record(act, row, by=author, at=at)


def seen(row, person) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    with opened(person.context):
        entries = history_of(row, person).entries
    return [(entry.who, entry.act, [(c.name, c.old, c.new) for c in entry.changes]) for entry in entries]


def test_an_act_and_what_it_changed_are_one_entry(world, author):
    department = world.radiology[world.h1.id]
    change(department, author, act=Act.DEPARTMENT_KEPT, phone="8200", name="影像科")
    assert seen(department, author)[0] == (
        "刘主任",
        "wrote down a department",
        [("Name", "放射科§shengyi", "影像科"), ("Extension", "—", "8200")],
    )


def test_a_change_without_an_act_stands_for_itself(world, author):
    department = world.radiology[world.h1.id]
    change(department, author, phone="8200")
    assert seen(department, author) == [
        ("刘主任", "changed it", [("Extension", "—", "8200")]),
        ("the product itself", "created it", []),
    ]


def test_saving_without_changing_is_no_entry(world, author):
    department = world.radiology[world.h1.id]
    before = seen(department, author)
    change(department, author)
    assert seen(department, author) == before


def test_an_act_long_ago_does_not_take_todays_change(world, author):
    department = world.radiology[world.h1.id]
    change(department, author, act=Act.DEPARTMENT_CLOSED, at=NOW - timedelta(days=1), phone="1")
    told = [(act, len(changes)) for _, act, changes in seen(department, author)]
    assert told == [("changed it", 1), ("created it", 0), ("closed a department", 0)]


def test_values_are_said_in_words(world, author):
    place = make_place(world.h1, world.radiology[world.h1.id])
    change(place, author, department=world.pharmacy[world.h1.id], campus="东院")
    change(place, author, department=None)
    member = make_member(Role.IT_ENGINEER, world.h1)
    change(member, author, role=Role.IT_LEAD)
    assert seen(place, author)[0][2] == [("Department", "药剂科§shengyi", "—")]
    assert seen(place, author)[1][2] == [("Department", "放射科§shengyi", "药剂科§shengyi"), ("Campus", "—", "东院")]
    assert seen(member, author)[0][2] == [("Role", "Hospital IT engineer", "Hospital IT lead")]


def test_who_may_not_see_the_thing_sees_no_history(world, author):
    department = world.radiology[world.h1.id]
    change(department, author, act=Act.DEPARTMENT_KEPT, phone="8200")
    assert seen(department, person_of(make_member(Role.IT_LEAD, world.h2))) == []
    assert seen(department, person_of(make_member(Role.WARD_REPORTER, world.h1))) == []
    assert seen(department, person_of(make_member(Role.VENDOR_ENGINEER, world.v2)))


def test_a_reporter_reads_their_own_departments_history_without_the_trails_permission(world, author):
    department = world.radiology[world.h1.id]
    change(department, author, act=Act.DEPARTMENT_KEPT, phone="8200")
    reporter = person_of(make_member(Role.WARD_REPORTER, world.h1, department=department))
    ((who, act, changes), *_) = seen(department, reporter)
    assert (who, act, changes) == ("somebody of 省医", "wrote down a department", [("Extension", "—", "8200")])


def test_the_number_of_questions_does_not_grow(world, author):
    place = make_place(world.h1, world.radiology[world.h1.id])

    def questions(count: int) -> int:
        for number in range(count):
            other = (world.radiology, world.pharmacy)[number % 2][world.h1.id]
            change(place, author, act=Act.PLACE_KEPT, department=other, room=str(number))
        with opened(author.context), CaptureQueriesContext(connection) as captured:
            assert history_of(place, author).entries
        return len(captured)

    assert questions(2) == questions(30)


def test_a_long_history_says_that_there_is_more(world, author):
    department = world.radiology[world.h1.id]
    for number in range(8):
        change(department, author, phone=str(number))
    with opened(author.context):
        history = history_of(department, author, limit=5)
    assert (len(history.entries), history.has_more) == (5, True)
    assert all(entry.changes for entry in history.entries)
    assert not seen_more(department, author)


def seen_more(department: Department, person) -> bool:
    with opened(person.context):
        return history_of(department, person).has_more


def test_it_is_shown_escaped(world, author):
    department = world.radiology[world.h1.id]
    change(department, author, act=Act.DEPARTMENT_KEPT, name="<b>科</b>")
    with opened(author.context):
        html = render_to_string("audit/_history.html", {"history": history_of(department, author)})
        empty = render_to_string("audit/_history.html", {"history": history_of(world.radiology[world.h2.id], author)})
    assert "Name: 放射科§shengyi → &lt;b&gt;科&lt;/b&gt;" in html
    assert "Nothing has happened here yet." in empty


def test_one_account_never_takes_anothers_change(world, author):
    department = world.radiology[world.h1.id]
    stranger = person_of(make_member(Role.IT_LEAD, world.h1, user=make_user()))
    change(department, author, phone="8200")
    with opened(stranger.context):
        record(Act.DEPARTMENT_KEPT, department, by=stranger, at=NOW)
    told = {(who, act, len(changes)) for who, act, changes in seen(department, author)}
    assert ("刘主任", "changed it", 1) in told
    assert (stranger.name, "wrote down a department", 0) in told
