"""Keyset pages put together are the sorted list, both ways, with ties and NULLs. A later one costs no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.wall import Context
from servicedesk.ui.tables import Page, page_of
from tests.world import LONG_AGO, World, make_user

SORTS = {"name": "name", "until": "until_at", "from": "from_at", "department": "department__name"}
pytestmark = pytest.mark.django_db


def page(query: str, size: int = 3) -> Page:
    return page_of(Membership.objects.all(), QueryDict(query), sorts=SORTS, default="name", size=size)


def walk(first: Page, size: int, step: str) -> list[list[Any]]:
    pages, current = [first.rows], first
    while getattr(current, step):
        current = page(getattr(current, step)[1:], size)
        pages.append(current.rows)
    return [[row.pk for row in rows] for rows in pages]


def fill(world: World, people: list[tuple[int, int | None]]) -> None:
    """Few names and few ends, so that ties and NULLs are the rule."""
    Membership.objects.bulk_create(
        Membership(
            user=make_user(), hospital=world.h1, role="it_engineer", name=f"n{name}", from_at=LONG_AGO,
            department=world.radiology[world.h1.id] if name % 2 else None,
            until_at=LONG_AGO + timedelta(days=400, microseconds=end) if end is not None else None,
        )
        for name, end in people
    )  # fmt: skip


def sorted_keys(word: str) -> list[Any]:
    name, turn = word.removeprefix("-"), -1 if word.startswith("-") else 1
    values = {"name": lambda m: m.name, "until": lambda m: m.until_at, "from": lambda m: m.from_at,
              "department": lambda m: m.department.name if m.department else None}  # fmt: skip
    rows = sorted(Membership.objects.select_related("department"), key=lambda m: m.pk, reverse=turn < 0)
    known = sorted((m for m in rows if values[name](m) is not None), key=values[name], reverse=False)
    if turn < 0:  # a stable sort backwards keeps the ids as they are: descending
        known = sorted((m for m in rows if values[name](m) is not None), key=values[name], reverse=True)
        known = _ids_descending_within(known, values[name])
    return [m.pk for m in known] + [m.pk for m in rows if values[name](m) is None]


def _ids_descending_within(rows: list[Any], value: Any) -> list[Any]:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(value(row), []).append(row)
    return [row for group in groups.values() for row in sorted(group, key=lambda m: m.pk, reverse=True)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 3)), max_size=14),
    word=st.sampled_from([f"{sign}{name}" for sign in ("", "-") for name in SORTS]),
    size=st.integers(1, 6),
)
def test_the_pages_together_are_the_list(world: World, people: Any, word: str, size: int) -> None:
    with wall.opened(Context.of_hospital(world.h1.id)):
        Membership.objects.all().delete()
        fill(world, people)
        expected = sorted_keys(word)
        forwards = walk(page(f"sort={word}", size), size, "next")
        assert [key for keys in forwards for key in keys] == expected
        if len(forwards) > 1:
            last = page(_last_query(word, size), size)
            backwards = walk(last, size, "previous")[::-1]
            assert list(dict.fromkeys(key for keys in backwards for key in keys)) == expected
            assert all(len(keys) == size for keys in backwards[:-1])


def _last_query(word: str, size: int) -> str:
    current, query = page(f"sort={word}", size), f"sort={word}"
    while current.next:
        query = current.next[1:]
        current = page(query, size)
    return query


@pytest.fixture
def ten(world: World) -> Any:
    with wall.opened(Context.of_hospital(world.h1.id)):
        fill(world, [(i % 3, i if i % 2 else None) for i in range(10)])
        yield world


def keys(shown: Page) -> list[Any]:
    return [row.pk for row in shown.rows]


SPOILED = (lambda c: c[:-2], lambda c: c + "x", lambda c: "", lambda c: "null", lambda c: "%00", lambda c: "ÿ" * 50)


@pytest.mark.parametrize("change", SPOILED)
def test_a_cursor_that_was_tampered_with_gives_the_first_page(ten: World, change: Any) -> None:
    cursor = QueryDict(page("sort=until").next[1:])["after"]
    query = QueryDict(mutable=True)
    query.update({"sort": "until", "after": change(cursor)})
    assert keys(page(query.urlencode())) == keys(page("sort=until"))


def test_a_cursor_of_another_sorting_gives_the_first_page(ten: World) -> None:
    cursor = QueryDict(page("sort=until").next[1:])["after"]
    query = QueryDict(mutable=True)
    query.update({"sort": "name", "after": cursor})
    assert keys(page(query.urlencode())) == keys(page("sort=name"))


@pytest.mark.parametrize("word", ["", "password", "-", "--name", "name;drop", "user__password"])
def test_an_unknown_sort_is_the_default(ten: World, word: str) -> None:
    query = QueryDict(mutable=True)
    query["sort"] = word
    assert keys(page(query.urlencode())) == keys(page(""))


def test_filters_stay_in_the_links(ten: World) -> None:
    shown = page("sort=name&q=放射&state=a&state=b")
    for link in (shown.next, shown.link_for("until")):
        assert (QueryDict(link[1:])["q"], QueryDict(link[1:]).getlist("state")) == ("放射", ["a", "b"])


def test_a_heading_turns_the_direction_of_its_own_column_only(ten: World) -> None:
    assert QueryDict(page("sort=name").link_for("name")[1:])["sort"] == "-name"
    assert QueryDict(page("sort=-name").link_for("name")[1:])["sort"] == "name"
    assert QueryDict(page("sort=name").link_for("until")[1:])["sort"] == "until"


@pytest.mark.parametrize(("word", "queries"), [("name", 1), ("-until", 2), ("department", 2)])
def test_a_page_is_one_query_without_count_or_offset(ten: World, word: str, queries: int) -> None:
    """The page on which the NULLs begin is two: the rest of the values, and the first of the NULLs."""
    link = page(f"sort={word}").next[1:]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(link)
    assert len(asked) == queries
    assert "OFFSET" not in asked[0]["sql"]
    assert "COUNT" not in asked[0]["sql"]


def test_a_page_further_down_is_a_range_of_an_ordinary_index(ten: World) -> None:
    """`(name, id) > (x, y)` starts inside the index; an OR would read it from the top. So do the NULLs at the end."""
    for word in ("name", "until"):
        link = page(f"sort={word}").next[1:]
        with CaptureQueriesContext(connection) as asked:
            page(link)
        assert "NULLS" not in asked[0]["sql"]
        assert " OR " not in asked[0]["sql"]
        assert f'("tenancy_membership"."{SORTS[word]}", "tenancy_membership"."id") > ' in asked[0]["sql"]


def test_nothing_of_another_hospital_comes_in_by_a_cursor(world: World) -> None:
    """ALL-1: a cursor names a place in a list, not a right."""
    with wall.opened(Context.of_hospital(world.h1.id)):
        Department.objects.bulk_create(Department(hospital=world.h1, name=f"科{i:02}") for i in range(8))
        rows = Department.objects.all()
        first = page_of(rows, QueryDict(""), sorts={"name": "name"}, default="name", size=3)
    with wall.opened(Context.of_hospital(world.h2.id)):
        theirs = page_of(rows.all(), QueryDict(first.next[1:]), sorts={"name": "name"}, default="name", size=99)
        assert {row.hospital_id for row in theirs.rows} <= {world.h2.id}
