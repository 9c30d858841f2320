"""The matrix: every URL × method × role × relation answers as the declared permissions say.

Generated from the URLconf, so a page added later is covered on the day it is written. Requests are what costs, so each
is made once and its answer looked at from all sides; methods that a door does not know are tried by the roles in turn.
ALL-1, ALL-7, PACS-18, ICU-13.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicedesk.tenancy.enums import Ownership, Role
from servicedesk.tenancy.models import Engagement, SupportSession
from tests.browser.language import latin_sentences
from tests.examples import fill
from tests.matrix.answers import Missing, bare, marks_on, may_read
from tests.matrix.conftest import Crowd
from tests.matrix.endpoints import Endpoint, endpoints
from tests.matrix.walk import METHODS, STRICT, Cell, knock, knock_everywhere, relations, url_of

ENDPOINTS = endpoints()
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
PEOPLE = {None, Role.WARD_REPORTER, Role.IT_LEAD, Role.VENDOR_MANAGER, Role.SECURITY_ADMINISTRATOR}


@pytest.fixture(scope="module")
def full(crowd: Crowd) -> Crowd:
    """Rows of every kind and every owner: what could leak is there."""
    fill(crowd.world)
    return crowd


def test_every_endpoint_has_a_door() -> None:
    assert [str(endpoint) for endpoint in ENDPOINTS if endpoint.rule is None] == []


def test_the_table_is_large_enough_to_mean_something() -> None:
    cells = sum(len(METHODS) * 12 * (5 if endpoint.rule and endpoint.rule.of else 1) for endpoint in ENDPOINTS)
    assert cells > 1000


def faults(cell: Cell, missing: Missing, crowd: Crowd) -> Iterator[str]:
    """Declared otherwise, without its armour, with a foreign tenant's name, or telling that a foreign row is there."""
    if cell.differs:
        yield str(cell)
    others = marks_on(cell.response) - may_read(cell.principal, crowd.world)
    for fault in [*bare(cell.response), *(f"shows §{mark}" for mark in others), *missing.faults(cell)]:
        yield f"{cell}: {fault}"


def page_in(cell: Cell) -> str:
    """The first page that somebody is shown here: its words are the same for the others."""
    is_page = cell.response.headers.get("Content-Type", "").startswith("text/html")
    return cell.response.content.decode() if is_page and cell.response.status_code == 200 else ""


@pytest.mark.slow  # together
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_every_answer_is_the_declared_one(endpoint: Endpoint, full: Crowd) -> None:
    missing, found, page = Missing(endpoint), [], ""
    for cell in knock_everywhere(endpoint, full.principals, full.world):
        found += faults(cell, missing, full)
        page = page or page_in(cell)
    assert found == []
    assert latin_sentences(page) == [], "ALL-8: left in English, on a page that may stand in no walk of a browser"
    model = endpoint.rule.of
    compares = model and model.ownership != Ownership.REGISTER and model not in (Engagement, SupportSession)
    assert missing.compared > 0 or not compares, "nobody knocked at a foreign row"


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.rule and set(e.rule.methods) & set(UNSAFE)], ids=str)
def test_no_write_without_a_token(endpoint: Endpoint, full: Crowd) -> None:
    rule = endpoint.rule
    for principal in (somebody for somebody in full.principals if somebody.role in PEOPLE):
        _, example = next(relations(rule.of, principal, full.world, far=False))
        for method in set(rule.methods) & set(UNSAFE):
            response = knock(principal, method, url_of(endpoint, example and example.row, rule), STRICT)
            # A program without a token is nobody: it is asked to say who it is, and no cookie speaks for it.
            nobody = 401 if endpoint.route.startswith("api/") and principal.role is None else 403
            assert response.status_code == nobody, f"{method} {endpoint} as {principal}"


def test_marks_are_met(full: Crowd) -> None:
    """Every name carries its owner's mark; if no page showed one, looking for foreign ones proved nothing."""
    (lead,) = (somebody for somebody in full.principals if somebody.role == Role.IT_LEAD)
    assert marks_on(knock(lead, "GET", "/departments/")) == {full.world.h1.code}
