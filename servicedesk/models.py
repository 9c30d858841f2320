"""The project's own one table: when each part of the background last answered. It belongs to no tenant."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """A row per queue. It came through beat, Valkey, a worker and the database: if it is fresh, all of them work."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField(db_default=Now())  # PostgreSQL's clock, never a host's
    facts = models.JSONField(default=dict)  # name → number; only the watch can measure across tenants

    def __str__(self) -> str:
        return self.name
