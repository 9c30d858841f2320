from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from servicedesk.tenancy.wall import Person, enter, enter_by_token, opened

CHOSEN = "membership"  # the session's key for the membership the person acts in


class Wall:
    """Opens the wall for the session's membership, in a transaction of its own around the whole request.

    ATOMIC_REQUESTS would start inside the view layer, after the other middleware has already asked the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.person = None
        if secret := getattr(request, "secret", ""):
            return self._machine(request, secret)
        if not request.user.is_authenticated:
            return self.get_response(request)
        with transaction.atomic():
            chosen = request.session.get(CHOSEN)
            request.person = person = enter(request.user.pk, UUID(chosen) if chosen else None)
            if person is None and chosen:
                return _access_ended(request)
            if person and not chosen:
                # Kept from now on, so that its end is noticed and does not slip the person into the next one.
                request.session[CHOSEN] = str(person.membership_id)
            response = self.get_response(request)
        if person and response.streaming:
            response.streaming_content = _walled(person, response.streaming_content)  # type: ignore[attr-defined]
        return response

    def _machine(self, request: Any, secret: str) -> HttpResponseBase:
        """By its token alone: no session counts beside it. Whoever has no good one is a stranger."""
        with transaction.atomic():
            request.person = person = enter_by_token(secret)
            if person:
                request.user = get_user_model()(pk=person.user_id, password="!")  # noqa: S106 - none can be used
            response = self.get_response(request)
        if person and response.streaming:
            response.streaming_content = _walled(person, response.streaming_content)  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        # Django turns the exception into a page before it reaches our atomic block, so say here what has to happen.
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)


def _access_ended(request: Any) -> HttpResponse:
    """Never slip silently into another organisation: an act meant for one must not land in the other."""
    del request.session[CHOSEN]
    messages.warning(request, _("Your access to that organisation has ended."))
    return redirect("home")


def _walled(person: Person, chunks: Any) -> Iterator[bytes]:
    """A streamed body is made after the middleware has returned; it gets a transaction and a context of its own."""
    with opened(person.context):
        yield from chunks
