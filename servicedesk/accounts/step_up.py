"""`@step_up` below a `@door`: the person has proved who they are within the last five minutes, or does so now."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from servicedesk.accounts.adapter import proved_lately


def step_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def walk(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if proved_lately(request):
            return view(request, *args, **kwargs)
        method = get_adapter().get_reauthentication_methods(request.user)[0]
        return redirect(f"{method['url']}?{urlencode({'next': _way_back(request)})}")

    return walk


def _way_back(request: HttpRequest) -> str:
    """A form that was posted cannot be repeated for the person, so they return to the page it stood on."""
    if request.method == "GET":
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return urlsplit(referer).path
    return "/"
