"""A connection that was opened before a migration goes on after it: 'cached plan must not change result type' is what a
report would have said, until the process was started anew."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction

from contracts.models import Contract, System
from servicedesk.clocks.life import CLOCKS
from servicedesk.clocks.planning import PLANNED
from servicedesk.clocks.services.waivers import UNDECIDED
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.plans import Statement, rows_of
from servicedesk.tenancy.reading import by_id
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tickets.calls import MINUTE
from tickets.models import Ticket
from tickets.numbers import NEXT
from tickets.services.visiting import DROPPED
from tickets.stream import HOLD

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
OWNER, NOBODY = "owner", UUID(int=0)
CHANGED = {
    "tickets_daycount": "ALTER last TYPE bigint",
    "tickets_numberrule": "ALTER digits TYPE integer",
    "tenancy_hospital": "ALTER letters TYPE varchar(40), ALTER short_name TYPE text, ADD COLUMN more integer",
    "contracts_matrixversion": "ALTER version TYPE bigint, ADD COLUMN more integer",
    "contracts_catalogueitem": "ALTER category TYPE text, ALTER name TYPE varchar(99)",
    "contracts_system": "ALTER version TYPE text, ADD COLUMN more integer",
    "clocks_clock": "ALTER category TYPE varchar(99), ADD COLUMN more integer",
    "clocks_escalation": "ALTER rung TYPE bigint",
    "clocks_step": "ALTER rung TYPE integer, ADD COLUMN more integer",
    "clocks_waiver": "ADD COLUMN more integer",
    "tickets_visit": "ALTER engineer_name TYPE text, ADD COLUMN more integer",
    "tickets_entry": "ALTER by_name TYPE text, ALTER act TYPE varchar(99)",
    "tickets_note": "ALTER by_name TYPE varchar(99)",
    "tickets_ticket": "ALTER closed_why TYPE text, ALTER version TYPE bigint, ADD COLUMN more integer",
    "tenancy_membership": "ALTER name TYPE text",
    "contracts_contract": "ALTER name TYPE varchar(999)",
}
KEEPS_ITS_PLAN = """
SELECT proname, pronargs FROM pg_proc WHERE 'plan_cache_mode=force_generic_plan' = ANY (proconfig) ORDER BY proname
"""


def said(statement: str, values: Any = ()) -> list[Any]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


KEPT: list[tuple[Statement, list[Any]]] = [
    (NEXT, [NOBODY, 1, date(2026, 11, 21)]),
    *((one, [1, NOBODY]) for one in (CLOCKS, MINUTE, UNDECIDED)),
    (PLANNED, [[str(NOBODY)]]),
    (DROPPED, [AT, "", 1, NOBODY]),
    (HOLD, [NOBODY]),
    *((by_id(model)[1], [NOBODY]) for model in (Contract, Membership, System, Ticket)),
]


def kept() -> list[Any]:
    """Taken back at once: a table with an open question of its keys cannot be changed."""
    with transaction.atomic(using=OWNER):
        rows = [rows_of([one], using=OWNER) for one in KEPT]
        transaction.set_rollback(True, using=OWNER)
    return rows


def every_answer() -> list[Any]:
    functions = said(KEEPS_ITS_PLAN)
    assert len(functions) > 8
    return [*kept(), *(said(f"SELECT * FROM {name}({', '.join(['NULL'] * count)})") for name, count in functions)]


def test_what_is_kept_stands_a_columns_new_type() -> None:
    said(wall.WRITE, Context.of_hospital(1).values())
    before = every_answer()
    for table, change in CHANGED.items():
        said(f"ALTER TABLE {table} {change}")
    assert every_answer() == before
