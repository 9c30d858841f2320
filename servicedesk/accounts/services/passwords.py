from __future__ import annotations

from datetime import datetime

from django.db import transaction

from servicedesk.accounts.models import PastPassword, User
from servicedesk.accounts.passwords import PROFILES

KEPT = max(profile.remembered for profile in PROFILES.values())


@transaction.atomic
def set_password(user: User, password: str, *, at: datetime) -> None:
    """The only way a password gets set: it is dated, and remembered so that it is not used again."""
    user.set_password(password)
    user.password_set_at = at
    user.save()
    PastPassword.objects.create(user=user, hash=user.password, set_at=at)
    kept = user.past_passwords.values_list("pk", flat=True)[:KEPT]
    user.past_passwords.exclude(pk__in=list(kept)).delete()
