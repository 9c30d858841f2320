"""The second step at sign-in: its secret is kept encrypted, its guesses are counted, and a code works once."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts import receivers
from servicedesk.accounts.services import signing_in, tries
from servicedesk.accounts.services.tries import CODE, SAME_CODE
from servicedesk.ui.middleware import client_address


def _fernet(secret: str) -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"servicedesk.accounts.second_factor").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _box() -> MultiFernet:
    return MultiFernet([_fernet(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


class EncryptedSecrets(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or no longer good. Type the one that is shown now."),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Asked on every page of a role that signs, where writing the statement cost four times the answer."""
        if types is not None or user.is_anonymous:
            return bool(super().is_mfa_enabled(user, types=types))
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM mfa_authenticator WHERE user_id = %s)", [user.pk])
            return bool(cursor.fetchone()[0])


class CountedCode:
    """allauth counts and remembers in the cache of one process; there are several, and a cache may be wiped."""

    user: Any

    def clean_code(self) -> str:
        person, at = str(self.user.pk), timezone.now()
        taken = tries.take(CODE, person, at=at)
        if not taken.allowed:
            raise signing_in.locked(taken.locked_until, at=at)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError:
            if taken.is_last:
                receivers.record_lock(self.user, address=client_address(context.request), at=at)
            raise
        if not tries.take(SAME_CODE, f"{person}:{''.join(code.split())}", at=at).allowed:
            raise get_adapter().validation_error("incorrect_code")
        tries.forget(CODE, person)
        return code


def code_field(label: Any) -> forms.CharField:
    """The phone's keyboard with digits, and the code it has just received at a touch."""
    words = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label=label, widget=forms.TextInput(attrs=words))


class CodeAtSignIn(CountedCode, AuthenticateForm):
    code = code_field(_("Code or recovery code"))


class CodeAgain(CountedCode, ReauthenticateForm):
    code = code_field(_("Code or recovery code"))


class FirstCode(ActivateTOTPForm):
    code = code_field(_("The six digits"))


class NewKey(AddWebAuthnForm):
    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        initial=True,
        required=False,
        help_text=_("Finger, face or PIN prove that it is you. Untick this for a small key that has none of them."),
    )


class RenamedKey(EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)
