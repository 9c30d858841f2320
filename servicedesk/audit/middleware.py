from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.record import record
from servicedesk.tenancy.doors import SAFE
from servicedesk.tenancy.wall import Context, opened

NOT_PLAIN = re.compile(r"[^\x21-\x7e]")
METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
# A door says why it turned somebody away; these come from elsewhere, and count when something was to be changed.
BY_STATUS = {401: "not_allowed", 403: "not_allowed", 405: "method"}


def denials(get_response: Callable[[Any], HttpResponseBase]) -> Callable[[Any], HttpResponseBase]:
    """A denial is recorded after the request's own transaction, which a denial may have rolled back."""

    def middleware(request: Any) -> HttpResponseBase:
        response = get_response(request)
        code = _denial(request, response)
        if code and request.user.is_authenticated:
            _record(request, code)
        return response

    return middleware


def _denial(request: Any, response: HttpResponseBase) -> str | None:
    if code := getattr(request, "denial", None):
        return str(code)
    return None if request.method in SAFE else BY_STATUS.get(response.status_code)


def _record(request: Any, code: str) -> None:
    """In the trail of the person's own organisation; without a membership in the platform's, naming the account."""
    person = getattr(request, "person", None)
    match = request.resolver_match
    words = {
        "code": code,
        "method": request.method if request.method in METHODS else "other",
        "view": NOT_PLAIN.sub("_", match.view_name)[:120] if match else "",
    }
    with opened(Context.of_owner(person.hospital_id, person.vendor_id) if person else Context.of_platform()):
        subject = None if person else request.user
        record(Act.DENIED, subject, by=person, at=timezone.now(), result=Result.DENIED, words=words)
