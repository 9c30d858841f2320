from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from servicedesk.accounts.models import User


def give_totp(user: User, secret: str) -> None:
    """Sets up the second step without the person's phone at hand: for the demo, whose secrets are printed, and tests.

    `secret` is base32, as authenticator programs take it.
    """
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(user, secret)
