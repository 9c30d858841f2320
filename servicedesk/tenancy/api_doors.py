"""The same doors for programs: what a page says as HTML, they read as a problem (RFC 9457), with the same sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError

from servicedesk.tenancy.doors import Audience, Rule, walk
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.refusals import Refused

PROBLEM = "application/problem+json"
STATUS = {"stale": 412}  # where HTTP has a word of its own for a refusal


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
                return _as_problem(walk(rule, view, request, args, kwargs))
            except Refused as refusal:
                request.denial = refusal.code  # type: ignore[attr-defined]
                return problem(STATUS.get(refusal.code, refusal.status), str(refusal.sentence))
            except Http404:
                return problem(404, _("There is nothing here, or it is not yours to see."))

        come_in.rule = rule  # type: ignore[attr-defined]
        return come_in

    return hang


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """What the door itself answers is meant for people: a way to sign in, an empty page."""
    if response.status_code in (301, 302):
        to_sign_in = "/login" in response.headers["Location"]
        if to_sign_in:
            return _unknown()
        return problem(403, _("This account belongs to no organisation any more."))
    if response.status_code == 405:
        answer = problem(405, _("This address does not take that method."))
        answer.headers["Allow"] = response.headers["Allow"]
        return answer
    return response


def as_problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """What the framework itself refuses: a body that is no JSON, a media type it does not know."""
    if isinstance(error, ValidationError):
        return invalid(error.detail)
    if not isinstance(error, APIException):
        return None
    return problem(error.status_code, str(error.detail))


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


def _unknown() -> HttpResponse:
    answer = problem(401, _("Give a token that holds: Authorization: Bearer …, or sign in."))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def problem(status: int, detail: str, *, errors: Sequence[tuple[str, str]] = ()) -> HttpResponse:
    """`errors` are fields with their sentences."""
    said: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
    }  # fmt: skip
    if errors:
        said["errors"] = [{"field": field, "detail": sentence} for field, sentence in errors]
    body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")  # half a character may have been sent
    return HttpResponse(body, status=status, content_type=PROBLEM)
