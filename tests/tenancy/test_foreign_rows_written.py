"""Every table, not a sample: what somebody else's row is to a write. ALL-1, PACS-18, ICU-13."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.examples import fill
from tests.tenancy.catalogue import rows, walled_tables
from tests.world import World

pytestmark = pytest.mark.django_db
OWNERS = ("hospital_id", "vendor_id")
REFUSED = ("row-level security", "permission denied")
TRIGGER = "wall_owner_is_fixed"
# Written by every company that works at the hospital, each with its reason.
TOGETHER = {"tickets_daycount": "all of a hospital's tickets of a day are numbered in one row, without a gap"}


def columns_of(table: str) -> list[str]:
    found = rows(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        table,
    )
    return [name for (name,) in found]


def owned_tables() -> list[str]:
    return [table for table in walled_tables() if set(OWNERS) & set(columns_of(table))]


def one_row(table: str, world: World) -> tuple[str, list[Context]]:
    """A row of 东软 at 省医, or of 省医 or 东软 alone, and whoever has no business writing it."""
    here, company = Context.of_hospital(world.h1.id), Context.of_vendor(world.v1.id, world.h1.id, world.h2.id)
    other, rival = Context.of_hospital(world.h3.id), Context.of_vendor(world.v2.id, world.h1.id, world.h3.id)
    has_vendor = "vendor_id" in columns_of(table)
    for context in (here, company):
        with opened(context):
            parties = f" ORDER BY (vendor_id = {world.v1.id}) DESC NULLS LAST" if has_vendor else ""
            found = rows(f"SELECT to_jsonb(t)::text FROM {table} t{parties} LIMIT 1")
        if found:
            return found[0][0], [other, rival, NOBODY]
    raise AssertionError(f"nothing in {table} to try")


def answer(statement: str, *values: Any) -> str | int:
    """How many rows it wrote, or what PostgreSQL says."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount
    except DatabaseError as error:
        return str(error)


def writes(table: str, row: str) -> Iterator[tuple[str, str | int]]:
    columns, key = columns_of(table), _key(table)
    owner = next(name for name in OWNERS if name in columns)
    named = ", ".join(f'"{name}"' for name in columns)  # `on` is one of them
    again = f"INSERT INTO {table} ({named}) OVERRIDING SYSTEM VALUE SELECT {named}"
    yield "insert", answer(f"{again} FROM jsonb_populate_record(NULL::{table}, %s)", row)
    same = f"{key} = (jsonb_populate_record(NULL::{table}, %s)).{key}"
    yield "update", answer(f"UPDATE {table} SET {owner} = {owner} WHERE {same}", row)
    yield "delete", answer(f"DELETE FROM {table} WHERE {same}", row)


def _key(table: str) -> str:
    [(name,)] = rows(
        """SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indisprimary AND i.indrelid = %s::regclass""",
        table,
    )
    return name


def is_refused(said: str | int) -> bool:
    return said == 0 or any(words in str(said) for words in REFUSED)


@pytest.mark.slow
def test_no_table_takes_changes_or_loses_a_foreign_row(world):
    """Written down again as it is: without the wall, its key would be there twice."""
    fill(world)
    tables, taken = owned_tables(), []
    for table in tables:
        row, strangers = one_row(table, world)
        for context in strangers:
            with opened(context):
                taken += [
                    (table, context.side, verb, said) for verb, said in writes(table, row) if not is_refused(said)
                ]
    assert [one for one in taken if one[0] not in TOGETHER or one[1] != "vendor"] == []
    assert {table for table, *_ in taken} == set(TOGETHER), "a reason that is none any more"
    assert len(tables) > 100


def test_every_owner_is_fixed():
    """A row never moves to another owner, not even between two that the same person may write to."""
    kept = {name for (name,) in rows("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", TRIGGER)}
    histories = {table for table in owned_tables() if "_historical" in table}
    assert set(owned_tables()) - histories - kept == set()
