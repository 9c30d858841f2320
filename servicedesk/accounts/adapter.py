"""How allauth signs people in here: by invitation only, with counted tries, and telling a stranger nothing."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts import receivers
from servicedesk.accounts.models import User
from servicedesk.accounts.services import passwords, signing_in
from servicedesk.ui.middleware import client_address

# What is worth saying after allauth's acts; of the others the next page tells by itself.
TOLD: dict[str, Promise] = {
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "mfa/messages/totp_activated.txt": _("The code from your phone is set up."),
    "mfa/messages/totp_deactivated.txt": _("The code from your phone is removed."),
    "mfa/messages/webauthn_added.txt": _("The key is added."),
    "mfa/messages/webauthn_removed.txt": _("The key is removed."),
}


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up by themselves; accounts come from invitations."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "User name or password is wrong. Five wrong tries lock this name for 15 minutes."
        ),
    }

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if sentence := message or TOLD.get(message_template or ""):
            messages.add_message(request, level, sentence, extra_tags=extra_tags)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        name, address = credentials.get("username", ""), client_address(request)
        at = timezone.now()
        taken = signing_in.take_try(name, address, at=at)
        user = authenticate(request, **credentials)
        # allauth keeps a disabled person aside to tell them so; here they are told what a wrong password is told.
        AuthenticationBackend.unstash_authenticated_user()
        if user:
            signing_in.succeeded(name, address)
        elif taken.is_last:
            receivers.record_lock(receivers.named(name), address=address, at=at)
        return user

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A disabled person's passkey."""
        messages.error(request, self.error_messages["username_password_mismatch"])
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        passwords.set_password(user, password, at=timezone.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in this minute need not do so again."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return required and not proved_lately(self.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The first is the one asked for; with a second step set up, a password alone is not enough."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods


class SessionsOnRecord(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: list[UserSession]) -> None:
        super().end_sessions(sessions)
        if sessions:
            receivers.record_sessions_ended(sessions[0].user, len(sessions), at=timezone.now())


def proved_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
