"""Two password profiles as data, chosen by PASSWORD_PROFILE: 等保 level 3 (`dengbao`, default) and OWASP ASVS (`asvs`).

The old rules and the new advice contradict each other on purpose: one asks for kinds of characters and for change, the
other for length and for neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


@dataclass(frozen=True)
class Profile:
    shortest: int
    kinds: int = 0  # of four: small letters, capitals, digits, everything else
    days: int | None = None
    remembered: int = 0
    longest: int = 128  # a megabyte of password would be a megabyte to hash


PROFILES = {
    "dengbao": Profile(shortest=10, kinds=3, days=90, remembered=5),
    "asvs": Profile(shortest=12),
}
KINDS: dict[str, Promise] = {
    "lower": gettext_lazy("a small letter"),
    "upper": gettext_lazy("a capital letter"),
    "digit": gettext_lazy("a digit"),
    "other": gettext_lazy("another sign, such as # or &"),
}


def current_profile() -> Profile:
    return PROFILES[settings.PASSWORD_PROFILE]


def kinds_in(password: str) -> set[str]:
    return {_kind(character) for character in password}


def _kind(character: str) -> str:
    if character.isascii() and character.isalnum():
        return "digit" if character.isdigit() else "lower" if character.islower() else "upper"
    return "other"


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def missing(password: str, profile: Profile, *, username: str = "") -> list[str]:
    """What is wrong with it, a sentence each; empty when nothing is."""
    return [sentence for sentence in (
        _length(password, profile),
        _composition(password, profile),
        _("It is one of the passwords everybody tries first.") if password.lower().strip() in _common() else "",
        _("It contains your user name.") if len(username) > 2 and username.lower() in password.lower() else "",
    ) if sentence]  # fmt: skip


def _length(password: str, profile: Profile) -> str:
    short = profile.shortest - len(password)
    if short > 0:
        return ngettext("%(count)d character too short.", "%(count)d characters too short.", short) % {"count": short}
    if len(password) > profile.longest:
        return _("At most %(count)d characters, please.") % {"count": profile.longest}
    return ""


def _composition(password: str, profile: Profile) -> str:
    there = kinds_in(password)
    short = profile.kinds - len(there)
    if short <= 0:
        return ""
    absent = _(", ").join(str(words) for kind, words in KINDS.items() if kind not in there)
    return ngettext(
        "Add %(count)d more kind of character: %(kinds)s.", "Add %(count)d more kinds of character: %(kinds)s.", short
    ) % {"count": short, "kinds": absent}


class ProfileValidator:
    """The one entry of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        profile = current_profile()
        sentences = missing(password, profile, username=getattr(user, "username", ""))
        if not sentences and was_used_lately(password, user, profile):
            sentences = [_("You have used this one before. Choose one that differs from your last five.")]
        if sentences:
            raise ValidationError(sentences)

    def get_help_text(self) -> str:
        profile = current_profile()
        if profile.kinds:
            return _(
                "At least %(count)d characters, with three of these four: small letters, capital letters, digits, "
                "other signs."
            ) % {"count": profile.shortest}
        return _("At least %(count)d characters. A sentence is easy to remember; pasting is fine.") % {
            "count": profile.shortest
        }


def was_used_lately(password: str, user: Any, profile: Profile) -> bool:
    if not profile.remembered or user is None or user._state.adding:
        return False
    hashes = {user.password, *user.past_passwords.values_list("hash", flat=True)[: profile.remembered]}
    return any(check_password(password, hash) for hash in hashes)


def is_expired(user: Any, *, at: datetime) -> bool:
    """Where the profile has passwords changed. Nobody's password, nothing to expire (signing in elsewhere)."""
    days = current_profile().days
    if days is None or not user.has_usable_password():
        return False
    return at - (user.password_set_at or user.created_at) > timedelta(days=days)
