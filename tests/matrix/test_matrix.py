"""The matrix: every URL × method × role × relation answers as the declared permissions say. ALL-1, PACS-18, ICU-13.

Generated from the URLconf, so a page added later is covered on the day it is written. `var/matrix.txt` shows the table.
"""

from __future__ import annotations

import pytest

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.models import Engagement, SupportSession
from tests.matrix.endpoints import endpoints
from tests.matrix.expectations import Answer, expected
from tests.matrix.principals import make_principals
from tests.matrix.walk import (
    METHODS,
    knock,
    knock_everywhere,
    masked,
    missing_id,
    relations,
    url_of,
)

pytestmark = pytest.mark.django_db
ENDPOINTS = endpoints()


@pytest.fixture
def principals(world):
    return make_principals(world)


def test_every_endpoint_has_a_door():
    assert [str(endpoint) for endpoint in ENDPOINTS if endpoint.rule is None] == []


def test_the_table_is_large_enough_to_mean_something():
    cells = sum(len(METHODS) * 12 * (5 if endpoint.rule and endpoint.rule.of else 1) for endpoint in ENDPOINTS)
    assert cells > 1000


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_every_answer_is_the_declared_one(endpoint, principals, world):
    differing = [str(cell) for cell in knock_everywhere(endpoint, principals, world) if cell.differs]
    assert differing == []


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.rule and e.rule.of], ids=str)
def test_a_foreign_id_answers_like_a_missing_one(endpoint, principals, world):
    rule = endpoint.rule
    compared = 0
    for principal in principals:
        for _relation, example in relations(rule.of, principal, world):
            for method in rule.methods:
                if expected(rule, method, principal, example) != Answer.MISSING:
                    continue
                url = url_of(endpoint, example.row, rule)
                absent = url.replace(str(getattr(example.row, rule.key)), str(missing_id(example.row)))
                foreign, missing = knock(principal, method, url), knock(principal, method, absent)
                assert foreign.status_code == missing.status_code == 404
                assert masked(foreign, url) == masked(missing, absent)
                assert dict(foreign.headers).keys() == dict(missing.headers).keys()
                compared += 1
    assert compared > 0 or rule.of.ownership == Ownership.REGISTER or rule.of in (Engagement, SupportSession)
