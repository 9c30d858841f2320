"""The same doors for programs: what a page says as HTML, they read as a problem (RFC 9457), with the same sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import Audience, Rule, walk
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.refusals import Refused

PROBLEM = "application/problem+json"


def api_door(
    who: Permission | Audience, *, of: type[Walled] | None = None, key: str = "pk"
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """`api_door(SEE_CONTRACTS, of=Contract)(ExplainContract.as_view())`: read only, by the session's sign-in."""
    rule = Rule(who, ("GET",), of, key)

    def hang(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def come_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return _as_problem(walk(rule, view, request, args, kwargs))
            except Refused as refusal:
                request.denial = refusal.code  # type: ignore[attr-defined]
                return problem(refusal.status, str(refusal.sentence))
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
            return problem(401, _("Sign in first; programs use the session of a signed-in person."))
        return problem(403, _("This account belongs to no organisation any more."))
    if response.status_code == 405:
        answer = problem(405, _("This address is only read."))
        answer.headers["Allow"] = response.headers["Allow"]
        return answer
    return response


def problem(status: int, detail: str, *, errors: Sequence[tuple[str, str]] = ()) -> HttpResponse:
    """`errors` are fields with their sentences."""
    said: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
    }  # fmt: skip
    if errors:
        said["errors"] = [{"field": field, "detail": sentence} for field, sentence in errors]
    return JsonResponse(said, status=status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False})
