from __future__ import annotations

from django.conf import settings
from django.db import models

from servicedesk.tenancy.ids import uuid7


class PastPassword(models.Model):
    """A password the person may not use again, hashed. Outside the wall like the user row: it belongs to signing in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="past_passwords")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at}"
