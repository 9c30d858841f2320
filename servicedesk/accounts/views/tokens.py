"""Tokens for programs: who has one, a new one (shown once), and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.accounts import selectors
from servicedesk.accounts.forms.tokens import TokenForm
from servicedesk.accounts.models import Token
from servicedesk.accounts.permissions import MANAGE_TOKENS, SEE_TOKENS
from servicedesk.accounts.services import tokens as services
from servicedesk.accounts.step_up import step_up
from servicedesk.tenancy.doors import door


@door(SEE_TOKENS)
def list_tokens(request: Any) -> HttpResponse:
    now = timezone.now()
    rows = [(token, token.is_good(at=now)) for token in selectors.tokens(request.person)[: selectors.PAGE]]
    may_manage = MANAGE_TOKENS.reach_of(request.person) is not None
    return render(request, "accounts/tokens.html", {"rows": rows, "may_manage": may_manage})


@door(MANAGE_TOKENS, methods=("GET", "POST"))
@step_up
def make_token(request: Any) -> HttpResponse:
    """The one page that shows the secret; it is kept nowhere, so it is not behind a redirect."""
    now = timezone.now()
    typed = request.POST if request.method == "POST" else None
    form = TokenForm(typed, by=request.person, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        token, secret = services.make_token(
            given["name"], scopes=given["scopes"], until_at=form.until_at, by=request.person, at=now
        )
        return render(request, "accounts/token_made.html", {"token": token, "secret": secret})
    return render(request, "accounts/make_token.html", {"form": form})


@door(MANAGE_TOKENS, methods=("POST",), of=Token)
def revoke_token(request: Any, token: Token) -> HttpResponse:
    services.revoke_token(token, by=request.person, at=timezone.now())
    messages.success(request, _("The token is revoked; the machine is turned away from now on."))
    return redirect("tokens")
