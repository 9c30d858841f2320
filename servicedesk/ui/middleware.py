from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http.response import HttpResponseBase

GetResponse = Callable[[Any], HttpResponseBase]
SANE_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")

CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def request_id(get_response: GetResponse) -> GetResponse:
    """Every line that a request logs, and its audit rows, carry one id; the proxy's, where it sent a sane one."""

    def middleware(request: Any) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if SANE_ID.match(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id, address=client_address(request))
        response = get_response(request)
        response["X-Request-Id"] = request.id
        return response

    return middleware


def client_address(request: Any) -> str:
    """The address before our own proxies; X-Forwarded-For is believed only as far as PROXY_COUNT says."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    count = settings.PROXY_COUNT
    return hops[-count] if count and len(hops) >= count else request.META.get("REMOTE_ADDR", "")


def security_headers(get_response: GetResponse) -> GetResponse:
    def middleware(request: Any) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        if "Cache-Control" not in response.headers:
            response["Cache-Control"] = "no-store"
        return response

    return middleware
