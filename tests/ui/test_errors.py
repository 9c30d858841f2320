"""Errors in plain words. They ask the database nothing and give nothing away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from servicedesk.tenancy.doors import refusal_page
from servicedesk.tenancy.refusals import Refused
from servicedesk.ui.views import errors

NUMBER = re.compile(rb"[0-9a-f]{16}")
HANDLERS = {
    400: lambda request: errors.bad_request(request),
    403: lambda request: errors.forbidden(request),
    404: lambda request: errors.not_found(request),
    500: lambda request: errors.server_error(request),
    409: lambda request: refusal_page(request, Refused("The department still has open faults.")),
}


class Untouchable:
    """A session, a user and messages that nobody may look at: the transaction behind them may be broken."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"an error page asked for {name}")


@pytest.mark.parametrize("status", HANDLERS)
def test_an_error_page_needs_nobody_and_no_database(status: int) -> None:
    request = RequestFactory().get("/")
    request.user = request.session = request._messages = Untouchable()
    answer = HANDLERS[status](request)
    assert answer.status_code == status
    assert b"data-sentence" in answer.content


@pytest.mark.django_db
def test_a_csrf_failure_is_explained_without_a_query() -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "en"})
    assert (answer.status_code, len(asked)) == (403, 0)
    assert "表单已过期" in answer.content.decode()


@pytest.mark.django_db
def test_every_missing_page_is_the_same_page() -> None:
    """ALL-1: neither the path nor its length comes back, so nothing tells a foreign row from a missing one."""
    paths = ("/nothing/", "/tickets/0197-secret/", "/%3Cscript%3Ealert(1)%3C/script%3E/", "/x" * 200)
    answers = {NUMBER.sub(b"", Client().get(path).content) for path in paths}
    assert len(answers) == 1


def test_the_sentence_of_a_refusal_is_escaped() -> None:
    answer = refusal_page(RequestFactory().get("/"), Refused("<b>no</b>"))
    assert b"<b>no</b>" not in answer.content
    assert "&lt;b&gt;no&lt;/b&gt;" in answer.content.decode()
