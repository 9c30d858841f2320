from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase


def denials(get_response: Callable[[Any], HttpResponseBase]) -> Callable[[Any], HttpResponseBase]:
    """A denial is recorded after the request's own transaction, which a denial may have rolled back."""

    def middleware(request: Any) -> HttpResponseBase:
        return get_response(request)

    return middleware
