from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class SignIn(LoginView):
    """allauth's page; a locked name answers 429, and says so on the same page with nothing lost."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error("__all__", "locked"):
            response.status_code = 429
        return response


class SignOut(LogoutView):
    """What the browser kept of the pages goes too (GB/T 22239 8.1.4.10): Back shows nothing."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ChangePassword(PasswordChangeView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_usable_password():
            messages.info(request, _("Your password is kept elsewhere; change it there."))
            return redirect("me")
        return super().dispatch(request, *args, **kwargs)


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
change_password = ChangePassword.as_view()
