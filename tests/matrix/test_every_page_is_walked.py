"""What answers with a whole page is looked at in a real browser: axe, 360 px, both themes (issue 2, "the look").

Here nothing is opened in one. What a page is, is not declared but read from its answer, so a page added later has to be
walked on the day it is written.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest
from django.http.response import HttpResponseBase

from tests.browser.walked import BY_HAND, names
from tests.matrix.conftest import Crowd
from tests.matrix.endpoints import Endpoint, endpoints
from tests.matrix.walk import holds, knock, relations, url_of

pytestmark = pytest.mark.slow
NO_PAGES = {
    "mfa_download_recovery_codes": "a file",
    "mfa_login_webauthn": "answers the script of the sign-in page",
}
TURNED_AWAY = (301, 302, 401, 403, 404, 405)


@pytest.fixture(scope="module")
def walked(module_transaction: None) -> set[str]:
    return names()


@pytest.fixture(scope="module")
def crowd(walked: set[str], crowd: Crowd) -> Crowd:
    """After the rooms, whichever test comes first: each has the same small world."""
    return crowd


def answers(endpoint: Endpoint, crowd: Crowd) -> Iterator[HttpResponseBase]:
    for principal in crowd.principals:
        if principal.role is None or holds(endpoint.rule, principal):
            for _, example in relations(endpoint.rule.of, principal, crowd.world, far=False):
                yield knock(principal, "GET", url_of(endpoint, example and example.row, endpoint.rule))


def is_whole(response: HttpResponseBase) -> bool:
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and b"<!doctype html" in response.content[:400].lower()


def is_page(endpoint: Endpoint, crowd: Crowd) -> bool:
    """The first who is shown it says so. Who is told only why not (409, 410) would be shown one on a better day; so
    would whoever another package sends elsewhere."""
    said_no = False
    for response in answers(endpoint, crowd):
        if response.status_code == 200:
            return is_whole(response)
        said_no = said_no or (response.status_code not in TURNED_AWAY and is_whole(response))
    return said_no or endpoint.is_foreign


def test_every_page_is_walked(walked: set[str], crowd: Crowd) -> None:
    """Issue 2: axe-core finds nothing serious on every page in both themes."""
    asked = [one for one in endpoints() if "GET" in one.rule.methods and one.name not in {*walked, *NO_PAGES}]
    assert len(asked) > 20, "partials, files and redirects are asked what they are; if none is, nothing was asked"
    left_out = [f"{one.name}: {one}" for one in asked if is_page(one, crowd)]
    assert left_out == [], "walked nowhere: add a line to tests/browser/pages.py, or to the *_pages.py of its room"


def test_what_is_walked_by_hand_is_looked_at() -> None:
    known = {one.name for one in endpoints()}
    assert set(BY_HAND) | set(NO_PAGES) <= known
    for name, test in BY_HAND.items():
        assert re.search(r"\b(look|look_at|axe)\(", inspect.getsource(test)), f"{name}: {test.__name__} never looks"


def test_a_page_that_nobody_walks_is_named(crowd: Crowd) -> None:
    """The question itself: a page, a part of one, a redirect, an answer to programs."""
    by_name = {one.name: one for one in endpoints()}
    asked = ("inbox", "ask_swap", "inbox_unread", "next_ticket", "api_people")
    assert [is_page(by_name[name], crowd) for name in asked] == [True, True, False, False, False]
