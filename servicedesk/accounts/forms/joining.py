from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts.models import User
from servicedesk.accounts.models.user import USERNAME


class NewcomerForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        validators=[USERNAME],
        help_text=_("Small letters, digits, dots, hyphens. You sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = " ".join(map(str, password_validators_help_texts()))

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().lower()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        password = given.get("password1", "")
        if password and given.get("password2", password) != password:
            self.add_error("password2", _("The two passwords differ."))
        if password:
            try:
                validate_password(password, User(username=given.get("username", "")))
            except ValidationError as error:
                self.add_error("password1", error)
        return given
