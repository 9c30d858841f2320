"""The same doors for programs: what a page says as HTML, they read as a problem (RFC 9457), with the same sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError

from servicedesk.tenancy.doors import SAFE, Audience, Rule, walk
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.refusals import Refused

PROBLEM = "application/problem+json"
STATUS = {"stale": 412}  # where HTTP has a word of its own for a refusal
SAID = {
    400: gettext_lazy("This cannot be read."),
    403: gettext_lazy("This was not sent by a page of ours, and no token came with it."),
    404: gettext_lazy("There is nothing here, or it is not yours to see."),
    405: gettext_lazy("This address does not take that method."),
    413: gettext_lazy("This is more than a megabyte."),
    500: gettext_lazy("Something went wrong on our side. Nothing was done; it is in the log."),
}


def api_door(
    who: Permission | Audience,
    *,
    methods: tuple[str, ...] = ("GET",),
    of: type[Walled] | None = None,
    key: str = "pk",
    writes: Permission | None = None,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """`api_door(SEE_CONTRACTS, of=Contract)(ExplainContract.as_view())`, by a machine's token or a session."""
    rule = Rule(who, methods, of, key, writes)

    def hang(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def come_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return _undone(request, _as_problem(walk(rule, view, request, args, kwargs, savepoint=False)))
            except Refused as refusal:
                request.denial = refusal.code  # type: ignore[attr-defined]
                return problem(STATUS.get(refusal.code, refusal.status), str(refusal.sentence))
            except Http404:
                return problem(404, str(SAID[404]))
            except RequestDataTooBig:
                return problem(413, str(SAID[413]))

        come_in.rule = rule  # type: ignore[attr-defined]
        come_in.should_append_slash = False  # type: ignore[attr-defined]  # a body does not follow a redirect
        return come_in

    return hang


def _undone(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """No page is made of a refusal, so the request's own transaction goes back whole; a savepoint for each act would
    cost two more statements."""
    if response.status_code >= 400 and request.method not in SAFE and transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return response


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """What the door itself answers is meant for people: a way to sign in, an empty page."""
    if response.status_code in (301, 302):
        return _elsewhere(response.headers["Location"])
    if response.status_code == 405:
        answer = problem(405, str(SAID[405]))
        answer.headers["Allow"] = response.headers["Allow"]
        return answer
    return response


def as_problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """What the framework itself refuses: a body that is no JSON, a media type it does not know."""
    if isinstance(error, ValidationError):
        return invalid(error.detail)
    if not isinstance(error, APIException):
        return None
    fields = {"errors": getattr(error, "errors", ()), "masked": getattr(error, "masked", {})}
    return problem(error.status_code, str(error.detail), **fields)


def invalid(errors: Any) -> HttpResponse:
    """400 with every field that is wrong, by its path."""
    found = list(_fields(errors, ""))
    return problem(400, found[0][1] if found else _("This cannot be read."), errors=found)


def _fields(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _fields(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(errors, list | tuple):
        for inner in errors:
            yield from _fields(inner, path)
    else:
        yield path, str(errors)


def for_programs(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Whatever part of the house answered, also one that knows nothing of programs: they get no page and are sent
    nowhere."""
    if response.status_code < 300 or response.headers.get("Content-Type") == PROBLEM:
        return response
    if response.status_code < 400:
        return _elsewhere(response.headers.get("Location", ""))
    if response.status_code == 404 and not request.path.endswith("/"):
        return problem(404, _("There is nothing here; every address ends with a slash."))
    answer = problem(response.status_code, str(SAID.get(response.status_code, SAID[400])))
    if "Allow" in response.headers:
        answer.headers["Allow"] = response.headers["Allow"]
    return answer


def _elsewhere(location: str) -> HttpResponse:
    if "/login" in location:
        return _unknown()
    if location == reverse("no_membership"):
        return problem(403, _("This account belongs to no organisation any more."))
    return problem(403, _("First something has to be done on a page: %(page)s.") % {"page": location})


def _unknown() -> HttpResponse:
    answer = problem(401, _("Give a token that holds: Authorization: Bearer …, or sign in."))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def problem(
    status: int, detail: str, *, errors: Sequence[tuple[str, str]] = (), masked: Mapping[str, str] | None = None
) -> HttpResponse:
    """`errors` are fields with their sentences; `masked` what could be sent in a field instead."""
    said: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
    }  # fmt: skip
    if errors:
        offered = {field: {"masked": text} for field, text in (masked or {}).items()}
        said["errors"] = [{"field": field, "detail": words, **offered.get(field, {})} for field, words in errors]
    body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")  # half a character may have been sent
    return HttpResponse(body, status=status, content_type=PROBLEM)
