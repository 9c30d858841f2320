"""No byte of a foreign tenant on any page: every name in the world carries its owner's mark. ALL-1, PACS-18, ICU-13."""

from __future__ import annotations

import re

import pytest

from tests.examples import fits, make_example, owners, walled_models
from tests.matrix.endpoints import endpoints
from tests.matrix.principals import make_principals
from tests.matrix.walk import knock, relations, url_of

pytestmark = pytest.mark.django_db
MARK = re.compile(r"§([a-z]+)")
PAGES = [endpoint for endpoint in endpoints() if endpoint.rule and "GET" in endpoint.rule.methods]


@pytest.fixture
def full_world(world):
    for model in walled_models():
        for owner in owners(world):
            if fits(model, owner):
                make_example(model, world, owner)
    return world


def may_read(principal, world) -> set[str]:
    """Whose marks this person may meet: their own organisation's, and of the hospitals their company serves."""
    names = {hospital.id: hospital.code for hospital in (world.h1, world.h2, world.h3)}
    if principal.role is None:
        return set()
    # A hospital reads who of the platform looked into its rows.
    own = {"hospital": {"platform"}, "vendor": {world.v1.code}, "platform": {"platform"}}[principal.side]
    return own | {names[hospital_id] for hospital_id in principal.hospital_ids}


def test_no_page_shows_a_foreign_mark(full_world):
    found, met = [], 0
    for principal in make_principals(full_world):
        allowed = may_read(principal, full_world)
        for endpoint in PAGES:
            for relation, example in relations(endpoint.rule.of, principal, full_world, far=False):
                response = knock(principal, "GET", url_of(endpoint, example.row if example else None, endpoint.rule))
                text = b"" if response.streaming else response.content
                marks = set(MARK.findall(text.decode(errors="replace") + str(dict(response.headers))))
                met += len(marks & allowed)
                found += [f"{endpoint} as {principal} ({relation}): {mark}" for mark in marks - allowed]
    assert found == []
    assert met > 0, "no mark was met at all: the crawl proves nothing"
