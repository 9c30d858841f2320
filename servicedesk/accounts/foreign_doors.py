"""allauth's pages, one by one with their doors. Only what is listed here exists: no sign-up, no mail addresses, no
password reset by mail (somebody who forgot theirs asks the one who invited them)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path

from servicedesk.accounts.views import sessions, signin
from servicedesk.tenancy.doors import Audience, Rule

View = Callable[..., HttpResponse]
ANYBODY = Rule(Audience.PUBLIC, ("GET", "POST"))
SIGNED_IN = Rule(Audience.SIGNED_IN, ("GET", "POST"))
TO_READ = Rule(Audience.SIGNED_IN, ("GET",))
TO_ACT = Rule(Audience.SIGNED_IN, ("POST",))

DOORS: tuple[tuple[str, View, str, Rule], ...] = (
    ("login/", signin.sign_in, "account_login", ANYBODY),
    ("logout/", signin.sign_out, "account_logout", ANYBODY),
    ("reauthenticate/", account.reauthenticate, "account_reauthenticate", SIGNED_IN),
    ("password/change/", signin.change_password, "account_change_password", SIGNED_IN),
    ("2fa/", mfa.index, "mfa_index", TO_READ),
    ("2fa/authenticate/", mfa.authenticate, "mfa_authenticate", ANYBODY),
    ("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate", SIGNED_IN),
    ("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp", SIGNED_IN),
    ("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp", SIGNED_IN),
    ("2fa/recovery-codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes", TO_READ),
    ("2fa/recovery-codes/generate/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes", SIGNED_IN),
    ("2fa/recovery-codes/download/", recovery_codes.download_recovery_codes, "mfa_download_recovery_codes", TO_READ),
    ("2fa/webauthn/", webauthn.list_webauthn, "mfa_list_webauthn", TO_READ),
    ("2fa/webauthn/add/", webauthn.add_webauthn, "mfa_add_webauthn", SIGNED_IN),
    ("2fa/webauthn/login/", webauthn.login_webauthn, "mfa_login_webauthn", ANYBODY),
    ("2fa/webauthn/reauthenticate/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn", SIGNED_IN),
    ("2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn, "mfa_remove_webauthn", SIGNED_IN),
    ("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, "mfa_edit_webauthn", SIGNED_IN),
    ("sessions/", usersessions.list_usersessions, "usersessions_list", SIGNED_IN),
    ("sessions/<int:pk>/end/", sessions.end_session, "end_session", TO_ACT),
)
RULES: dict[str, Rule] = {name: rule for _, _, name, rule in DOORS}


def hung(view: View, rule: Rule) -> View:
    """A door of our own would put the sign-in into one transaction, and the counted try with it."""

    @wraps(view)
    def walk(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if rule.who == Audience.SIGNED_IN and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.method not in {*rule.methods, "HEAD", "OPTIONS"}:
            return HttpResponseNotAllowed(rule.methods)
        return view(request, *args, **kwargs)

    walk.rule = rule  # type: ignore[attr-defined]
    return walk


urlpatterns = [path(route, hung(view, rule), name=name) for route, view, name, rule in DOORS]
