"""Whatever a press of a button changes stands in the trail: asked of every address that takes one. ALL-1, PACS-18.

One form serves all of them: each takes from it what it knows. What needs more words than these (a date in order, a row
chosen) is refused and not counted; its own room's tests show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.examples import fill
from tests.matrix.conftest import Crowd
from tests.matrix.endpoints import Endpoint, endpoints
from tests.matrix.expectations import Answer, expected
from tests.matrix.walk import knock, relations, url_of
from tests.tenancy.catalogue import walled_tables

WRITE = re.compile(
    r'(?:\A|; )\s*(?:(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?|EXECUTE "insert_(\w+?)_[0-9a-f]{12}")',
    re.IGNORECASE,
)  # by itself, or by a plan that is kept
# What says nothing of anybody's affairs: a person's own reading and choosing, and numbers that go with an act.
OWN_AFFAIR = {
    "notices_inboxitem": "read or not: the reader's own",
    "tickets_draft": "words not sent yet",
    "tickets_queueview": "a kept filter",
}
SAID = (
    "building cause code happened hotline impact label lessons name reason said short_name steps text title what where"
    " who why words work"
)
CHOSEN = {
    "severity": "C", "phone": "8105", "number": "7", "minutes": "30", "cause": "software", "remedy": "restarted",
    "side": "vendor", "verdict": "yes", "is_worked": "no", "satisfaction": "good", "host": "10.0.0.9", "port": "8443",
    "from_on": "2026-11-23", "to_on": "2027-11-23", "until_on": "2026-11-30", "on": "2026-11-25",
    "due_on": "2027-01-05", "who": "reporter", "metric": "respond", "role": "it_engineer", "leads_to": "reply",
}  # fmt: skip
FORM = dict.fromkeys(SAID.split(), "按院方要求") | CHOSEN
PRESSED = [endpoint for endpoint in endpoints() if endpoint.rule and "POST" in endpoint.rule.methods]


@pytest.fixture(scope="module")
def full(crowd: Crowd) -> Crowd:
    fill(crowd.world)
    return crowd


def written(act: Callable[[], Any]) -> tuple[Any, set[str]]:
    """What the act answers, and the tables it wrote."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tables.update(found[1] or found[2] for found in WRITE.finditer(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        return act(), tables


def first_press(endpoint: Endpoint, full: Crowd, counts: set[str]) -> tuple[str, set[str]] | None:
    """Of the first of each side who is let in and changes something there, at a row of their own."""
    sides = set()
    for principal in full.principals:
        for relation, example in relations(endpoint.rule.of, principal, full.world, far=False):
            if principal.side in sides or expected(endpoint.rule, "POST", principal, example) != Answer.LET_IN:
                continue
            sides.add(principal.side)
            url = url_of(endpoint, example and example.row, endpoint.rule)
            response, tables = written(lambda who=principal, at=url: knock(who, "POST", at, form=FORM))
            if response.status_code < 400 and tables & counts:
                return f"{endpoint} as {principal} ({relation})", tables
    return None


@pytest.mark.slow
def test_every_press_that_changes_something_is_on_record(full: Crowd) -> None:
    counts = {table for table in walled_tables() if "_historical" not in table} - {"audit_record", *OWN_AFFAIR}
    presses = [press for endpoint in PRESSED if (press := first_press(endpoint, full, counts))]
    assert [(who, sorted(tables & counts)) for who, tables in presses if "audit_record" not in tables] == []
    assert len(presses) >= 40, "so few acts prove nothing"
